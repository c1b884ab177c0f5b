"""Bring an earlier state of a channel back, as far as it can be set (contract §6, §18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.channel_setting import SettingKind
from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.channel_words import label_setting
from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.changes.promotions import make_promotion
from capgo_tui.workspace.routing import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Collection

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.channels import SettingsChange
    from capgo_tui.workspace.changes.states import State, Value
    from capgo_tui.workspace.session import Workspace


@dataclass(frozen=True, slots=True)
class Restoration:
    """What brings an earlier state of a channel back, and what stays as it is now."""

    changes: tuple[Change, ...]
    """In order; empty where nothing can be brought back."""
    obstacles: tuple[str, ...] = ()
    """A clause for each differing field that cannot be brought back, with the reason."""


def plan_restoration(
    workspace: Workspace, channel: Channel, earlier: State, changed_fields: Collection[str] = ()
) -> Restoration:
    """Return the changes that bring a state of a channel back, by the collections alone.

    Whether a field differs that this server never tells is not known: it is an obstacle only
    where it is one of `changed_fields`.
    """
    now = workspace.get_state(channel)
    traits = workspace.client.traits
    untold_fields = CHANNEL_SETTINGS.keys() - traits.channel_reply_fields | PLATFORMS.keys()
    untold_fields -= set(changed_fields)
    goal: State = {}
    obstacles = []
    for field, value in earlier.items():
        if field not in CHANNEL_SETTINGS or (field in now and now[field] == value):
            continue
        if field not in now and field in untold_fields:
            continue
        if obstacle := _find_obstacle(workspace, field, value, now):
            obstacles.append(f"{label_setting(field)}: {obstacle}")
        else:
            goal[field] = value
    return Restoration(_plan_changes(workspace, channel, now, goal, obstacles), tuple(obstacles))


def _find_obstacle(workspace: Workspace, field: str, value: Value, now: State) -> str:
    """Return why a value cannot be set again; empty when it can."""
    traits, setting = workspace.client.traits, CHANNEL_SETTINGS[field]
    if field not in now:
        return "this server does not report it now"
    if field not in traits.channel_fields:
        return "this server has no way to set it"
    if setting.kind is SettingKind.BUNDLE:
        if value is None:
            clears = field != "bundle" or traits.clears_bundle
            return "" if clears else "this server has no way to take a bundle off a channel"
        bundle = _find_bundle(workspace, value)
        return "" if bundle is not None else "that bundle is not there any more"
    if field == "disable_auto_update" and value not in traits.update_policies:
        return "this server does not take that policy"
    try:
        setting.check(value)
    except ValueError:
        return "what it was cannot be sent"
    return ""


def _plan_changes(
    workspace: Workspace, channel: Channel, now: State, goal: State, obstacles: list[str]
) -> tuple[Change, ...]:
    if not goal:
        return ()
    notes = tuple(f"stays as it is · {each}" for each in obstacles)
    bundle = _find_bundle(workspace, goal["bundle"]) if goal.keys() == {"bundle"} else None
    if bundle is not None:
        return (_with_impact(make_promotion(workspace, channel, bundle), notes),)
    change = make_settings_change(workspace, channel, goal)
    stages: list[SettingsChange] = change.split_into_stages(
        workspace.client.traits, now, goal, (*change.impact, *notes)
    )
    first, *others = (
        stage.model_copy(update={"demotes": change.demotes if "public" in goal else ()})
        if "public" in (stage.after or {})
        else stage
        for stage in stages
    )
    return (first.model_copy(update={"keeps": change.keeps}), *others)


def _with_impact(change: Change, notes: tuple[str, ...]) -> Change:
    return change.model_copy(update={"impact": (*change.impact, *notes)}) if notes else change


def _find_bundle(workspace: Workspace, name: Value) -> Bundle | None:
    return next((b for b in workspace.bundles.records.values() if b.wire_id == name), None)
