"""Texts of records to copy, one record a line."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from capgo_tui.api import requests
from capgo_tui.api.errors import Refusal
from capgo_tui.api.models import AppInfo, Bundle, Channel, Device
from capgo_tui.api.records import redact_rows
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean_for_file
from capgo_tui.workspace.changes.names import shorten
from capgo_tui.workspace.command_line import format_reading_command
from capgo_tui.workspace.curl import find_address, format_curl
from capgo_tui.workspace.export.exact_text import format_exact_text
from capgo_tui.workspace.export.formats import align
from capgo_tui.workspace.export.json_text import format_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.records import Record
    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.target import Target

LONGEST_NAME = 24
"""Cells of a name in a sentence that says more than the name."""


class Part(StrEnum):
    """The part of a record to copy."""

    ID = "id"
    NAME = "name"
    ROW = "row"
    JSON = "JSON"
    CURL = "curl"
    COMMAND = "command line"

    def describe(self, records: Sequence[Record], noun: str) -> str:
        """Return what is copied, such as «the id of qa-07» or «the ids of 3 devices»."""
        if len(records) == 1:
            return f"the {self} of {shorten(name_of(records[0]), LONGEST_NAME)}"
        plural = "" if self in (Part.JSON, Part.CURL) else "s"
        return f"the {self}{plural} of {len(records)} {noun}s"


@dataclass(frozen=True, slots=True)
class Copying:
    """Records of one list, with what their texts need."""

    noun: str
    """The noun of one record."""
    records: Sequence[Record]
    rows: Sequence[Sequence[str]]
    """The cells of each record."""
    target: Target
    traits: Traits

    def format_text(self, part: Part) -> str:
        """Return the text to copy: a line for each record; the JSON of a single one is indented.

        Raises:
            Refusal: when no request can read such a record.

        """
        return "\n".join(self._list_lines(part))

    def _list_lines(self, part: Part) -> Sequence[str]:
        match part:
            case Part.ID:
                return [get_id(record) for record in self.records]
            case Part.NAME:
                return [find_exact_name(record) for record in self.records]
            case Part.ROW:
                return align(self.rows).splitlines()
            case Part.JSON:
                indent = 2 if len(self.records) == 1 else None
                return [format_json(row, indent=indent) for row in redact_rows(self.records)]
            case Part.CURL:
                # Many bundles are read by one and the same request.
                return list(dict.fromkeys(self._format_curl(record) for record in self.records))
            case Part.COMMAND:
                return [self._format_command(record) for record in self.records]

    def _format_curl(self, record: Record) -> str:
        return format_curl(self._request(record), find_address(self.target), self.target.api_key)

    def _request(self, record: Record) -> Request:
        """Return the request for a record; bundles can only be read as a list.

        Raises:
            Refusal: for a record of another resource.

        """
        app_id = self.target.app_id
        match record:
            case Channel():
                return requests.get_channel(self.traits, app_id, record.wire_id)
            case Device():
                return requests.get_device(self.traits, app_id, record.wire_id)
            case Bundle():
                return requests.list_bundles(self.traits, app_id)
            case _:
                raise Refusal(f"no request reads one {self.noun} by itself")

    def _format_command(self, record: Record) -> str:
        if not isinstance(record, Channel | Device | Bundle):
            raise Refusal(f"no command reads one {self.noun} by itself")
        return format_reading_command(self.noun, record.wire_id, self.target)


def get_id(record: Record) -> str:
    """Return the wire id of a device or app, the id of a channel or bundle.

    Raises:
        Refusal: for a record of another resource.

    """
    match record:
        case Device() | AppInfo():
            return record.wire_id
        case Channel() | Bundle():
            return str(record.id)
        case _:
            raise Refusal("such a record has no id")


def find_exact_name(record: Record) -> str:
    """Return the name of a record as the server sent it, without what could steer a terminal."""
    name = name_of(record)
    return (
        name
        if name.isascii()
        else clean_for_file(format_exact_text(redact_rows([record])[0], name))
    )


def name_of(record: Record) -> str:
    """Return the name of a record for people; clean."""
    match record:
        case Device():
            return record.custom_id or record.device_id
        case AppInfo():
            return record.name or record.app_id
        case Channel() | Bundle():
            return record.name
        case _:
            return "this record"
