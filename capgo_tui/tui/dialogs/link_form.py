"""Choosing the channel a device is forced to: a form docked to the bottom six rows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.modal import Modal
from capgo_tui.tui.widgets.record_table import RecordTable
from capgo_tui.tui.widgets.rows import Column, Row, TableState
from capgo_tui.tui.widgets.text_line import TextLine
from capgo_tui.workspace.collection import Loading
from capgo_tui.workspace.columns import bundle_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from capgo_tui.api.models import Channel, Device
    from capgo_tui.workspace.collection import Collection
    from capgo_tui.workspace.columns import Surroundings

PUBLIC = "a default channel takes no overrides"
CURRENT = "the override it has now"


@dataclass(frozen=True, slots=True)
class ChoiceColumn:
    """A column of the choices."""

    id: str
    title: str
    width: int
    ideal: int
    priority: int
    cut_middle: bool = False


COLUMNS = (
    ChoiceColumn("channel", "CHANNEL", 16, 24, 0),
    ChoiceColumn("bundle", "BUNDLE", 10, 16, 2),
    ChoiceColumn("note", "", 20, 40, 1),
)


@dataclass(slots=True)
class Choices:
    """The channels that match what was typed, best match first."""

    collection: Collection[Channel]
    current: str | None
    """The override the device has now."""
    around: Surroundings
    typed: str = ""
    channels: list[Channel] = field(default_factory=list)

    def narrow(self, typed: str) -> None:
        """Keep the channels whose name holds every word typed."""
        self.typed = typed
        words = typed.casefold().split()
        whole = typed.strip().casefold()

        def rank(channel: Channel) -> int:
            name = channel.name.casefold()
            return 0 if name == whole else 1 if name.startswith(whole) else 2

        loaded = self.collection.records.values()
        matching = [c for c in loaded if all(word in c.name.casefold() for word in words)]
        self.channels = sorted(matching, key=rank)

    def refusal(self, channel: Channel) -> str:
        """Why a channel cannot be chosen; empty when it can."""
        if channel.public:
            return PUBLIC
        return CURRENT if channel.name == self.current else ""

    @property
    def is_settled(self) -> bool:
        """Whether no further channel can come."""
        return self.collection.ended or self.collection.error is not None

    @property
    def is_unmistakable(self) -> bool:
        """Whether what was typed is a channel's whole name, or can mean no other one."""
        if not self.channels:
            return False
        whole = self.channels[0].name.casefold() == self.typed.strip().casefold()
        return whole or (self.is_settled and len(self.channels) == 1)

    @property
    def first_allowed(self) -> int:
        """The first that can be chosen, else the first of all."""
        allowed = (at for at, channel in enumerate(self.channels) if not self.refusal(channel))
        return next(allowed, 0)

    def __len__(self) -> int:
        return len(self.channels)

    def key_at(self, index: int) -> str:
        """The channel's id."""
        return str(self.channels[index].id)

    def index_of(self, key: str) -> int | None:
        """Where a channel stands among the choices."""
        return next((at for at, c in enumerate(self.channels) if str(c.id) == key), None)

    def row(self, index: int, columns: Sequence[Column]) -> Row:
        """One choice, muted with its reason where it cannot be chosen."""
        channel = self.channels[index]
        refusal = self.refusal(channel)
        texts = {
            "channel": channel.name,
            "bundle": bundle_name(channel.bundle, self.around) or "none",
            "note": refusal,
        }
        tone = "muted" if refusal else "plain"
        return Row(
            "×" if refusal else " ",
            "muted",
            [texts[column.id] for column in columns],
            [tone for _ in columns],
        )


class LinkForm(Vertical, Modal):
    """Typing narrows the channels, the arrows move, Enter picks, Esc leaves things as they are."""

    DEFAULT_CSS = """
    LinkForm {
        dock: bottom;
        layer: form;
        height: 6;
        visibility: hidden;
        background: $panel;
        & Horizontal { height: 1; }
        & Horizontal TextLine { width: 11; }
        & Input { width: 1fr; }
        & RecordTable { height: 3; background: $panel; }
        &:ansi { background: ansi_default; & RecordTable { background: ansi_default; } }
    }
    """
    HEIGHT: ClassVar[int] = 6
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "choose", priority=True, id="form.pick"),
        Binding("escape", "cancel", "cancel", id="form.cancel"),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-3)", show=False),
        Binding("pagedown", "move(3)", show=False),
        Binding("tab,shift+tab", "stay", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._choices: Choices | None = None
        self._picked: asyncio.Future[Channel | None] | None = None
        self._moved = False
        """Whether the operator moved the cursor: then it stays where it is."""
        self._eager = False
        """Whether Enter was pressed before the channel it meant was loaded."""

    @property
    def choosing(self) -> bool:
        """Whether the form is open."""
        return self._picked is not None

    def compose(self) -> ComposeResult:
        """Make the six rows."""
        yield TextLine(tone="title", id="form-title")
        with Horizontal():
            yield TextLine(" channel ›", "muted")
            yield LineInput(disabled=True)
        yield RecordTable(header=False, takes_focus=False)
        yield TextLine(tone="muted", id="form-hint")

    def open(
        self, device: Device, channels: Collection[Channel], around: Surroundings
    ) -> asyncio.Future[Channel | None]:
        """Ask for a channel; None when the form is left without one.

        The keyboard is taken at once: what is typed ahead is typed into the form. It is given
        back when the form is left; with a channel only by `close`, so that it can pass on to
        the question without a gap.
        """
        self._moved = self._eager = False
        self._choices = Choices(channels, device.channel, around)
        self._picked = asyncio.get_running_loop().create_future()
        about = [device.device_id, f"now {device.channel or 'none'}"]
        told = " · ".join([device.custom_id, *reversed(about)] if device.custom_id else about)
        self.query_one("#form-title", TextLine).show(f" Override {told}")
        box = self.query_one(Input)
        box.disabled = False
        with box.prevent(Input.Changed):
            box.value = ""
        self.channels_changed()
        self.take_keyboard(box)
        return self._picked

    def close(self) -> None:
        """Give the rows and the keyboard back; a form that is closed stays so."""
        if self._picked is not None:
            self._picked = None
            self.query_one(Input).disabled = True
            self.give_keyboard_back()

    def channels_changed(self) -> None:
        """Take note that channels came in while the form is open."""
        if self._choices is None or self._picked is None:
            return
        kept = self._table.cursor_key if self._moved else None
        self._narrow(self._choices)
        if kept is not None:
            self._table.move_to_key(kept)
        if self._eager and self._choices.is_unmistakable:
            self.action_pick()
        elif self._eager and self._choices.is_settled:
            self._eager = False
            self._hint()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the choices."""
        event.stop()
        self._narrow_to_typed()

    def on_record_table_opened(self, event: RecordTable.Opened) -> None:
        """Pick what was clicked."""
        event.stop()
        self.action_pick()

    def on_record_table_near_end(self, event: RecordTable.NearEnd) -> None:
        """Nothing is loaded from here."""
        event.stop()

    def on_record_table_cursor_moved(self, event: RecordTable.CursorMoved) -> None:
        """Say again what the keys do."""
        event.stop()
        self._hint()

    def action_move(self, rows: int) -> None:
        """Move among the choices."""
        self._moved, self._eager = True, False
        self._table.action_move(rows)

    def action_stay(self) -> None:
        """There is but one field."""

    def action_cancel(self) -> None:
        """Leave things as they are."""
        picked = self._picked
        self.close()
        if picked is not None and not picked.done():
            picked.set_result(None)

    @property
    def _table(self) -> RecordTable:
        return self.query_one(RecordTable)

    def _narrow_to_typed(self) -> None:
        choices = self._choices
        if choices is not None and choices.typed != self.query_one(Input).value:
            self._moved = self._eager = False
            self._narrow(choices)

    def _narrow(self, choices: Choices) -> None:
        choices.narrow(self.query_one(Input).value)
        at = choices.first_allowed
        key = choices.key_at(at) if len(choices) else None
        self._table.attach(choices, COLUMNS, TableState(key, at, max(0, at - 2)))
        self._hint()

    def _hint(self) -> None:
        choices = self._choices
        if choices is None:
            return
        loaded = choices.collection
        count = f"{len(choices)} of {len(loaded)} channels"
        if loaded.loading is not Loading.NOTHING:
            count += " (loading more…)"
        elif loaded.error is not None:
            count += " (loading the rest failed)"
        if len(choices):
            self._hint_line.show(f" ⏎ choose  ↑↓ move  esc cancel · {count}", "muted")
        else:
            self._hint_line.show(f" no channel matches · {count} · esc cancel", "warn")

    def action_pick(self) -> None:
        """Pick what the cursor is on, if it can be picked."""
        self._narrow_to_typed()
        choices, key = self._choices, self._table.cursor_key
        if choices is None:
            return
        if not (choices.is_settled or choices.is_unmistakable or self._moved):
            # What was typed may mean a channel that is yet to come: pick once that is known.
            self._eager = True
            self._hint_line.show(" loading the rest of the channels, then choosing…", "warn")
            return
        at = choices.index_of(key) if key is not None else None
        if at is None:
            return
        channel = choices.channels[at]
        refusal = choices.refusal(channel)
        if refusal:
            self._hint_line.show(f" {channel.name}: {refusal}", "warn")
        elif self._picked is not None and not self._picked.done():
            self._picked.set_result(channel)

    @property
    def _hint_line(self) -> TextLine:
        return self.query_one("#form-hint", TextLine)
