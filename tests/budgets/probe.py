"""The real app in a process that can be asked questions: `python -m tests.budgets.probe FD`.

The questions come as JSON lines over a socket that was inherited, so nothing of them is seen in
the terminal. Everything is answered from the app's own event loop.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from typing import TYPE_CHECKING, Any, Self

from tests.support.pseudo_terminal import PATIENCE, PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path
    from types import TracebackType

    from capgo_tui.tui.app import CapgoApp
    from capgo_tui.tui.screens.main import MainScreen
    from tests.budgets.sandbox import Sandbox

BEAT_SECONDS = 0.002


class Probed:
    """The app in a pseudo-terminal, from outside."""

    def __init__(self, sandbox: Sandbox, folder: Path, **environ: str) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.terminal = PseudoTerminal(
                [sys.executable, "-m", "tests.budgets.probe", str(theirs.fileno())],
                environ={**sandbox.environ, **environ},
                folder=folder,
                pass_fds=[theirs.fileno()],
            )
        self._socket = ours

    def __enter__(self) -> Self:
        self.terminal.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()
        self.terminal.__exit__(kind, error, trace)

    def ask(self, question: str, about: float | str = 0.0, patience: float = PATIENCE) -> float:
        """Ask, and keep reading the terminal until the answer is there."""
        self._socket.send(json.dumps([question, about]).encode() + b"\n")
        deadline = time.monotonic() + patience
        answer = b""
        while not answer.endswith(b"\n"):
            assert time.monotonic() < deadline, f"no answer to {question!r}"
            while self.terminal.read(0.0):
                pass
            self.terminal.read(1.0, self._socket.fileno())
            self._socket.setblocking(False)
            try:
                answer += self._socket.recv(4096)
            except BlockingIOError:
                continue
            finally:
                self._socket.setblocking(True)
        return float(json.loads(answer))

    def memory(self, which: str) -> float:
        """A line of the process's status, such as ``VmRSS``, in megabytes."""
        with open(f"/proc/{self.terminal.process.pid}/status", encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status)
        return int(lines[which].split()[0]) / 1000


class _Answers:
    """What the app can be asked, from inside."""

    def __init__(self, app: CapgoApp) -> None:
        self._app = app
        self._worst = self._worst_work = self._told_work = 0.0
        self._beating: asyncio.Task[None] | None = None

    async def rest(self, seconds: float) -> float:
        """Let a timer of the app run out."""
        return await self._inside(lambda: asyncio.sleep(0), seconds)

    async def load_all(self, _: float) -> float:
        """Load every device; give the milliseconds, negative when there was an error."""
        workspace = self._screen.workspace
        assert workspace is not None
        before = time.perf_counter()
        await self._inside(workspace.devices.load_all)
        taken = time.perf_counter() - before
        return -1.0 if workspace.devices.error else taken * 1000

    async def overrides(self, _: float) -> float:
        """How many of the loaded devices are shown with an override."""
        workspace = self._screen.workspace
        assert workspace is not None
        return sum(each.channel is not None for each in workspace.devices.records.values())

    async def worst_gap(self, _: float) -> float:
        """The longest time, in milliseconds, for which the loop did not turn since last asked."""
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())
        worst, self._worst = self._worst, 0.0
        self._told_work, self._worst_work = self._worst_work, 0.0
        return worst * 1000

    async def work_in_gap(self, _: float) -> float:
        """The most processor time, in milliseconds, between two turns before `worst_gap` was asked.

        It is what a gap would have been if no other program had been on the machine.
        """
        return self._told_work * 1000

    async def shown_after(self, key: str) -> float:
        """Press a key that asks for other rows; the milliseconds until all of them are shown."""
        from textual import events

        view = self._screen.rows.view
        generation, before = view.generation, time.perf_counter()
        event = events.Key(key, key if len(key) == 1 else None)
        event.set_sender(self._app)
        self._app.post_message(event)
        while view.generation == generation or view.busy:  # noqa: ASYNC110 - it is work in slices
            await asyncio.sleep(BEAT_SECONDS / 4)
        return (time.perf_counter() - before) * 1000

    @property
    def _screen(self) -> MainScreen:
        from capgo_tui.tui.screens.main import MainScreen

        return next(s for s in self._app.screen_stack if isinstance(s, MainScreen))

    async def _inside(self, work: Callable[[], Awaitable[Any]], after: float = 0.0) -> float:
        """Do something as the app's own worker would, after a timer of its own."""
        done: asyncio.Future[float] = asyncio.get_running_loop().create_future()

        async def run() -> None:
            await work()
            done.set_result(0.0)

        def begin() -> None:
            self._app.run_worker(run(), exit_on_error=False)

        def wait() -> None:
            self._app.set_timer(after, begin)

        self._app.call_later(wait if after else begin)
        return await done

    async def _beat(self) -> None:
        while True:
            before, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(BEAT_SECONDS)
            self._worst = max(self._worst, time.perf_counter() - before - BEAT_SECONDS)
            self._worst_work = max(self._worst_work, time.thread_time() - worked)


async def _run(fd: int) -> None:
    from capgo_tui.api.key import ApiKey
    from capgo_tui.tui.app import CapgoApp
    from capgo_tui.tui.garbage import spare_the_loop
    from capgo_tui.tui.launch import Launch

    spare_the_loop()
    app = CapgoApp(
        Launch(
            key=ApiKey(os.environ["CAPGO_TOKEN"]),
            app_id=os.environ["CAPGO_APP_ID"],
            server=os.environ["CAPGO_API_URL"],
        )
    )
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=fd))
    answers = _Answers(app)

    async def answer() -> None:
        while line := await reader.readline():
            question, about = json.loads(line)
            writer.write(json.dumps(await getattr(answers, question)(about)).encode() + b"\n")

    answering = asyncio.create_task(answer())
    await app.run_async()
    answering.cancel()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1])))
