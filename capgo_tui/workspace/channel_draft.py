"""What is being changed of a channel, or a channel to be: staged, checked, and not yet sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import Refused
from capgo_tui.api.settings import Kind
from capgo_tui.text import clean
from capgo_tui.workspace.changes.channel_words import setting_value
from capgo_tui.workspace.changes.channels import find_default_effects, settings_change
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.new_channels import ChannelCreation
from capgo_tui.workspace.channel_fields import (
    COPY,
    NAME,
    NAME_TAKEN,
    FormField,
    as_text,
    form_fields,
    read_name,
    read_text,
)
from capgo_tui.workspace.next_step import NextStep
from capgo_tui.workspace.routing import PLATFORMS

if TYPE_CHECKING:
    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.states import State, Value
    from capgo_tui.workspace.session import Workspace

NOT_COPIED: Final = frozenset({"bundle", "public", *PLATFORMS})
"""Not copied from another channel: what would make it carry or be something, and what is untold."""


class ChannelDraft:
    """The changes to one channel, or all of a new one, as far as they are typed."""

    def __init__(self, workspace: Workspace, channel: Channel | None = None) -> None:
        self._workspace = workspace
        self._traits = workspace.client.traits
        self.channel = channel
        self.fields = form_fields(self._traits, new=channel is None)
        self._texts: dict[str, str] = {}
        self._chosen: dict[str, Value] = {}
        self._state: State = {} if channel is None else workspace.state_of(channel)

    def rebase(self) -> bool:
        """Take the channel as the list now has it; False when it is gone."""
        if self.channel is None:
            return True
        now = self._workspace.channels.records.get(str(self.channel.id))
        if now is not None:
            self.channel, self._state = now, self._workspace.state_of(now)
        return now is not None

    # One field

    def is_told(self, field: FormField) -> bool:
        """Whether the server tells what the field is now."""
        return field.name in self._state

    def before(self, field: FormField) -> str:
        """What the field is now, in words."""
        if not self.is_told(field):
            if field.name in (NAME, COPY):
                return "none"
            return "default" if self.channel is None else "unknown"
        return self._in_words(field, self._state[field.name])

    def after(self, field: FormField) -> str:
        """What it is to be, in words."""
        if field.is_text:
            text = self.text(field)
            if field.kind is Kind.BPS and text:
                return f"{text} %"
            return text or ("none" if self.is_told(field) else self.before(field))
        if field.name not in self._chosen:
            return self.before(field)
        return self._in_words(field, self._chosen[field.name])

    def text(self, field: FormField) -> str:
        """What stands in a text field."""
        told = as_text(field, self._state[field.name]) if self.is_told(field) else ""
        return self._texts.get(field.name, told)

    def type(self, field: FormField, text: str) -> None:
        """Let something else stand in a text field."""
        self._texts[field.name] = text

    def cycle(self, field: FormField, step: int = 1) -> None:
        """Choose the next option; where nobody tells what it is, leaving it so is one too."""
        options: list[Value | _Kept] = [*field.options]
        if not self.is_told(field):
            options.insert(0, KEPT)
        now = self._chosen.get(field.name, self._state.get(field.name, KEPT))
        at = options.index(now) if now in options else -step
        chosen = options[(at + step) % len(options)]
        self._chosen.pop(field.name, None)
        if not isinstance(chosen, _Kept) and self._state.get(field.name, KEPT) != chosen:
            self._chosen[field.name] = chosen

    def is_changed(self, field: FormField) -> bool:
        """Whether it is to become something else than it is."""
        now = self._state.get(field.name, KEPT)
        if field.name in self._chosen:
            return self._chosen[field.name] != now
        typed = self._texts.get(field.name)
        untouched = "" if isinstance(now, _Kept) else as_text(field, now)
        if typed is None or typed.strip() == untouched.strip() or field.name == COPY:
            return False
        try:
            return field.name == NAME or read_text(field, typed) != now
        except ValueError:
            return True

    def suggestions(self, field: FormField) -> list[str]:
        """Names that what was typed can be the beginning of, the newest bundles first."""
        typed = self._texts.get(field.name, "").strip().casefold()
        if self.text(field) and not self.is_changed(field) and field.name != COPY:
            return []  # nobody is looking for another one yet
        names: list[str] = []
        if field.kind is Kind.BUNDLE and self.is_changed(field):
            names = [bundle.name for bundle in self._workspace.bundles.records.values()]
        elif field.name == COPY:
            names = [channel.name for channel in self._workspace.channels.records.values()]
        fits = [name for name in names if name.casefold().startswith(typed)]
        return [] if typed in (name.casefold() for name in fits[:1]) else fits

    def error(self, field: FormField) -> str:
        """What is wrong with a field; empty when nothing is."""
        try:
            self._value(field)
        except ValueError as error:
            return str(error)
        return ""

    def next_step(self, field: FormField) -> NextStep | None:
        """What can be done about what is wrong with a field; None for mending it."""
        return NextStep.EDIT if self.error(field) == NAME_TAKEN else None

    # All of it

    @property
    def dirty(self) -> int:
        """How many fields would be lost if the form were left."""
        return sum(self.is_changed(field) for field in self.fields)

    @property
    def title(self) -> str:
        """What the form is about."""
        return "New channel" if self.channel is None else f"Edit {self.channel.name}"

    def errors(self) -> list[tuple[FormField, str]]:
        """Every field something is wrong with."""
        found = [(field, self.error(field)) for field in self.fields]
        return [(field, error) for field, error in found if error]

    def staged(self) -> State:
        """The values to be sent, without the fields something is wrong with."""
        return {
            field.name: self._value(field)
            for field in self.fields
            if field.name not in (NAME, COPY) and self.is_changed(field) and not self.error(field)
        }

    def change(self) -> Change:
        """All of it as one change."""
        if self.channel is not None:
            return settings_change(self._workspace, self.channel, self.staged())
        staged = self.staged()
        impact, demoted = find_default_effects(self._workspace, None, staged)
        name = self._texts.get(NAME, "").strip()
        return ChannelCreation(
            app_id=self._workspace.target.app_id,
            key=name,
            label=clean(name),
            before=None,
            after=staged,
            impact=impact,
            level=ConfirmationLevel.LIST if staged.get("public") else ConfirmationLevel.LINE,
            demotes=demoted,
        )

    def told(self) -> str:
        """What changes, old → new, in one line."""
        effects = describe(self.change()).effects()
        told = " · ".join(f"{each.field}: {each.before} → {each.after}" for each in effects)
        if self.channel is not None:
            return told or "nothing is changed"
        return told or "everything as the server has it by default"

    def request(self) -> str:
        """The request that would be sent, or why there is none; clean text."""
        if not self.staged() and not self._texts.get(NAME):
            return "nothing to send yet"
        try:
            request = self.change().request(self._traits)
        except Refused as refused:
            return f"nothing can be sent: {refused}"
        return clean(f"{request.name} {json.dumps(request.body, ensure_ascii=False)}")

    def copy_from(self, name: str) -> str:
        """Stage the settings of a loaded channel; gives what is to be said about that."""
        name = name.strip()
        channels = self._workspace.channels.records.values()
        fits = [each for each in channels if each.name.startswith(name)]
        source = next((each for each in fits if each.name == name or len(fits) == 1), None)
        if source is None:
            return f"no loaded channel is called {name}"
        state = self._workspace.state_of(source)
        copied = 0
        for field in self.fields:
            value = state.get(field.name)
            if field.name in NOT_COPIED or field.name not in state:
                continue
            copied += 1
            if field.is_text:
                self._texts[field.name] = as_text(field, value)
            else:
                self._chosen[field.name] = value
        return (
            f"{copied} settings of {source.name} copied; not its bundle, its rollout, its"
            " platforms, nor being a default"
        )

    # Values

    def _value(self, field: FormField) -> Value:
        if not field.is_text:
            return self._chosen.get(field.name, self._state.get(field.name))
        text = self.text(field)
        if field.name == NAME:
            channels = self._workspace.channels.records.values()
            return read_name(text, [channel.wire_key for channel in channels])
        if field.name == COPY or not self.is_changed(field):
            return None
        value = read_text(field, text)
        if field.kind is Kind.BUNDLE and isinstance(value, str):
            return self._bundle(field, value).wire_key
        if field.name == "rollout_pause_reason" and value and not self._is_paused:
            raise ValueError("only a paused rollout has one")
        return value

    def _bundle(self, field: FormField, name: str) -> Bundle:
        """The bundle of a name: an unknown one makes the server fail (contract §11.11)."""
        bundles = self._workspace.bundles
        found = next((each for each in bundles.records.values() if each.name == name), None)
        if found is None:
            if bundles.ended:
                raise ValueError("there is no bundle of that name")
            raise ValueError(f"not among the {len(bundles)} loaded bundles")
        if field.name == "rollout_bundle":
            if not self._carries_something:
                raise ValueError("a rollout needs a bundle on the channel first")
            if self._traits.disabling_drops_target and self._is_switched_off:
                raise ValueError("this server drops it when the rollout is switched off")
            if self._is_paused:
                raise ValueError("a new target is never paused: resume first, or pause later")
        return found

    @property
    def _carries_something(self) -> bool:
        typed = self._texts.get("bundle")
        return bool(self._state.get("bundle") if typed is None else typed.strip())

    @property
    def _is_switched_off(self) -> bool:
        """Whether the draft switches a running rollout off."""
        return self._chosen.get("rollout_enabled") is False

    @property
    def _is_paused(self) -> bool:
        return bool(self._chosen.get("rollout_paused", self._state.get("rollout_paused")))

    def _in_words(self, field: FormField, value: Value) -> str:
        told = setting_value(field.name, value)
        if told is not None:
            return told
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "none" if value is None else clean(str(value))


class _Kept:
    """The type of `KEPT`."""


KEPT: Final = _Kept()
"""Not to be sent: the server keeps what it has."""
