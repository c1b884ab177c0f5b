"""Read the targets of changes again, for an undo and for writes that were cut off."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.api.errors import CapgoError, ErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace

Reading: TypeAlias = "State | CapgoError | None"
"""A state, None for no such record, or the error of the reading."""


Progress: TypeAlias = "Callable[[int, int], None]"
"""Called with the number of targets read, and the number of all."""


async def reread(
    changes: Sequence[Change], workspace: Workspace, progress: Progress | None = None
) -> list[Reading]:
    """Read each target from the server; a whole list once for all changes that need it."""
    in_lists = Counter(change.noun for change in changes if change.reads_whole_list)
    lists: dict[str, CapgoError | None] = {}
    forbidden: dict[str, CapgoError] = {}
    """By noun, the refusal to read such records: it is not requested again for each."""
    readings: list[Reading] = []
    for count, change in enumerate(changes):
        if progress is not None:
            progress(count, len(changes))
        if change.noun in forbidden:
            readings.append(forbidden[change.noun])
            continue
        if change.reads_whole_list and change.noun in lists:
            readings.append(lists[change.noun] or change.find(workspace))
            continue
        try:
            state = await _read(change, workspace, with_others=in_lists[change.noun] > 1)
            reading: Reading = await _with_bundle_names(change, state, workspace)
        except CapgoError as error:
            reading = error
            if error.kind is ErrorKind.NOT_ALLOWED:
                forbidden[change.noun] = error
        if change.reads_whole_list:
            lists[change.noun] = reading if isinstance(reading, CapgoError) else None
        readings.append(reading)
    return readings


async def _read(change: Change, workspace: Workspace, *, with_others: bool) -> State | None:
    """Read one target; in a list it is only missing once the whole list is loaded."""
    with_list = with_others and change.reads_whole_list
    state = await (change.read_list(workspace) if with_list else change.read(workspace))
    if state is not None or not _is_looked_for_in_list(change):
        return state
    records = workspace.bundles if change.noun == "bundle" else workspace.channels
    await records.load_all()
    state = change.find(workspace)
    if state is None and (not records.at_end or records.incomplete):
        raise records.error or CapgoError(
            f"the list of {change.noun}s could not be read to its end", kind=ErrorKind.UNREACHABLE
        )
    return state


def _is_looked_for_in_list(change: Change) -> bool:
    return change.reads_whole_list or (
        change.noun == "channel" and "public" in (change.after or {})
    )


async def _with_bundle_names(
    change: Change, state: State | None, workspace: Workspace
) -> State | None:
    """Add the name of a channel's bundle where the server tells its id only (contract §6.1)."""
    if state is None or change.noun != "channel" or "bundle" in state:
        return state
    if not workspace.joins_bundle_names:
        return state
    await workspace.bundles.load_all()
    return change.find(workspace) or state
