"""The rows of one list as the table draws them."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.record_table import Row, TableState
from capgo_tui.workspace.marks import Marks
from capgo_tui.workspace.resources.resource import WRITING, place_behind
from capgo_tui.workspace.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.records import Record
    from capgo_tui.tui.widgets import record_table
    from capgo_tui.workspace.export.export import Export
    from capgo_tui.workspace.export.formats import Format
    from capgo_tui.workspace.insight.places import Link
    from capgo_tui.workspace.resources.column import Column
    from capgo_tui.workspace.resources.resource import ListedResource
    from capgo_tui.workspace.resources.section import Section
    from capgo_tui.workspace.session import Workspace

T = TypeVar("T", bound="Record")


@dataclass(slots=True)
class RecordRows(Generic[T]):
    """The rows of one list as a `RecordTable` asks for them."""

    workspace: Workspace
    resource: ListedResource[T]
    view: View[T] = field(init=False)
    marks: Marks[T] = field(init=False)
    state: TableState = field(default_factory=TableState)

    def __post_init__(self) -> None:
        collection = self.workspace.list_of(self.resource)
        resource = self.resource
        columns = place_behind(resource.columns, resource.screen_columns)
        self.view = View(collection, columns, self.workspace.make_cell_context, resource.facts)
        self.marks = Marks(self.view)

    def __len__(self) -> int:
        return len(self.view)

    @property
    def columns(self) -> list[Column[T]]:
        """The columns that this server's revision fills, and those of the screen alone."""
        context = self.workspace.make_cell_context()
        others = [
            (anchor, column)
            for anchor, column in self.resource.screen_columns
            if column.is_known is None or column.is_known(context)
        ]
        return place_behind(self.resource.list_columns_told(context.traits), others)

    def get_key_at(self, index: int) -> str:
        """Return the row key at an index."""
        return self.view.get_key_at(index)

    def index_of(self, key: str) -> int | None:
        """Return the index of a row key in the view."""
        return self.view.index_of(key)

    def make_row(self, index: int, columns: Sequence[record_table.Column]) -> Row:
        """Return the row of a record."""
        key, record = self.view.get_key_at(index), self.view.record_at(index)
        context = self.workspace.make_cell_context()
        is_writing = self.is_writing(key)
        glyph, glyph_tone = WRITING if is_writing else self.resource.glyph(record, context)
        # The table hands back the columns it was given, typed by the little it knows of them.
        own_columns = self._with_stand_ins(cast("Sequence[Column[T]]", columns), record)
        texts = [column.text(record, context) for column in own_columns]
        tones = [self.resource.tone(record, column.id) for column in own_columns]
        before = self.view.collection.previous_records.get(key)
        if before is not None:
            for at, column in enumerate(own_columns):
                # Ages change all the time: only searched columns are shown as changed.
                if column.is_searched and column.text(before, context) != texts[at]:
                    tones[at] = "changed"
        return Row(glyph, glyph_tone, texts, tones, key in self.marks)

    def _with_stand_ins(self, columns: Sequence[Column[T]], record: T) -> Sequence[Column[T]]:
        """Return columns with those in the place of others that are not drawn and have a text.

        Among wide columns each can be slid to, and none takes another's place.
        """
        ids = {column.id for column in columns}
        missing = {} if self.state.wide else self.resource.stand_ins
        missing = {at: other for at, other in missing.items() if at in ids and other not in ids}
        if not missing:
            return columns
        context = self.workspace.make_cell_context()
        wanted = set(missing.values())
        others = {
            column.id: column
            for column in self.resource.columns
            if column.id in wanted and column.text(record, context)
        }
        return [others.get(missing.get(column.id, ""), column) for column in columns]

    def list_links(self, key: str) -> list[Link]:
        """Return what a record leads to; empty when it is gone."""
        record = self.view.collection.records.get(key)
        return [] if record is None else list(self.resource.links(record, self.workspace))

    def is_writing(self, key: str) -> bool:
        """Return whether a write is under way for a record."""
        return (self.resource.name, key) in self.workspace.writing

    def list_records(self, keys: Sequence[str]) -> list[T]:
        """Return the loaded records of some row keys."""
        records = self.view.collection.records
        return [records[key] for key in keys if key in records]

    def list_texts(self, keys: Sequence[str]) -> list[list[str]]:
        """Return the texts of all columns for those records."""
        context = self.workspace.make_cell_context()
        columns = self.columns
        return [
            [column.text(record, context) for column in columns]
            for record in self.list_records(keys)
        ]

    def export(self, form: Format) -> Export[T]:
        """Return an export of the current view."""
        from capgo_tui.workspace.export.export import Export  # noqa: PLC0415 - few export

        return Export(self.view, form, self.workspace.make_cell_context)

    def make_title(self, record: Record) -> str:
        """Return the name of a record."""
        first = self.resource.columns[0]
        return first.text(cast("T", record), self.workspace.make_cell_context())

    def list_sections(self, key: str) -> list[Section]:
        """Return the detail sections of a record; empty when it is gone."""
        record = self.view.collection.records.get(key)
        return self.resource.details(record, self.workspace.make_cell_context()) if record else []


AnyRows: TypeAlias = "RecordRows[Channel] | RecordRows[Device] | RecordRows[Bundle]"
