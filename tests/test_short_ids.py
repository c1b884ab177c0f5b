"""The short form of a device id, the same everywhere."""

from __future__ import annotations

import pytest

from capgo_tui.short_ids import SHORT, is_device_id, shorten_id
from capgo_tui.tui.widgets.lines import pad_middle
from capgo_tui.workspace.changes.names import shorten

ID = "3f2a9c10-aaaa-4bbb-8ccc-1234567890ab"


def test_an_id_keeps_eight_characters_at_either_end() -> None:
    assert shorten_id(ID) == "3f2a9c10…567890ab"
    assert shorten_id("seventeen-letters") == "seventeen-letters"
    assert is_device_id(ID.upper())
    assert not is_device_id(f"{ID[:-1]}g")


@pytest.mark.parametrize("width", range(SHORT, len(ID)))
def test_whatever_cuts_an_id_cuts_it_so(width: int) -> None:
    assert shorten(ID, width) == shorten_id(ID)
    assert pad_middle(ID, width).rstrip() == shorten_id(ID)


def test_an_id_with_room_is_whole_and_one_without_keeps_both_ends() -> None:
    assert shorten(ID, len(ID)) == pad_middle(ID, len(ID)) == ID
    for cut in (shorten(ID, SHORT - 1), pad_middle(ID, SHORT - 1)):
        assert len(cut) == SHORT - 1
        assert cut.startswith(ID[:7])
        assert cut.endswith(ID[-7:])


@pytest.mark.parametrize("most", [-23, 0, 1])
@pytest.mark.parametrize("name", ["2.4.1", "a-channel-of-a-pull-request"])
def test_a_name_without_room_comes_to_an_end(name: str, most: int) -> None:
    """The width left for a name may be negative."""
    assert len(shorten(name, most)) <= len("…x…")
