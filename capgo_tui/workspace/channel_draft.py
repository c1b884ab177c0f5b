"""Drafts of the channel form: the edited settings of a channel, or a new channel."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from capgo_tui.api.channel_setting import Kind
from capgo_tui.api.errors import Refusal
from capgo_tui.text import clean
from capgo_tui.workspace.changes.channel_words import setting_words
from capgo_tui.workspace.changes.channels import find_default_effects, make_settings_change
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
"""Settings that are not copied from another channel: bundle, default, and platforms (untold)."""


class ChannelDraft:
    """The edited settings of one channel, or all of a new one."""

    def __init__(self, workspace: Workspace, channel: Channel | None = None) -> None:
        self._workspace = workspace
        self._traits = workspace.client.traits
        self.channel = channel
        self.fields = form_fields(self._traits, new=channel is None)
        self._texts: dict[str, str] = {}
        self._choices: dict[str, Value] = {}
        self._state: State = {} if channel is None else workspace.state_of(channel)

    def rebase(self) -> bool:
        """Compare with the channel as the list now has it; return False when it is gone."""
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
        """Return the present value of a field, in words."""
        if not self.is_told(field):
            if field.name in (NAME, COPY):
                return "none"
            return "default" if self.channel is None else "unknown"
        return setting_words(field.name, self._state[field.name])

    def after(self, field: FormField) -> str:
        """Return the value that a field is to have, in words."""
        if field.is_text:
            text = self.text(field)
            if field.kind is Kind.BPS and text:
                return f"{text} %"
            return text or ("none" if self.is_told(field) else self.before(field))
        if field.name not in self._choices:
            return self.before(field)
        return setting_words(field.name, self._choices[field.name])

    def text(self, field: FormField) -> str:
        """Return the text of a text field."""
        current_text = as_text(field, self._state[field.name]) if self.is_told(field) else ""
        return self._texts.get(field.name, current_text)

    def type(self, field: FormField, text: str) -> None:
        """Set the text of a text field."""
        self._texts[field.name] = text

    def cycle(self, field: FormField, step: int = 1) -> None:
        """Choose the next option; an unknown value can also be left as it is."""
        options: list[Value | _ServerValue] = [*field.options]
        if not self.is_told(field):
            options.insert(0, SERVER_VALUE)
        now = self._choices.get(field.name, self._state.get(field.name, SERVER_VALUE))
        at = options.index(now) if now in options else -step
        choice = options[(at + step) % len(options)]
        self._choices.pop(field.name, None)
        if (
            not isinstance(choice, _ServerValue)
            and self._state.get(field.name, SERVER_VALUE) != choice
        ):
            self._choices[field.name] = choice

    def is_changed(self, field: FormField) -> bool:
        """Whether a field is to have another value."""
        now = self._state.get(field.name, SERVER_VALUE)
        if field.name in self._choices:
            return self._choices[field.name] != now
        text = self._texts.get(field.name)
        current_text = "" if isinstance(now, _ServerValue) else as_text(field, now)
        if text is None or text.strip() == current_text.strip() or field.name == COPY:
            return False
        try:
            return field.name == NAME or read_text(field, text) != now
        except ValueError:
            return True

    def suggestions(self, field: FormField) -> list[str]:
        """Return the names that begin with the text of a field, the newest bundles first."""
        prefix = self._texts.get(field.name, "").strip().casefold()
        if self.text(field) and not self.is_changed(field) and field.name != COPY:
            return []  # nobody is looking for another one yet
        names: list[str] = []
        if field.kind is Kind.BUNDLE and self.is_changed(field):
            names = [bundle.name for bundle in self._workspace.bundles.records.values()]
        elif field.name == COPY:
            names = [channel.name for channel in self._workspace.channels.records.values()]
        fits = [name for name in names if name.casefold().startswith(prefix)]
        return [] if prefix in (name.casefold() for name in fits[:1]) else fits

    def error(self, field: FormField) -> str:
        """Return what is wrong with a field; empty when nothing is."""
        try:
            self._value(field)
        except ValueError as error:
            return str(error)
        return ""

    def next_step(self, field: FormField) -> NextStep | None:
        """Return the next step for the error of a field; None for correcting it."""
        return NextStep.EDIT if self.error(field) == NAME_TAKEN else None

    # All of it

    @property
    def dirty(self) -> int:
        """The number of edited fields."""
        return sum(self.is_changed(field) for field in self.fields)

    @property
    def title(self) -> str:
        """The title of the form."""
        return "New channel" if self.channel is None else f"Edit {self.channel.name}"

    def errors(self) -> list[tuple[FormField, str]]:
        """Return each field that has an error, with the error."""
        errors = [(field, self.error(field)) for field in self.fields]
        return [(field, error) for field, error in errors if error]

    def settings(self) -> State:
        """Return the settings to be sent, without those that have an error."""
        return {
            field.name: self._value(field)
            for field in self.fields
            if field.name not in (NAME, COPY) and self.is_changed(field) and not self.error(field)
        }

    def change(self) -> Change:
        """Return the change of all edited settings."""
        if self.channel is not None:
            return make_settings_change(self._workspace, self.channel, self.settings())
        settings = self.settings()
        impact, demotions = find_default_effects(self._workspace, None, settings)
        name = self._texts.get(NAME, "").strip()
        return ChannelCreation(
            app_id=self._workspace.target.app_id,
            wire_id=name,
            label=clean(name),
            before=None,
            after=settings,
            impact=impact,
            level=ConfirmationLevel.LIST if settings.get("public") else ConfirmationLevel.LINE,
            demotes=demotions,
        )

    def summary(self) -> str:
        """Return the edited settings in one line, old → new."""
        effects = describe(self.change()).effects()
        summary = " · ".join(f"{each.field}: {each.before} → {each.after}" for each in effects)
        if self.channel is not None:
            return summary or "nothing is changed"
        return summary or "everything as the server has it by default"

    def request(self) -> str:
        """Return the request that would be sent, or why there is none; clean text."""
        if not self.settings() and not self._texts.get(NAME):
            return "nothing to send yet"
        try:
            request = self.change().request(self._traits)
        except Refusal as error:
            return f"nothing can be sent: {error}"
        return clean(f"{request.name} {json.dumps(request.body, ensure_ascii=False)}")

    def copy_from(self, name: str) -> str:
        """Copy the settings of a loaded channel; return what is to be said about that."""
        name = name.strip()
        channels = self._workspace.channels.records.values()
        fits = [each for each in channels if each.name.startswith(name)]
        source = next((each for each in fits if each.name == name or len(fits) == 1), None)
        if source is None:
            return f"no loaded channel is called {name}"
        state = self._workspace.state_of(source)
        count = 0
        for field in self.fields:
            value = state.get(field.name)
            if field.name in NOT_COPIED or field.name not in state:
                continue
            count += 1
            if field.is_text:
                self._texts[field.name] = as_text(field, value)
            else:
                self._choices[field.name] = value
        return (
            f"{count} settings of {source.name} copied; not its bundle, its rollout, its"
            " platforms, nor being a default"
        )

    # Values

    def _value(self, field: FormField) -> Value:
        if not field.is_text:
            return self._choices.get(field.name, self._state.get(field.name))
        text = self.text(field)
        if field.name == NAME:
            channels = self._workspace.channels.records.values()
            return read_name(text, [channel.wire_id for channel in channels])
        if field.name == COPY or not self.is_changed(field):
            return None
        value = read_text(field, text)
        if field.kind is Kind.BUNDLE and isinstance(value, str):
            return self._bundle(field, value).wire_id
        if field.name == "rollout_pause_reason" and value and not self._is_paused:
            raise ValueError("only a paused rollout has one")
        return value

    def _bundle(self, field: FormField, name: str) -> Bundle:
        """Return the bundle of a name; an unknown one makes the server fail (contract §11.11)."""
        bundles = self._workspace.bundles
        bundle = next((each for each in bundles.records.values() if each.name == name), None)
        if bundle is None:
            if bundles.at_end:
                raise ValueError("there is no bundle of that name")
            raise ValueError(f"not among the {len(bundles)} loaded bundles")
        if field.name == "rollout_bundle":
            if not self._carries_something:
                raise ValueError("a rollout needs a bundle on the channel first")
            if self._traits.disabling_drops_target and self._is_switched_off:
                raise ValueError("this server drops it when the rollout is switched off")
            if self._is_paused:
                raise ValueError("a new target is never paused: resume first, or pause later")
        return bundle

    @property
    def _carries_something(self) -> bool:
        text = self._texts.get("bundle")
        return bool(self._state.get("bundle") if text is None else text.strip())

    @property
    def _is_switched_off(self) -> bool:
        """Whether the draft switches a running rollout off."""
        return self._choices.get("rollout_enabled") is False

    @property
    def _is_paused(self) -> bool:
        return bool(self._choices.get("rollout_paused", self._state.get("rollout_paused")))


class _ServerValue:
    """The type of `SERVER_VALUE`."""


SERVER_VALUE: Final = _ServerValue()
"""The choice to send nothing, so that the server keeps its value."""
