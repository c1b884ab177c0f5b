"""Which channels carry which bundle, where only the bundle's name is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from capgo_tui.api.listing import parse_one
from capgo_tui.api.models import Bundle, Channel
from capgo_tui.workspace.bundle_links import BundleLinks

if TYPE_CHECKING:
    from capgo_tui.api.jsonvalue import JSON

NAME, LOOKALIKE = "1.0.0\u200b", "1.0.0\u200c"


def read_channel(row: dict[str, JSON]) -> Channel:
    record = parse_one(Channel, json.dumps(row).encode())
    assert isinstance(record, Channel)
    return record


def read_bundle(number: int, name: str) -> Bundle:
    record = parse_one(Bundle, json.dumps({"id": number, "name": name}).encode())
    assert isinstance(record, Bundle)
    return record


def test_bundles_whose_names_only_look_alike_are_told_apart() -> None:
    channel = read_channel({"id": 1, "name": "beta", "version": LOOKALIKE})
    links = BundleLinks.of([channel], ())
    bundles = [read_bundle(2, NAME), read_bundle(3, LOOKALIKE)]
    assert bundles[0].name == bundles[1].name, "on the screen"
    assert [links.list_channel_names(bundle) for bundle in bundles] == [[], ["beta"]]


def test_a_channel_that_rolls_out_what_it_carries_is_named_once() -> None:
    version: JSON = {"id": 7, "name": NAME}
    links = BundleLinks.of(
        [
            read_channel(
                {"id": 1, "name": "beta", "version": version, "rollout_version_info": version}
            )
        ],
        (),
    )
    assert links.list_channel_names(read_bundle(7, NAME)) == ["beta"]
