"""The one table of the settings of a channel."""

from __future__ import annotations

import pytest

from capgo_tui.api.models import Channel
from capgo_tui.api.settings import CHANNEL_SETTINGS, ChannelSettings

COMMANDS = {"rollback", "promote_to_stable"}
"""Settings that make something happen, and that no server tells."""
SPELLINGS = {"rollout_percentage", "rollout_paused_at"}
"""Settings with another spelling that forms show."""


def test_the_table_has_a_row_for_each_setting_in_order() -> None:
    assert list(CHANNEL_SETTINGS) == list(ChannelSettings.__slots__)


def test_each_setting_that_a_form_shows_has_its_words_and_a_field_of_the_channel() -> None:
    shown = {name for name, setting in CHANNEL_SETTINGS.items() if setting.section}
    assert shown == CHANNEL_SETTINGS.keys() - COMMANDS - SPELLINGS
    for setting in CHANNEL_SETTINGS.values():
        assert bool(setting.label) == bool(setting.section)
    labels = [CHANNEL_SETTINGS[name].label for name in shown]
    assert len(set(labels)) == len(labels)
    assert shown - {"rollout_paused"} <= set(Channel.__slots__), "paused is told as a moment"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("public", "true or false"),
        ("rollback", "true"),
        ("disable_auto_update", "major, minor, patch, version_number (also metadata) or none"),
        ("bundle", "a bundle name"),
        ("rollout_pause_reason", "a text"),
        ("rollout_paused_at", "a date and time with a time zone"),
        ("rollout_cache_ttl_seconds", "a whole number between 60 and 31536000"),
        ("auto_pause_min_attempts", "a whole number of at least 0"),
        ("auto_pause_confidence", "a number strictly between 0 and 1"),
    ],
)
def test_a_setting_says_what_it_expects(name: str, text: str) -> None:
    assert CHANNEL_SETTINGS[name].expects == text
    with pytest.raises(ValueError, match=r"^must be "):
        CHANNEL_SETTINGS[name].check(-1)
