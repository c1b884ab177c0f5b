"""The draft of a channel: the edited settings and rollout of one, or a new channel."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from capgo_tui.api.channel_setting import SettingKind
from capgo_tui.api.errors import Refusal
from capgo_tui.text import clean
from capgo_tui.workspace.changes.channel_words import describe_setting
from capgo_tui.workspace.changes.channels import find_default_effects, make_settings_change
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.new_channels import ChannelCreation
from capgo_tui.workspace.channel_fields import (
    COPY,
    NAME,
    NAME_TAKEN,
    as_text,
    list_form_fields,
    read_name,
    read_text,
)
from capgo_tui.workspace.draft import REVIEW, ChangeDraft, Entry, EntryKind
from capgo_tui.workspace.next_step import NextStep
from capgo_tui.workspace.rollout import list_rollout_steps
from capgo_tui.workspace.routing import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.states import State, Value
    from capgo_tui.workspace.session import Workspace

NOT_COPIED: Final = frozenset({"bundle", "public", *PLATFORMS})
"""Settings that are not copied from another channel: bundle, default, and platforms (untold)."""

LAST_OF_ROLLOUT: Final = "rollout_cache_ttl_seconds"
"""The field of the rollout above its steps."""


class ChannelDraft(ChangeDraft):
    """The edited settings of one channel, or all of a new one."""

    def __init__(self, workspace: Workspace, channel: Channel | None = None) -> None:
        super().__init__()
        self._workspace = workspace
        self._traits = workspace.client.traits
        self.fields = {
            field.name: field for field in list_form_fields(self._traits, new=channel is None)
        }
        self._choices: dict[str, Value] = {}
        self._copy_source = ""
        """The channel whose settings were copied last."""
        self._read(channel)

    def _read(self, channel: Channel | None) -> None:
        """Take a channel as what the draft is compared with."""
        self.channel = channel
        self._state: State = {} if channel is None else self._workspace.get_state(channel)
        steps = [] if channel is None else list_rollout_steps(self._workspace, channel)
        self._steps = {step.label: step for step in steps}

    def rebase(self) -> bool:
        """Compare with the channel as the list now has it; return False when it is gone."""
        if self.channel is None:
            return True
        now = self._workspace.channels.records.get(str(self.channel.id))
        if now is not None:
            self._read(now)
        return now is not None

    @property
    def entries(self) -> Sequence[Entry]:
        """The fields in their sections, with the steps of the rollout below its fields."""
        entries = []
        for field in self.fields.values():
            kind = EntryKind.TEXT if field.is_text else EntryKind.CHOICE
            entries.append(Entry(field.name, field.label, kind, section=field.section))
            if field.name == LAST_OF_ROLLOUT:
                entries += [
                    Entry(name, name, EntryKind.ACTION, step.refusal, field.section)
                    for name, step in self._steps.items()
                ]
        return entries

    # One field

    def is_told(self, name: str) -> bool:
        """Whether the server tells what the field is now."""
        return name in self._state

    def get_before(self, name: str) -> str:
        """Return the present value of a field, in words."""
        if not self.is_told(name):
            if name in (NAME, COPY):
                return "none"
            return "default" if self.channel is None else "unknown"
        return describe_setting(name, self._state[name])

    def get_after(self, name: str) -> str:
        """Return the value that a field is to have, in words."""
        if self.fields[name].is_text:
            text = self.get_text(name)
            if self.fields[name].kind is SettingKind.BPS and text:
                return f"{text} %"
            return text or ("none" if self.is_told(name) else self.get_before(name))
        if name not in self._choices:
            return self.get_before(name)
        return describe_setting(name, self._choices[name])

    def format_shown(self, name: str) -> str:
        """Return the value of a field; of a channel that there is, both if it is changed."""
        after = self.get_after(name)
        is_edit = self.channel is not None and self.is_changed(name)
        return f"{self.get_before(name)} → {after}" if is_edit else after

    def get_first_text(self, name: str) -> str:
        """Return the present text of a text field."""
        return as_text(self.fields[name], self._state[name]) if self.is_told(name) else ""

    def cycle(self, name: str, step: int = 1) -> None:
        """Choose the next option; an unknown value can also be left as it is."""
        options: list[Value | _ServerValue] = [*self.fields[name].options]
        if not self.is_told(name):
            options.insert(0, SERVER_VALUE)
        now = self._choices.get(name, self._state.get(name, SERVER_VALUE))
        at = options.index(now) if now in options else -step
        choice = options[(at + step) % len(options)]
        if isinstance(choice, _ServerValue):
            self._choices.pop(name, None)
        else:
            self.choose(name, choice)

    def choose(self, name: str, value: Value) -> None:
        """Set the value of a flag or choice."""
        self._choices.pop(name, None)
        if self._state.get(name, SERVER_VALUE) != value:
            self._choices[name] = value

    def leave(self, name: str) -> str:
        """Copy the settings of the named channel when its field is left."""
        if name != COPY:
            return ""
        before, self._copy_source = self._copy_source, self.get_text(COPY).strip()
        return self.copy_from(self._copy_source) if self._copy_source not in ("", before) else ""

    def is_changed(self, name: str) -> bool:
        """Whether a field is to have another value."""
        now = self._state.get(name, SERVER_VALUE)
        if name in self._choices:
            return self._choices[name] != now
        text = self._texts.get(name)
        if text is None or text.strip() == self.get_first_text(name).strip() or name == COPY:
            return False
        try:
            return name == NAME or read_text(self.fields[name], text) != now
        except ValueError:
            return True

    def list_suggestions(self, name: str) -> list[str]:
        """Return the names that begin with the text of a field, the newest bundles first."""
        prefix = self._texts.get(name, "").strip().casefold()
        names: list[str] = []
        if name == COPY:
            names = [channel.name for channel in self._workspace.channels.records.values()]
        elif self._get_kind(name) is SettingKind.BUNDLE and self.is_changed(name):
            names = [bundle.name for bundle in self._workspace.bundles.records.values()]
        fits = [name for name in names if name.casefold().startswith(prefix)]
        return [] if prefix in (name.casefold() for name in fits[:1]) else fits

    def find_problem(self, name: str) -> str:
        """Return what is wrong with a field; empty when nothing is."""
        try:
            self._get_value(name)
        except ValueError as error:
            return str(error)
        return ""

    def find_next_step(self, name: str) -> NextStep | None:
        """Return the next step for the error of a field; None for correcting it."""
        return NextStep.EDIT if self.find_problem(name) == NAME_TAKEN else None

    # All of it

    @property
    def title(self) -> str:
        """The title of the form."""
        return "New channel" if self.channel is None else f"Edit {self.channel.name}"

    def parse_settings(self) -> State:
        """Return the settings to be sent, without those that have an error."""
        return {
            name: self._get_value(name)
            for name in self.fields
            if name not in (NAME, COPY) and self.is_changed(name) and not self.find_problem(name)
        }

    def find_objection(self, action: str) -> str:
        """Return why nothing can be sent, or why a step of the rollout cannot be done."""
        if action not in self._steps:
            return super().find_objection(action)
        refusal = self._steps[action].refusal
        if self.dirty:
            refusal = "send or drop what is changed above first"
        return f"{action}: {refusal}" if refusal else ""

    def change(self, action: str = REVIEW) -> Change:
        """Return the change of all edited settings, or a step of the rollout."""
        if self.channel is not None and action in self._steps:
            return self._steps[action].change(self._workspace, self.channel)
        if self.channel is not None:
            return make_settings_change(self._workspace, self.channel, self.parse_settings())
        settings = self.parse_settings()
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

    def describe(self) -> Sequence[tuple[str, str]]:
        """Return the edited settings and the request."""
        return [(self.summarize(), "changed"), (self.request(), "muted")]

    def summarize(self) -> str:
        """Return the edited settings in one line, old → new."""
        effects = describe(self.change()).list_effects()
        summary = " · ".join(f"{each.field}: {each.before} → {each.after}" for each in effects)
        if self.channel is not None:
            return summary or "nothing is changed"
        return summary or "everything as the server has it by default"

    def request(self) -> str:
        """Return the request that would be sent, or why there is none; clean text."""
        if not self.parse_settings() and not self._texts.get(NAME):
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
        state = self._workspace.get_state(source)
        count = 0
        for name, field in self.fields.items():
            if name in NOT_COPIED or name not in state:
                continue
            count += 1
            if field.is_text:
                self._texts[name] = as_text(field, state[name])
            else:
                self._choices[name] = state[name]
        return (
            f"{count} settings of {source.name} copied; not its bundle, its rollout, its"
            " platforms, nor being a default"
        )

    # Values

    def _get_kind(self, name: str) -> SettingKind | None:
        return self.fields[name].kind if name in self.fields else None

    def _get_value(self, name: str) -> Value:
        field = self.fields.get(name)
        if field is None or not field.is_text:
            return self._choices.get(name, self._state.get(name))
        text = self.get_text(name)
        if name == NAME:
            channels = self._workspace.channels.records.values()
            return read_name(text, [channel.wire_id for channel in channels])
        if name == COPY or not self.is_changed(name):
            return None
        value = read_text(field, text)
        if field.kind is SettingKind.BUNDLE and isinstance(value, str):
            return self._find_bundle(name, value).wire_id
        if name == "rollout_pause_reason" and value and not self._is_paused:
            raise ValueError("only a paused rollout has one")
        return value

    def _find_bundle(self, field_name: str, name: str) -> Bundle:
        """Return the bundle of a name; an unknown one makes the server fail (contract §11.11)."""
        bundles = self._workspace.bundles
        bundle = next((each for each in bundles.records.values() if each.name == name), None)
        if bundle is None:
            if bundles.at_end:
                raise ValueError("there is no bundle of that name")
            raise ValueError(f"not among the {len(bundles)} loaded bundles")
        if field_name == "rollout_bundle":
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
