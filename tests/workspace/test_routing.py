"""Who stops being a default when another begins: certain only where a flag is told."""

from __future__ import annotations

import pytest

from capgo_tui.api.models import Channel
from capgo_tui.workspace.list_state import ListState
from capgo_tui.workspace.routing import (
    compute_flags_after,
    drops_electron,
    find_demotions,
    list_default_channels,
    list_demotions,
    without_default,
)

PRODUCTION = Channel(id=1, name="production", public=True)
IOS = Channel(id=2, name="ios-only", public=True, ios=True, android=False, electron=False)
BETA = Channel(id=3, name="beta", public=False)


class StateOfThree(ListState):
    def __init__(self, *, at_end: bool) -> None:
        super().__init__("channels")
        self.at_end = at_end

    def __len__(self) -> int:
        return 3


def lines(settings: dict[str, object], *others: Channel, at_end: bool = True) -> tuple[str, ...]:
    flags = compute_flags_after(BETA, settings, new=False)
    return list_demotions(find_demotions(others, flags), flags, StateOfThree(at_end=at_end))


def test_untold_flags_demote_nobody_for_certain() -> None:
    flags = compute_flags_after(BETA, {"public": True}, new=False)
    (demotion,) = find_demotions([PRODUCTION], flags)
    assert not any(demotion.platforms.values())
    (line,) = lines({"public": True}, PRODUCTION)
    assert line.startswith("iOS, Android, Electron: production may stop being the default")


def test_told_and_set_flags_tell_each_platform_apart() -> None:
    sentences = lines({"public": True, "ios": True, "android": False}, IOS, PRODUCTION)
    assert sentences == (
        "iOS: ios-only stops being the default",
        "Android, Electron: not served by it, nothing changes",
    )
    flags = compute_flags_after(None, {"public": True}, new=True)
    ios_only, production = find_demotions([IOS, PRODUCTION], flags)
    assert any(ios_only.platforms.values()), "a new channel serves all"
    assert not any(production.platforms.values())


def test_channels_that_are_not_loaded_are_not_denied() -> None:
    assert "only the 3 loaded channels are known" in lines({"public": True}, at_end=False)[-1]
    assert lines({"public": True}) == ("iOS, Android, Electron: no other channel is the default",)


@pytest.mark.parametrize(
    ("settings", "is_dropped"),
    [
        ({"public": True}, False),
        ({"public": True, "ios": True}, True),
        ({"public": True, "ios": True, "android": False}, True),
        ({"public": True, "ios": True, "android": True}, False),
        ({"public": True, "ios": True, "electron": True}, False),
        ({"ios": True}, False),
    ],
)
def test_electron_goes_as_the_server_takes_it(
    settings: dict[str, object], is_dropped: bool
) -> None:
    assert drops_electron(settings) is is_dropped


def test_what_remains_without_a_default() -> None:
    assert list_default_channels([PRODUCTION, IOS, BETA], "production") == [IOS]
    assert "no default channel remains" in without_default([PRODUCTION, BETA], "production")
    assert "other defaults: ios-only" in without_default([PRODUCTION, IOS], "production")
