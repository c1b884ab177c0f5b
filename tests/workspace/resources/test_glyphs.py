"""The signs of rows: a shape for what a record is, and for devices a colour for its freshness."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.models import Device
from capgo_tui.glyphs import to_ascii
from capgo_tui.workspace.cells import CellContext
from capgo_tui.workspace.resources.device import DEVICES
from capgo_tui.workspace.resources.registry import RESOURCES
from tests.support.clock import NOON

if TYPE_CHECKING:
    from datetime import datetime

CONTEXT = CellContext(NOON)
DEVICE = Device(device_id="3f2a", is_prod=True, is_emulator=False, updated_at=NOON)


@pytest.mark.parametrize(
    ("is_prod", "is_emulator", "channel", "shape"),
    [
        (True, False, None, "●"),
        (True, None, None, "●"),
        (False, False, None, "○"),
        (True, True, None, "○"),
        (None, True, None, "○"),
        (None, None, None, "◌"),
        (None, False, None, "◌"),
        (True, False, "beta", "▲"),
        (None, None, "beta", "▲"),
        (False, False, "beta", "△"),
        (None, True, "beta", "△"),
    ],
)
def test_the_shape_tells_the_build_and_the_override(
    is_prod: bool | None, is_emulator: bool | None, channel: str | None, shape: str
) -> None:
    device = replace(DEVICE, is_prod=is_prod, is_emulator=is_emulator, channel=channel)
    assert DEVICES.glyph(device, CONTEXT)[0] == shape


@pytest.mark.parametrize(
    ("seen", "tone"),
    [
        (NOON, "good"),
        (NOON + timedelta(minutes=5), "good"),
        (NOON - timedelta(hours=24), "good"),
        (NOON - timedelta(hours=25), "plain"),
        (NOON - timedelta(days=30), "plain"),
        (NOON - timedelta(days=31), "muted"),
        (None, "muted"),
    ],
)
@pytest.mark.parametrize("channel", [None, "beta"])
def test_the_colour_tells_the_last_contact(
    seen: datetime | None, tone: str, channel: str | None
) -> None:
    device = replace(DEVICE, updated_at=seen, channel=channel)
    assert DEVICES.glyph(device, CONTEXT)[1] == tone


def test_the_legend_has_every_sign_of_a_device_and_each_differs_in_ascii() -> None:
    legend = [glyph for (glyph, _), _ in DEVICES.legend]
    answers = (True, False, None)
    signs = {
        DEVICES.glyph(
            replace(DEVICE, is_prod=is_prod, is_emulator=is_emulator, channel=channel), CONTEXT
        )[0]
        for is_prod, is_emulator, channel in product(answers, answers, (None, "beta"))
    }
    assert signs <= set(legend)
    for resource in RESOURCES:
        signs_in_ascii = [to_ascii(glyph) for (glyph, _), _ in resource.legend]
        assert len(signs_in_ascii) == len(set(signs_in_ascii)), resource.name
