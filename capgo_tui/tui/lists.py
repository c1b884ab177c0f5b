"""How each of the three lists looks in the table: its columns, glyphs and tones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from capgo_tui.tui.widgets.record_table import Row, TableState
from capgo_tui.workspace import columns, details
from capgo_tui.workspace.marks import Marks
from capgo_tui.workspace.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.records import Record
    from capgo_tui.api.revisions import Traits
    from capgo_tui.tui.widgets import record_table
    from capgo_tui.workspace.cells import Surroundings
    from capgo_tui.workspace.collection import Collection
    from capgo_tui.workspace.columns import Column
    from capgo_tui.workspace.details import Section
    from capgo_tui.workspace.export.export import Export
    from capgo_tui.workspace.export.formats import Format
    from capgo_tui.workspace.session import Workspace

T = TypeVar("T", bound="Record")

Glyph = tuple[str, str]
WRITING: Glyph = ("⟳", "warn")


@dataclass(frozen=True, slots=True)
class ListLook(Generic[T]):
    """One list's looks; what a glyph means stands in its `legend`."""

    name: str
    title: str
    collection: Callable[[Workspace], Collection[T]]
    columns: Sequence[Column[T]]
    glyph: Callable[[T], Glyph]
    tone: Callable[[T, str], str]
    details: Callable[[T, Surroundings], list[Section]]
    told: Callable[[Traits], Container[str]]
    """The fields that a revision tells of it."""
    legend: Sequence[tuple[Glyph, str]]


@dataclass(slots=True)
class RecordRows(Generic[T]):
    """The rows of one list as a `RecordTable` asks for them."""

    workspace: Workspace
    look: ListLook[T]
    view: View[T] = field(init=False)
    marks: Marks[T] = field(init=False)
    state: TableState = field(default_factory=TableState)

    def __post_init__(self) -> None:
        collection = self.look.collection(self.workspace)
        self.view = View(collection, self.look.columns, self.workspace.surroundings)
        self.marks = Marks(self.view)

    def __len__(self) -> int:
        return len(self.view)

    @property
    def columns(self) -> list[Column[T]]:
        """The columns of which this server tells something."""
        told = self.look.told(self.workspace.client.traits)
        return columns.told_columns(self.look.columns, told)

    def key_at(self, index: int) -> str:
        """The id of the record at an index."""
        return self.view.key_at(index)

    def index_of(self, key: str) -> int | None:
        """Where a record is in the view."""
        return self.view.index_of(key)

    def row(self, index: int, shown: Sequence[record_table.Column]) -> Row:
        """One record as the table draws it."""
        key, record = self.view.key_at(index), self.view.record_at(index)
        around = self.workspace.surroundings()
        glyph, glyph_tone = WRITING if self.is_writing(key) else self.look.glyph(record)
        # The table hands back the columns it was given, of which it knows only the widths.
        mine = cast("Sequence[Column[T]]", shown)
        texts = [column.text(record, around) for column in mine]
        tones = [self.look.tone(record, column.id) for column in mine]
        before = self.view.collection.changed.get(key)
        if before is not None:
            for at, column in enumerate(mine):
                # Ages differ all the time: a column nobody searches is none to point at.
                if column.searched and column.text(before, around) != texts[at]:
                    tones[at] = "changed"
        return Row(glyph, glyph_tone, texts, tones, key in self.marks)

    def is_writing(self, key: str) -> bool:
        """Whether a write is under way for a record."""
        return (self.look.name, key) in self.workspace.writing

    def records(self, keys: Sequence[str]) -> list[T]:
        """The records of some ids, as far as they are there."""
        known = self.view.collection.records
        return [known[key] for key in keys if key in known]

    def texts(self, keys: Sequence[str]) -> list[list[str]]:
        """What all columns say of those."""
        around = self.workspace.surroundings()
        shown = self.columns
        return [[column.text(record, around) for column in shown] for record in self.records(keys)]

    def export(self, form: Format) -> Export[T]:
        """An export of what is shown now."""
        from capgo_tui.workspace.export.export import Export  # noqa: PLC0415 - few export

        return Export(self.view, form, self.workspace.surroundings)

    def sections(self, key: str) -> list[Section]:
        """All that is known of a record; empty when it is gone."""
        record = self.view.collection.records.get(key)
        return self.look.details(record, self.workspace.surroundings()) if record else []


def _channel_glyph(channel: Channel) -> Glyph:
    if channel.public:
        return ("◆", "good") if channel.bundle else ("◈", "bad")
    return ("◇", "muted")


def _channel_tone(channel: Channel, column: str) -> str:
    match column:
        case "default":
            return "good"
        case "rollout":
            return "warn" if channel.rollout_paused_at else "accent"
        case "bundle":
            return "plain" if channel.bundle else "warn" if channel.public else "muted"
        case "channel":
            return "plain"
        case _:
            return "muted"


def _device_glyph(device: Device) -> Glyph:
    if device.channel:
        return ("▲", "warn")
    if device.is_emulator or device.is_prod is False:
        return ("○", "muted")
    return ("●", "good")


def _device_tone(device: Device, column: str) -> str:
    match column:
        case "override":
            return "warn"
        case "custom":
            return "accent"
        case "device" | "bundle":
            return "plain"
        case _:
            return "muted"


def _bundle_tone(_: Bundle, column: str) -> str:
    return {"bundle": "plain", "channels": "accent"}.get(column, "muted")


CHANNELS: ListLook[Channel] = ListLook(
    name="channels",
    title="Channels",
    collection=lambda workspace: workspace.channels,
    columns=columns.CHANNEL_COLUMNS,
    glyph=_channel_glyph,
    tone=_channel_tone,
    details=details.channel_details,
    told=lambda traits: traits.channel_tells,
    legend=[
        (("◆", "good"), "default channel"),
        (("◈", "bad"), "default channel without a bundle"),
        (("◇", "muted"), "other channel"),
    ],
)
DEVICES: ListLook[Device] = ListLook(
    name="devices",
    title="Devices",
    collection=lambda workspace: workspace.devices,
    columns=columns.DEVICE_COLUMNS,
    glyph=_device_glyph,
    tone=_device_tone,
    details=details.device_details,
    told=lambda traits: traits.device_tells,
    legend=[
        (("▲", "warn"), "override: forced to a channel"),
        (("●", "good"), "production build on a device"),
        (("○", "muted"), "development build or emulator"),
        (WRITING, "a write is under way"),
    ],
)
BUNDLES: ListLook[Bundle] = ListLook(
    name="bundles",
    title="Bundles",
    collection=lambda workspace: workspace.bundles,
    columns=columns.BUNDLE_COLUMNS,
    glyph=lambda bundle: ("■", "accent") if bundle.has_session_key else ("□", "muted"),
    tone=_bundle_tone,
    details=details.bundle_details,
    told=lambda traits: traits.bundle_tells,
    legend=[(("■", "accent"), "encrypted"), (("□", "muted"), "not encrypted")],
)
