"""The form for a list of device ids, which are looked up, then overridden or cleared."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import compress
from operator import not_
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import TextArea

from capgo_tui.api.errors import CapgoError
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean
from capgo_tui.tui.keys import fill_keys, name_key
from capgo_tui.tui.overlays.overlay import AskingOverlay
from capgo_tui.tui.widgets.lines import measure_width, pad, strip
from capgo_tui.tui.widgets.text_line import TextBlock, TextLine
from capgo_tui.tui.words import shorten_failure
from capgo_tui.tui.workers import start_worker
from capgo_tui.workspace.changes.names import shorten
from capgo_tui.workspace.device_ids import parse_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip
    from textual.worker import Worker

    from capgo_tui.workspace.device_ids import DeviceFinder, DeviceMatch, Ids

Verb: TypeAlias = Literal["override", "clear"]
VERBS = " {device.override} override  {device.clear} clear"
KEYS = (
    f"{VERBS}%s  {{ids.back}} back to the list  {{ids.cancel}} leave",
    f"{VERBS}%s  {{ids.back}} list  {{ids.cancel}}",
    f"{VERBS}%s  {{ids.cancel}}",
    f"{VERBS}%s",
    "%s",
)
"""The keys of the bottom row, in fewer and fewer words."""
LEFT_OUT_KEYS = "  d drop {count}"
KEEP_KEYS = "  k {keep} {count} unknown"
WAITS = (
    " ⏎ new line  {ids.on} on, then {device.override} override or {device.clear} clear"
    "  {ids.cancel} leave",
    " {ids.on} on, then {device.override} or {device.clear}  {ids.cancel} leave",
    " {ids.on} on  {ids.cancel} leave",
)
"""The same while the text has the keyboard."""
MOST = 1_000_000
"""Characters of a pasted line at most."""
MOST_SHOWN = 3
"""Unclear ids, or words that are no ids, that are named..."""
NAME_WIDTH = 20
"""...and the cells for each of the words."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to do to which devices."""

    verb: Verb
    devices: Sequence[DeviceMatch]
    left_out: Sequence[DeviceMatch] = ()
    """Ids of the list that are left out."""


class IdsText(TextArea):
    """The text area with the ids; pasted text is cleaned."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "app.interrupt", show=False),
    ]

    @property
    def is_filled(self) -> bool:
        """Whether all of it is selected, so that the first character replaces it."""
        return bool(self.text) and self.selected_text == self.text

    def action_delete_left(self) -> None:
        """Delete one character, even when the whole list is selected."""
        if self.is_filled:
            self.move_cursor(self.document.end)
        super().action_delete_left()

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if not self.read_only:
            text = clean_typed_text(event.text)
            edit = self.replace(text, *self.selection, maintain_selection_offset=False)
            self.move_cursor(edit.end_location)


class Actions(Widget, can_focus=True):
    """The bottom row with the actions for the devices; their keys work only here."""

    DEFAULT_CSS = """
    Actions { height: 1; color: $foreground-muted; &:focus { color: $text-accent; } }
    """

    more = ""
    """Further keys."""

    def offer(self, more: str) -> None:
        """Show further keys."""
        if more != self.more:
            self.more = more
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the keys that work."""
        width = self.size.width
        texts = [text % self.more for text in KEYS] if self.has_focus else WAITS
        keys = ""
        for keys in map(fill_keys, texts):
            if measure_width(keys) <= width:
                break
        return strip([(pad(keys, width), self.rich_style)], width, self.rich_style)


class IdsForm(Vertical, AskingOverlay["Wish | None"]):
    """Asks for ids, one a line, shows how many are loaded, and asks what to do to them."""

    DEFAULT_CSS = """
    IdsForm {
        dock: bottom;
        layer: form;
        height: 14;
        max-height: 80%;
        visibility: hidden;
        background: $panel;
        & IdsText { height: 1fr; border: none; padding: 0 1; background: $surface; }
        &:ansi { background: ansi_default; & IdsText { background: ansi_default; } }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", priority=True, id="ids.cancel"),
        Binding("tab", "to_actions", show=False, priority=True, id="ids.on"),
        Binding("shift+tab", "to_text", show=False, priority=True, id="ids.back"),
        Binding("o", "wish('override')", "override", id="ids.override"),
        Binding("x", "wish('clear')", "clear", id="ids.clear"),
        Binding("enter", "enter", show=False, id="ids.enter"),
        Binding("d", "drop", "drop what means no device", id="ids.drop"),
        Binding("k", "keep", "keep unknown ids, or not", id="ids.keep"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._finder: DeviceFinder | None = None
        self._initial_text = ""
        self._has_warned = False
        """Whether the operator was warned that leaving drops the typed text."""
        self._look_up: Worker[None] | None = None
        self._results: Sequence[DeviceMatch] | None = None
        """The ids after the lookup; None before it and once the list has changed."""
        self._keeps = False
        """Whether ids that the server does not know are kept."""

    def compose(self) -> ComposeResult:
        """Make the rows."""
        yield TextLine(" Device ids, pasted or typed", "title", id="ids-title")
        # No blinking cursor: nothing is drawn while idle.
        area = IdsText(id="ids-text", soft_wrap=False, disabled=True, compact=True)
        area.cursor_blink = False
        yield area
        yield TextBlock(tone="plain", id="ids-count")
        yield Actions()

    def open(self, text: str, finder: DeviceFinder) -> asyncio.Future[Wish | None]:
        """Ask what to do to which devices; None when the form is left.

        The keyboard is taken at once, and given back by `close`.
        """
        self._finder = finder
        self._has_warned = self._keeps = False
        self._results = None
        area = self._area
        area.disabled = False
        with area.prevent(TextArea.Changed):
            area.text = self._initial_text = clean_typed_text(text)
        area.move_cursor(area.document.end)
        self._show_count()
        return self.ask(self._actions if self._initial_text.strip() else area)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Count the ids again."""
        event.stop()
        self._has_warned = self._keeps = False
        self._results = None
        self._show_count()

    def action_to_actions(self) -> None:
        """Go from the text to the actions."""
        self.screen.set_focus(self._actions)
        self._actions.refresh()

    def action_to_text(self) -> None:
        """Go back to the text; one that came with the form is selected as a whole.

        Typed or pasted text then replaces it; a cursor key keeps it.
        """
        if self._look_up is None:
            if self.screen.focused is not self._area and self._area.text == self._initial_text:
                self._area.select_all()
            self.screen.set_focus(self._area)
            self._actions.refresh()

    def action_cancel(self) -> None:
        """Stop the lookup; else leave, after a warning if that drops typed text."""
        if self._look_up is not None:
            self._look_up.cancel()
        elif (
            self._area.text != self._initial_text
            and self._area.text.strip()
            and not self._has_warned
        ):
            self._has_warned = True
            self._say(f"{name_key('ids.cancel')} again drops this list", "warn")
        else:
            self.give(None)
            self.close()

    def action_wish(self, verb: Verb) -> None:
        """Look up the ids that are not loaded, then pass the devices on.

        It pauses if an id matches no device, so that the id can be kept or corrected.
        """
        if not self._is_free:
            return
        if self._results is not None:
            self._pass_on(verb)
            return
        entries = self._find_loaded(parse_ids(self._area.text))
        if not entries:
            self._say("there is no id in the list", "warn")
        else:
            self._area.read_only = True  # what was looked up is what is acted on
            self._look_up = start_worker(self, partial(self._find, verb, entries))

    def action_enter(self) -> None:
        """Say what goes on from the bottom row: there are two ways."""
        if self._is_free:
            self._say(fill_keys("{device.override} overrides them, {device.clear} clears them"))

    async def _find(self, verb: Verb, entries: Sequence[DeviceMatch]) -> None:
        finder = self._finder
        if finder is None:
            return
        missing = sum(one.device is None and not one.trouble for one in entries)

        def show_progress(count: int) -> None:
            stop = name_key("ids.cancel")
            self._say(f"asking the server: {count} of {missing} · {stop} stops")

        try:
            if missing:
                show_progress(0)
            self._results = await finder.ask_server(entries, show_progress)
            if self._is_undecided(verb):
                self._show_left_out()
            else:
                self._pass_on(verb)
        except CapgoError as error:
            self._say(
                shorten_failure(error, "read the devices", failed_at=finder.read_clock()), "warn"
            )
        except asyncio.CancelledError:
            if self.query(TextLine):  # else the program is being left
                self._say("stopped; nothing was changed")
            raise
        finally:
            self._look_up = None
            for area in self.query(IdsText):  # none when the program is being left
                area.read_only = False

    # Ids without a device

    def action_drop(self) -> None:
        """Drop the ids that match no device."""
        if not self._is_free:
            return
        ids = parse_ids(self._area.text)
        entries = self._results if self._results is not None else self._find_loaded(ids)
        looked_up = self._results is not None
        usable = [each for each in entries if not (each.trouble or (looked_up and not each.device))]
        drop_count = len(entries) - len(usable) + len(ids.left_out)
        if not drop_count:
            self._say(
                fill_keys(
                    "nothing to drop: {device.override} or {device.clear} asks the server first"
                )
            )
            return
        area = self._area
        with area.prevent(TextArea.Changed):
            area.text = "\n".join(each.id for each in usable)
        self._keeps, self._results = False, usable if looked_up else None
        self._say(f"{drop_count} dropped · {len(usable)} left")

    def action_keep(self) -> None:
        """Keep the ids that the server does not know, or leave them out again."""
        if not self._is_free:
            return
        if not self._unknown:
            self._say(
                fill_keys("no id was looked up: {device.override} or {device.clear} asks first")
            )
        else:
            self._keeps = not self._keeps
            self._show_left_out()

    @property
    def _is_free(self) -> bool:
        """Whether the keys of the bottom row mean something now."""
        return self.screen.focused is self._actions and self._look_up is None

    @property
    def _unknown(self) -> Sequence[DeviceMatch]:
        """The ids that the server does not know."""
        results = self._results or ()
        return [one for one in results if one.device is None and not one.trouble]

    def _is_undecided(self, verb: Verb) -> bool:
        """Return whether the operator must decide about some ids first."""
        results, finder = self._results or (), self._finder
        if any(one.trouble for one in results):
            return True
        # A server that takes no override for an unknown device leaves no choice.
        can_keep = verb == "clear" or (finder is not None and finder.takes_unknown)
        return bool(self._unknown) and can_keep

    def _pass_on(self, verb: Verb) -> None:
        """Answer with the devices, without those that are left out."""
        results = self._results or ()
        is_included = [bool(one.device) or (self._keeps and not one.trouble) for one in results]
        devices = list(compress(results, is_included))
        if devices:
            left_out = list(compress(results, map(not_, is_included)))
            self.give(Wish(verb, devices, left_out))
        else:
            self._show_left_out("none is left: ")

    def _show_left_out(self, lead: str = "") -> None:
        """Show which ids match no device, and what happens to them."""
        unknown, unclear = self._unknown, [one for one in self._results or () if one.trouble]
        parts = []
        if unknown:
            fate = "kept" if self._keeps else "left out"
            parts.append(f"{len(unknown)} unknown to the server, {fate}: {_join_names(unknown)}")
        if unclear:
            examples = "; ".join(
                f"{shorten(clean(one.id), NAME_WIDTH)}: {one.trouble}"
                for one in unclear[:MOST_SHOWN]
            )
            parts.append(f"{len(unclear)} left out: {examples}")
        self._say(lead + " · ".join(parts), "warn")

    def _find_loaded(self, ids: Ids) -> Sequence[DeviceMatch]:
        return [] if self._finder is None else self._finder.find_among_loaded(ids.ids)

    def _show_count(self) -> None:
        ids = parse_ids(self._area.text)
        entries = self._find_loaded(ids)
        loaded_count = sum(one.device is not None for one in entries)
        unclear_count = sum(bool(one.trouble) for one in entries)
        parts = [
            f"{len(entries)} device{'' if len(entries) == 1 else 's'}",
            f"{loaded_count} loaded",
        ]
        if missing := len(entries) - loaded_count - unclear_count:
            parts.append(f"{missing} not loaded: the server will be asked")
        if unclear_count:
            parts.append(f"{unclear_count} unclear")
        if ids.left_out:
            examples = [shorten(word, NAME_WIDTH) for word in ids.left_out[:MOST_SHOWN]]
            more = ["…"] if len(ids.left_out) > MOST_SHOWN else []
            parts.insert(1, f"not read as ids: {' '.join([*examples, *more])}")
        self._say(" · ".join(parts), "warn" if unclear_count or ids.left_out else "plain")

    def _say(self, text: str, tone: str = "plain") -> None:
        self.query_one("#ids-count", TextLine).show(f" {text}", tone)
        unknown = len(self._unknown)
        drop = sum(one.device is None for one in self._results or ())
        more = LEFT_OUT_KEYS.format(count=drop) if drop else ""
        if unknown:
            keep = "leave out" if self._keeps else "keep"
            more = KEEP_KEYS.format(keep=keep, count=unknown) + more
        self._actions.offer(more)

    @property
    def _area(self) -> IdsText:
        return self.query_one(IdsText)

    @property
    def _actions(self) -> Actions:
        return self.query_one(Actions)


def _join_names(devices: Sequence[DeviceMatch]) -> str:
    """Return the first few of some ids."""
    examples = [shorten(clean(one.id), NAME_WIDTH) for one in devices[:MOST_SHOWN]]
    return " ".join([*examples, *(["…"] if len(devices) > MOST_SHOWN else [])])


def clean_typed_text(text: str) -> str:
    """Return clean lines of a text; tabs become commas."""
    return "\n".join(clean(line.replace("\t", ",").strip(), MOST) for line in text.splitlines())
