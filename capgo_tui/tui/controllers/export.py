"""Exporting the rows of a view: the file, the format and the progress."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from capgo_tui.tui.widgets.lines import measure_width, pad_middle
from capgo_tui.tui.words import describe_stop, step_label
from capgo_tui.workspace.export.file import WholeFile
from capgo_tui.workspace.export.formats import OF_FILES, Format
from capgo_tui.workspace.numbers import group_digits

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.lists import AnyRows
    from capgo_tui.tui.overlays.export_bar import ExportBar, ExportChoice
    from capgo_tui.workspace.export.export import Export
    from capgo_tui.workspace.session import Workspace

TO = " to "
_NO_NAME = re.compile(r"[^\w.-]", re.ASCII)


class ExportController:
    """The controller of exports, one at a time."""

    def __init__(self, host: Host, workspace: Workspace) -> None:
        self._host = host
        self._workspace = workspace
        self._under_way: Export[Channel] | Export[Device] | Export[Bundle] | None = None

    def stop(self) -> bool:
        """Stop the export under way; return whether there was one."""
        if self._under_way is None:
            return False
        self._under_way.stop()
        return True

    def ask(
        self, rows: AnyRows, form: str = "", name: str = ""
    ) -> Coroutine[None, None, None] | None:
        """Ask for the format and the file; what is left to await writes what the list shows.

        The bar has the keyboard when this returns.

        Args:
            rows: the list.
            form: the format to begin with.
            name: a file to begin with; without a known suffix, the format's is added.

        """
        if self._under_way is not None:
            self._host.say(f"An export is under way; {describe_stop()} it.")
            return None
        view = rows.view
        count, total = group_digits(len(view)), group_digits(len(view.collection))
        of = f"{count} of {total} loaded {rows.resource.name}"
        stem = name or f"./{self._make_stem(rows.resource.name)}"
        bar = self._host.overlays.export_bar
        answer = bar.open(f"Export {of}", OF_FILES, stem.removesuffix(f".{form}"), form)
        return self._await_file(bar, rows, answer)

    async def _await_file(
        self, bar: ExportBar, rows: AnyRows, answer: asyncio.Future[ExportChoice | None]
    ) -> None:
        while (choice := await answer) is not None:
            path = parse_path(choice.name)
            trouble = await self._try(bar, rows, choice, path)
            if not trouble:
                return
            answer = bar.ask_again(trouble)
        self._host.say("Nothing was exported.")

    async def _try(
        self, bar: ExportBar, rows: AnyRows, choice: ExportChoice, path: Path | None
    ) -> str:
        """Write a list into a file; return why it could not begin, else an empty text."""
        if path is None:
            return "✗ Type the name of a file."
        try:
            file = await self._open(path)
        except (OSError, ValueError) as error:
            return f"✗ {_explain_failure(error)}"
        if file is None:
            return "✗ That file exists: type another name."
        bar.close()
        await self._write(rows, Format(choice.form), file, choice.name)
        return ""

    async def _open(self, path: Path) -> WholeFile | None:
        """Open a file for writing; return None when an existing one is to stay.

        Not in a thread: quitting meanwhile would leave its file behind.
        """
        try:
            return WholeFile(path)
        except FileExistsError:
            question = f"{path.name} exists. Replace it?"
        if not await self._host.overlays.prompt.open(lambda _: question):
            return None
        return WholeFile(path, replace=True)

    async def _write(self, rows: AnyRows, form: Format, file: WholeFile, name: str) -> None:
        self._under_way = export = rows.export(form)

        def show_progress() -> None:
            self._host.say(f"{export.describe_progress()} · {describe_stop()}")

        try:
            await self._host.app.see_through(export.go(file, show_progress), export.stop)
        except OSError as error:
            self._host.say(f"✗ Nothing was exported: {_explain_failure(error)}")
        else:
            # Cut a long path in the middle: its ends say more.
            outcome = export.describe_outcome("more exists" + step_label(export.next_step))
            room = max(20, self._host.size.width - measure_width(outcome) - len(" ") - len(TO))
            path = pad_middle(name, min(measure_width(name), room))
            self._host.say(f"{outcome}{TO}{path}" if export.is_complete else outcome)
        finally:
            self._under_way = None

    def _make_stem(self, name: str) -> str:
        app = _NO_NAME.sub("_", self._workspace.target.app_id)
        return f"{name}-{app}-{self._workspace.now().astimezone():%Y%m%d-%H%M%S}"


def parse_path(name: str) -> Path | None:
    """Return the path of a typed file name, with ``~`` expanded."""
    if not name:
        return None
    try:
        return Path(name).expanduser()
    except RuntimeError:  # nobody knows where that home is
        return Path(name)


def _explain_failure(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError():
            return "There is no such folder."
        case OSError(strerror=str(text)):
            pass
        case _:
            text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
