"""The top row: the app, its server, and the tabs with their counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.message import Message
from textual.widget import Widget

from capgo_tui.cells import truncate
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.lines import Run, measure_width, pad, strip

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from rich.style import Style
    from textual import events
    from textual.strip import Strip

    from capgo_tui.workspace.target import Target

PROFILE_WIDTH = 12
"""Cells of a profile's name; what is longer is cut, so that the app's has room as well."""


class TabLabel(NamedTuple):
    """One tab of the strip."""

    key: str
    """Its digit."""
    name: str
    label: str
    amount: str
    """How many records it holds, as far as that is known; empty where it holds none."""


class TitleBar(Widget):
    """One row: the app on the left, the tabs on the right."""

    DEFAULT_CSS = """
    TitleBar {
        height: 1;
        background: $panel;
        & > .title-bar--brand { color: $text-accent; text-style: bold; }
        & > .title-bar--app { color: $foreground; text-style: bold; }
        & > .title-bar--place { color: $text-warning; }
        & > .title-bar--profile { color: $foreground; }
        & > .title-bar--production {
            background: $warning-muted;
            color: $text-warning;
            text-style: bold;
        }
        & > .title-bar--tab { color: $foreground-muted; }
        & > .title-bar--active { background: $primary; color: $text; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "title-bar--brand",
        "title-bar--app",
        "title-bar--place",
        "title-bar--profile",
        "title-bar--production",
        "title-bar--tab",
        "title-bar--active",
    }

    @dataclass
    class TabPicked(Message):
        """Posted when a tab is clicked."""

        title_bar: TitleBar
        name: str

        @property
        def control(self) -> TitleBar:
            """The bar it happened in."""
            return self.title_bar

    def __init__(self, target: Target) -> None:
        super().__init__()
        self._read_only = (" · read-only", " ro") if target.read_only else ("", "")
        self._app_id = target.app_id
        self._place = target.place
        self._is_place_first = target.is_profile_changed
        """Whether the server stands before the app, since the profile's name misleads."""
        profile = target.profile
        short = profile and replace(profile, name=truncate(profile.name, PROFILE_WIDTH))
        self._profile: Sequence[tuple[str, str]] = ()
        """Which profile, as runs of a text and its style's name."""
        if short is not None:
            style = "production" if short.production else "profile"
            self._profile = ((" · ", "app"), (short.badge, style))
        self._profile_width = sum(measure_width(text) for text, _ in self._profile)
        self._tabs: Sequence[TabLabel] = ()
        self._active = ""
        self._path = ""

    def show_tabs(self, tabs: Sequence[TabLabel], active: str) -> None:
        """Set the tabs and their counts; repaints only what differs."""
        if (tabs, active) != (self._tabs, self._active):
            self._tabs, self._active = tabs, active
            self.refresh()

    def show_path(self, path: str) -> None:
        """Set the path of the links that were followed; empty for none."""
        if path != self._path:
            self._path = path
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the row; what does not fit goes from the left, the profile last of all."""
        width, base = self.size.width, self.rich_style
        tabs = self._list_fitting_tabs()
        gap = width - sum(map(measure_width, tabs))
        room = gap - self._profile_width
        first, place = "", f" · {self._place}" if self._place else ""
        if self._is_place_first:
            # Half of the room is the app's.
            first, place = f" {truncate(self._place, max(1, room // 2 - 3))} ·", ""
        room -= measure_width(first)
        name = f" {self._app_id}"
        if self._path:
            # Of a long path its end matters most, and more than the app's name.
            whole = f"{name} › {self._path}"
            fits = measure_width(whole + self._read_only[1]) < room
            name = whole if fits else f" {_end_of_path(self._path, room - 2)}"
            place = ""
        in_words, read_only = self._read_only
        if measure_width(name + place + in_words) < room:
            read_only = in_words
        if measure_width(name + place + read_only) > room - 1:
            place = ""  # the app's name matters more than where it is
        if measure_width(name + read_only) > room - 1:
            name = pad(name, max(0, room - 1 - measure_width(read_only)))
        brand = " Capgo " if room > measure_width(name + place + read_only) + 9 else ""
        left: list[Run] = [
            (brand, self._style("brand")),
            (first, self._style("place")),
            (name, self._style("app")),
            *((text, self._style(style)) for text, style in self._profile),
            (place + read_only, self._style("place")),
        ]
        gap = max(0, gap - sum(measure_width(text) for text, _ in left))
        right = [
            (text, self._style("active" if tab.name == self._active else "tab"))
            for tab, text in zip(self._tabs, tabs, strict=True)
        ]
        return strip([*left, (" " * gap, base), *right], width, base)

    def on_click(self, event: events.Click) -> None:
        """Pick the tab under the mouse."""
        texts = self._list_fitting_tabs()
        start = self.size.width - sum(map(measure_width, texts))
        for tab, text in zip(self._tabs, texts, strict=True):
            end = start + measure_width(text)
            if start <= event.x < end:
                self.post_message(self.TabPicked(self, tab.name))
            start = end

    def _list_fitting_tabs(self) -> list[str]:
        """Return the tabs; those of pages by their digits where the left side needs the room."""
        name = self._path or f"{self._app_id} · {self._place}"
        left = measure_width(name + self._read_only[1]) + self._profile_width + 3
        texts = self._list_tab_texts({tab.name for tab in self._tabs})
        if left + sum(map(measure_width, texts)) > self.size.width:
            return self._list_tab_texts({tab.name for tab in self._tabs if tab.amount})
        return texts

    def _list_tab_texts(self, labelled: Container[str]) -> list[str]:
        """Return the tabs, with a label for those of these names and for the active one."""
        texts = [
            f" {tab.key} {tab.label} {tab.amount} "
            if tab.amount
            else f" {tab.key} {tab.label} "
            if tab.name in labelled or tab.name == self._active
            else f" {tab.key} "
            for tab in self._tabs
        ]
        room = self.size.width - self._profile_width
        if sum(map(measure_width, texts)) > room - 16:
            texts = [f" {tab.key} {tab.label} " for tab in self._tabs]
        if sum(map(measure_width, texts)) > room - 8:
            texts = [
                f" {tab.key} {tab.label} " if tab.name == self._active else f" {tab.key} "
                for tab in self._tabs
            ]
        if sum(map(measure_width, texts)) > room - 12:
            texts = [f" {tab.key} " for tab in self._tabs]
        return texts

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"title-bar--{part}")


def _end_of_path(path: str, width: int) -> str:
    """Return as many of the last names of a path as fit."""
    if measure_width(path) <= width:
        return path
    names = path.split(" › ")
    while len(names) > 1 and measure_width(" › ".join(names)) + 4 > width:
        names.pop(0)
    return f"… › {' › '.join(names)}"
