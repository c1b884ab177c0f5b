"""The real app in a process that answers questions: ``python -m tests.budgets.probe FD``.

The questions are JSON lines over an inherited socket, outside the terminal. The answers come from
the app's own event loop.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from typing import TYPE_CHECKING, Any

from tests.support.closable import Closable
from tests.support.pseudo_terminal import PATIENCE, PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from capgo_tui.tui.app import CapgoApp
    from capgo_tui.tui.screens.main import MainScreen
    from tests.budgets.sandbox import Sandbox

BEAT_SECONDS = 0.002


class AppProbe(Closable):
    """The app in a pseudo-terminal, with questions to its process."""

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

    def close(self) -> None:
        """End the process and close what leads to it."""
        self._socket.close()
        self.terminal.close()

    def ask(self, question: str, about: float | str = 0.0, patience: float = PATIENCE) -> float:
        """Ask, and read the terminal until the answer comes."""
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
        """Return a line of the process's status, such as ``VmRSS``, in megabytes."""
        with open(f"/proc/{self.terminal.process.pid}/status", encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status)
        return int(lines[which].split()[0]) / 1000


class _Answers:
    """The answers, computed inside the app's process."""

    def __init__(self, app: CapgoApp) -> None:
        self._app = app
        self._worst = self._worst_work = self._last_work = 0.0
        self._beating: asyncio.Task[None] | None = None

    async def rest(self, seconds: float) -> float:
        """Wait for a timer of the app."""
        return await self._run_in_app(lambda: asyncio.sleep(0), seconds)

    async def load_all(self, _: float) -> float:
        """Load every device; return the milliseconds, negative after an error."""
        workspace = self._screen.workspace
        assert workspace is not None
        before = time.perf_counter()
        await self._run_in_app(workspace.devices.load_all)
        seconds = time.perf_counter() - before
        return -1.0 if workspace.devices.error else seconds * 1000

    async def overrides(self, _: float) -> float:
        """Return the number of loaded devices with an override."""
        workspace = self._screen.workspace
        assert workspace is not None
        return sum(each.channel is not None for each in workspace.devices.records.values())

    async def worst_gap(self, _: float) -> float:
        """Return the longest gap of the event loop since the last call, in milliseconds."""
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())
        worst, self._worst = self._worst, 0.0
        self._last_work, self._worst_work = self._worst_work, 0.0
        return worst * 1000

    async def work_in_gap(self, _: float) -> float:
        """Return the most processor time within a gap before ``worst_gap``, in milliseconds.

        It is the gap that an idle machine would have had.
        """
        return self._last_work * 1000

    async def shown_after(self, key: str) -> float:
        """Press a key that changes the rows; return the milliseconds until all are shown."""
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

    async def _run_in_app(self, work: Callable[[], Awaitable[Any]], after: float = 0.0) -> float:
        """Run some work in a worker of the app, after a timer of the app."""
        completion: asyncio.Future[float] = asyncio.get_running_loop().create_future()

        async def run() -> None:
            await work()
            completion.set_result(0.0)

        def begin() -> None:
            self._app.run_worker(run(), exit_on_error=False)

        def wait() -> None:
            self._app.set_timer(after, begin)

        self._app.call_later(wait if after else begin)
        return await completion

    async def _beat(self) -> None:
        while True:
            before, work_start = time.perf_counter(), time.thread_time()
            await asyncio.sleep(BEAT_SECONDS)
            self._worst = max(self._worst, time.perf_counter() - before - BEAT_SECONDS)
            self._worst_work = max(self._worst_work, time.thread_time() - work_start)


async def _run(fd: int) -> None:
    from capgo_tui.api.key import ApiKey
    from capgo_tui.tui.app import CapgoApp
    from capgo_tui.tui.garbage import spare_the_loop
    from capgo_tui.tui.launch import Launch

    spare_the_loop()
    app = CapgoApp(
        Launch(
            api_key=ApiKey(os.environ["CAPGO_TOKEN"]),
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
