"""Find the devices that the words of a command name: by id, else by custom id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.output import say, show_progress
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean
from capgo_tui.workspace.custom_ids import find_custom_ids
from capgo_tui.workspace.device_ids import DeviceFinder, DeviceMatch
from capgo_tui.workspace.numbers import group_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.workspace.custom_ids import Search
    from capgo_tui.workspace.session import Workspace

PROGRESS_STEP: Final = 1_000
"""Devices between two progress messages of a long search."""
UNSEEN: Final = "; --unseen links an id that the server has not seen"


@dataclass(frozen=True, slots=True)
class MissingDevice:
    """A word that names no device, or not exactly one."""

    word: str
    reason: str
    exit_code: Exit

    def __str__(self) -> str:
        return f"{clean(self.word)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class DeviceSelection:
    """The devices that some words name, and the words that name none."""

    matches: Sequence[DeviceMatch]
    missing: Sequence[MissingDevice]


def report_walk() -> Callable[[int], None]:
    """Return a callback that takes the number of devices read and prints it now and then."""
    last_count = 0

    def report(count: int) -> None:
        nonlocal last_count
        if count - last_count >= PROGRESS_STEP:
            last_count = count
            say(f"{group_digits(count)} devices with a custom id read…")

    return report


async def select_devices(
    workspace: Workspace, words: Sequence[str], *, takes_unseen: bool
) -> DeviceSelection:
    """Look up each word as a device id, and what is none as a custom id.

    With `takes_unseen` a word that names no device counts as the id of one that the server has
    not seen, where it takes overrides for such.
    """
    finder = DeviceFinder(workspace, ())
    asked = [finder.find_among_loaded([word])[0] for word in words]
    by_id = await finder.ask_server(
        asked, lambda count: show_progress(f"{count} of {len(words)} ids looked up")
    )
    show_progress("")
    unknown = [
        word
        for word, match in zip(words, by_id, strict=True)
        if match.device is None and not match.trouble
    ]
    searches = await find_custom_ids(workspace, unknown, report_walk()) if unknown else {}
    matches: dict[str, DeviceMatch] = {}
    missing: list[MissingDevice] = []
    for word, match in zip(words, by_id, strict=True):
        result = _judge(word, match, searches.get(word))
        if isinstance(result, DeviceMatch):
            matches[result.id] = result
        elif takes_unseen and finder.takes_unknown and result.exit_code is Exit.NOT_FOUND:
            matches[match.id] = match
        else:
            missing.append(result)
    return DeviceSelection([*matches.values()], missing)


def _judge(word: str, match: DeviceMatch, search: Search | None) -> DeviceMatch | MissingDevice:
    if match.device is not None:
        return match
    if match.trouble:
        return MissingDevice(word, match.trouble, Exit.NOT_FOUND)
    if search is None or not search.devices:
        nothing = "that id" if search is None else search.nothing
        code = Exit.FAILED if search is not None and search.more else Exit.NOT_FOUND
        return MissingDevice(word, f"no device has {nothing}", code)
    if len(search.devices) > 1:
        return MissingDevice(word, f"not unique: {search.doubt}; give the device id", Exit.FAILED)
    if search.doubt:
        say(f"{word} was {search.doubt}")
    device = search.devices[0]
    return DeviceMatch(device.wire_id, device)
