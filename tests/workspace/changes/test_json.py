"""The JSON of changes in the journal, which earlier versions of the program wrote as well."""

from __future__ import annotations

import json
from typing import Final

import pytest

from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.kinds import CHANGES
from capgo_tui.workspace.remark import Remark, sign_warning

COMMON_FIELDS: Final = {
    "app_id": "com.acme.shop",
    "key": "beta",
    "label": "beta",
    "row": "3",
    "before": {"bundle": "2.4.0"},
    "after": {"bundle": "2.4.1"},
    "touches": ["devices without an override get it"],
    "guard": 2,
}
OF_CHANNEL: Final = {
    "notes": {"2.4.1": "3 h"},
    "demotes": ["qa"],
    "is_default": True,
    "ends_rollout": True,
}
IDS: Final = {"channel_id": 3, "bundle_id": 7, "bundle_before_id": 6}
FIELDS: Final[dict[str, dict[str, object]]] = {
    "device.override": {},
    "channel.settings": {**OF_CHANNEL, "sends": {"rollback": True}, "keeps": {"bundle": "2.4.0"}},
    "channel.promote": {**OF_CHANNEL, **IDS},
    "channel.rollback": {**OF_CHANNEL, **IDS},
    "channel.create": OF_CHANNEL,
    "channel.delete": {
        **OF_CHANNEL,
        "restores": {"ios": True},
        "not_restored": ["its id"],
        "deletes_bundle": True,
    },
    "bundle.notes": {"bundle_id": 7},
    "bundle.register": {"session_key": None},
    "bundle.delete": {"agreed": ["beta (stable)"]},
    "bundle.delete_all": {"spares_linked": True},
}
"""The fields of each kind of change besides the shared ones."""


@pytest.mark.parametrize("kind", FIELDS)
def test_a_change_of_an_earlier_version_is_read_and_written_alike(kind: str) -> None:
    document = {"kind": kind, **COMMON_FIELDS, **FIELDS[kind]}
    change = CHANGES.validate_json(json.dumps(document))
    assert change.impact == ("devices without an override get it",)
    assert change.level is ConfirmationLevel.LIST
    assert change.model_dump(mode="json") == document


def test_a_remark_is_kept_by_a_change_and_plain_text_in_its_json() -> None:
    fields = {"kind": "channel.delete", **COMMON_FIELDS, "touches": []}
    warning, remark = "it is a default\x1b channel", Remark("its bundle\x1b stays")
    change = CHANGES.validate_python(fields | {"touches": [warning, remark]})
    assert [*map(sign_warning, change.impact)] == [
        "! it is a default� channel",
        "its bundle� stays",
    ]
    document = change.model_dump_json()
    assert json.loads(document)["touches"] == [*change.impact]
    again = CHANGES.validate_json(document)
    assert [*map(sign_warning, again.impact)][1] == "! its bundle� stays"


def test_every_kind_of_change_is_tried() -> None:
    schema = CHANGES.json_schema()
    assert set(schema["discriminator"]["mapping"]) == set(FIELDS)
