"""Outcomes of a write of each kind, after a reply that leaves in doubt what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.support.server import FAULT, Server, answering
from tests.support.world import store_of
from tests.tui.channels import wait_for_dialog
from tests.tui.make_writes import dismiss, journal, on_tab, prepare, type_keys
from tests.tui.writes import WRITES, Write, shop

if TYPE_CHECKING:
    from tests.support.server import Behaviour
    from tests.tui.driving import Driver

PAGE: Final = answering(200, b"<html>gateway</html>", media="text/html", first=True)
"""The write is carried out, and a web page comes in place of its reply."""


def list_kinds() -> dict[str, tuple[str, Write]]:
    """Return a tab and a write for each kind of change that is read back."""
    kinds: dict[str, tuple[str, Write]] = {}
    for tab, writes in WRITES.items():
        for write in writes:
            is_single = write.count == 1 and write.state is OutcomeState.VERIFIED
            if is_single and "live" in write.revisions:
                kinds.setdefault(write.kind, (tab, write))
    return kinds


def test_every_kind_of_write_is_tried() -> None:
    assert set(list_kinds()) == {each.kind for writes in WRITES.values() for each in writes}


@pytest.mark.sampled
@pytest.mark.parametrize("tab", sorted(WRITES))
@pytest.mark.parametrize(
    ("reply", "took_effect"), [(PAGE, True), (FAULT, False)], ids=["page", "fault"]
)
async def test_what_a_write_did_is_read_when_its_reply_does_not_tell(
    tab: str, reply: Behaviour, took_effect: bool
) -> None:
    server = Server(store_of(shop()))
    async with on_tab(server, tab) as driver:
        for write in (write for on, write in list_kinds().values() if on == tab):
            server.pass_time(61)
            await prepare(driver, server, write)
            before, count = write.holds(server), server.writes
            server.on_writes = reply
            line = await make_and_read_outcome(driver, write)
            server.on_writes = None
            assert write.holds(server) == (write.after if took_effect else before), write.name
            assert server.writes == count + 1, f"{write.name} is sent once"
            state = journal(driver)[0].state
            if took_effect:
                assert (line[0], state) == ("✓", OutcomeState.VERIFIED), line
                assert "read back" in line
            else:
                assert (line[0], state) == ("?", OutcomeState.UNKNOWN), line
                assert "so far" in line or "it may have taken effect" in line


async def make_and_read_outcome(driver: Driver, write: Write) -> str:
    """Make a write, and return and dismiss the line of its outcome."""
    await type_keys(driver, write.keys_to_question)
    if write.ask:
        await wait_for_dialog(driver)
    else:
        await driver.wait_for_question()
    await driver.type("y")
    await driver.until(lambda: driver.main.status.message[:1] in {"✓", "?", "!", "✗"}, "an end")
    line = driver.main.status.message
    dismiss(driver)
    return line
