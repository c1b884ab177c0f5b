"""The entries of the palette: lists, actions, themes, exports and records."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.tabs import TAB_BY_NAME, TABS
from capgo_tui.workspace.export.formats import OF_FILES
from capgo_tui.workspace.resources.registry import RESOURCE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.tui.actions import Action, ActionContext

MOST_NAMES = 5
"""Records of each list that are offered at most."""
WHY = "why"
"""The command that explains a device."""
MOST_SEARCHED = 2_000
"""Channels and bundles that are searched for every letter at most."""
NEAR = 3
"""Names that are offered at most where none matches."""
NEARNESS = 0.6
"""How close a name must be, from 0 to 1."""
EXCLUDED_ACTIONS = {
    "back",
    "quit",
    "palette",
    "list.export",
    *(f"tab.{tab.name}" for tab in TABS),
}
"""Actions without a use in the palette, or with a command of their own."""


@dataclass(frozen=True, slots=True)
class Act:
    """Run an action."""

    action_id: str


@dataclass(frozen=True, slots=True)
class Begin:
    """Open the palette again, with a text."""

    text: str


@dataclass(frozen=True, slots=True)
class Show:
    """Show a list, with another filter unless it is None."""

    tab: str
    filter: str | None = None


@dataclass(frozen=True, slots=True)
class Find:
    """Go to a record of a list."""

    tab: str
    key: str


@dataclass(frozen=True, slots=True)
class Explain:
    """Explain the device of an id."""

    device_id: str


@dataclass(frozen=True, slots=True)
class UseTheme:
    """Use another theme."""

    name: str


@dataclass(frozen=True, slots=True)
class ExportTo:
    """Ask where to export the list in view, beginning with a format and a file."""

    form: str
    name: str


@dataclass(frozen=True, slots=True)
class OpenApp:
    """Show another app of the key."""

    app_id: str


@dataclass(frozen=True, slots=True)
class OpenProfile:
    """Show the app of another profile."""

    name: str


@dataclass(frozen=True, slots=True)
class Quit:
    """Leave the program."""


Command: TypeAlias = (
    Act | Begin | Show | Find | Explain | UseTheme | ExportTo | OpenApp | OpenProfile | Quit
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the palette."""

    title: str
    explanation: str
    command: Command
    completion: str = ""
    """The text that stands for it; empty where there is none."""
    off: bool = False
    """Whether it cannot be done now; the explanation says why."""
    is_near: bool = False
    """Whether its name is only close to what was typed."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the palette offers at this moment."""

    context: ActionContext
    actions: Iterable[Action]
    channels: Iterable[Channel]
    bundles: Iterable[Bundle]
    themes: Sequence[str]
    profiles: Sequence[str] = ()
    """The names of the profiles."""
    no_themes: str = ""
    """Why the theme cannot be changed; empty when it can."""

    def match(self, text: str) -> list[Entry]:
        """Return the entries that match a text, the likeliest first."""
        head, space, rest = text.lstrip().partition(" ")
        if not head:
            return []
        if space:
            entries = self._parse_command(head.casefold(), rest.strip())
            if entries:
                return entries
        words = text.casefold().split()
        return [
            *self._iterate_commands(head.casefold() if not space else text.casefold()),
            *self._iterate_actions(words),
            *self._iterate_names(text.strip()),
        ]

    def find_similar(self, text: str) -> list[Entry]:
        """Return the entries whose names are close to a text that matches none; takes a while."""
        head, _, rest = text.strip().casefold().partition(" ")
        commands = {entry.title: entry for entry in self._iterate_commands("")}
        if rest:
            names = get_close_matches(head, commands, NEAR, NEARNESS)
            return [
                Entry(f"{name} {rest}", "is near", Begin(f"{name} {rest}"), is_near=True)
                for name in names
            ]
        candidates = {
            **{each.name.casefold(): _make_entry("bundle", each) for each in self.bundles},
            **{each.name.casefold(): _make_entry("channel", each) for each in self.channels},
            **{entry.title.casefold(): entry for entry in self._iterate_actions([])},
            **commands,
        }
        close = [candidates[name] for name in get_close_matches(head, candidates, NEAR, NEARNESS)]
        return [
            replace(each, explanation=f"is near · {each.explanation}", is_near=True)
            for each in close
        ]

    def _iterate_commands(self, prefix: str) -> Iterable[Entry]:
        """Yield the commands that begin with a prefix."""
        for tab in TABS:
            title = tab.title.casefold()
            is_named = tab.name.startswith(prefix)
            if is_named or title.startswith(prefix):
                name = tab.name if is_named else title
                explanation = f"show the {name}{'; a filter may follow' if tab.is_list else ''}"
                yield Entry(name, explanation, Show(tab.name), f"{tab.name} ")
        if WHY.startswith(prefix):
            explanation = "what a device should get, and why; its id follows"
            yield Entry(WHY, explanation, Begin(f"{WHY} "), f"{WHY} ")
        if "theme".startswith(prefix):
            explanation = self.no_themes or "other colours; the name of a theme follows"
            yield Entry("theme", explanation, Begin("theme "), "theme ", bool(self.no_themes))
        if "app".startswith(prefix):
            yield Entry("app", "another app of this key; its id follows", Begin("app "), "app ")
        if "profile".startswith(prefix) and self.profiles:
            explanation = "another profile of config.toml; its name follows"
            yield Entry("profile", explanation, Begin("profile "), "profile ")
        if "export".startswith(prefix):
            explanation = "the list in view; csv, json or ndjson and a file may follow"
            yield Entry("export", explanation, ExportTo("", ""), "export ")
        if "quit".startswith(prefix):
            yield Entry("quit", "leave the program", Quit(), "quit")

    def _parse_command(self, head: str, rest: str) -> list[Entry]:
        """Return the entries of a command and its arguments; empty when it is no command."""
        for name in RESOURCE_NAMES:
            if name.startswith(head) or TAB_BY_NAME[name].title.casefold().startswith(head):
                first = Entry(f"{name} /{rest}", "show those that match", Show(name, rest))
                return [first, *(e for e in self._iterate_names(rest) if _name_tab(e) == name)]
        if head == WHY and rest:
            text = "explain the device of exactly this id"
            return [Entry(f"{WHY} {rest}", text, Explain(rest), f"{WHY} {rest}")]
        if "theme".startswith(head):
            prefix = rest.casefold()
            return [
                Entry(f"theme {name}", self.no_themes, UseTheme(name), f"theme {name}",
                      bool(self.no_themes))
                for name in sorted(self.themes, key=lambda each: not each.startswith(prefix))
                if prefix in name
            ]  # fmt: skip
        if "profile".startswith(head) and self.profiles:
            return [
                Entry(f"profile {name}", "show its app", OpenProfile(name), f"profile {name}")
                for name in self.profiles
                if rest.casefold() in name.casefold()
            ]
        if "export".startswith(head):
            form, _, name = rest.partition(" ")
            return [
                Entry(f"export {each} {name}".rstrip(), "asks where to write it",
                      ExportTo(each, name.strip()), f"export {each} ")
                for each in OF_FILES if each.startswith(form)
            ]  # fmt: skip
        return []

    def _iterate_actions(self, words: Sequence[str]) -> Iterable[Entry]:
        """Return the actions of this tab whose label or tooltip holds all words, labels first."""
        matches = []
        for action in self.actions:
            if self.context.tab not in action.tabs or action.id in EXCLUDED_ACTIONS:
                continue
            label, all_of_it = action.label.casefold(), f"{action.label} {action.description}"
            if all(word in all_of_it.casefold() for word in words):
                reason = action.disabled_reason(self.context)
                explanation = f"✗ {reason}" if reason else f"{action.key}  {action.description}"
                entry = Entry(action.label, explanation, Act(action.id), off=bool(reason))
                first = words[0] if words else ""
                matches.append((not label.startswith(" ".join(words)), first not in label, entry))
        return [entry for *_, entry in sorted(matches, key=lambda each: each[:2])]

    def _iterate_names(self, text: str) -> Iterable[Entry]:
        yield from _find_by_name("channel", text, self.channels)
        yield from _find_by_name("bundle", text, self.bundles)


def _find_by_name(noun: str, text: str, records: Iterable[Channel | Bundle]) -> Iterable[Entry]:
    part = text.casefold()
    candidates = islice(records, MOST_SEARCHED)
    matching = (each for each in candidates if part and part in each.name.casefold())
    for record in islice(matching, MOST_NAMES):
        yield _make_entry(noun, record)


def _make_entry(noun: str, record: Channel | Bundle) -> Entry:
    return Entry(record.name, noun, Find(f"{noun}s", str(record.id)))


def find_devices(text: str, devices: Sequence[Device]) -> list[Entry]:
    """Return entries for the first devices whose id contains a text; slow for many devices."""
    part = text.strip().casefold()
    matching = (
        each
        for each in devices
        if part in each.device_id.casefold() or part in (each.custom_id or "").casefold()
    )
    return [
        Entry(each.custom_id or each.device_id, f"device {each.device_id}",
              Find("devices", each.wire_id))
        for each in islice(matching, MOST_NAMES)
    ]  # fmt: skip


def list_app_entries(rest: str, apps: Iterable[tuple[str, str | None]]) -> list[Entry]:
    """Return entries for the apps of the key whose id or name contains a text."""
    part = rest.strip().casefold()
    return [
        Entry(f"app {app_id}", name or "", OpenApp(app_id), f"app {app_id}")
        for app_id, name in apps
        if part in app_id.casefold() or part in (name or "").casefold()
    ]


def parse_app_pattern(text: str) -> str | None:
    """Return what follows ``app``; None for another command."""
    head, space, rest = text.lstrip().partition(" ")
    return rest if space and head.casefold() == "app" else None


def parse_device_pattern(text: str) -> str:
    """Return the text to search the devices for; empty for no search."""
    head, space, rest = text.strip().partition(" ")
    if not space:
        return head if len(head) > 1 else ""
    if "devices".startswith(head.casefold()) or head.casefold() == WHY:
        return rest
    return ""


def explain_entries(text: str, devices: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries of devices so that they are explained, where the text asks for that."""
    if text.split(" ", maxsplit=1)[0].casefold() != WHY:
        return devices
    return [
        replace(each, title=f"{WHY} {each.title}", command=Explain(each.command.key))
        for each in devices
        if isinstance(each.command, Find)
    ]


def _name_tab(entry: Entry) -> str:
    return entry.command.tab if isinstance(entry.command, Find) else ""
