"""The options of the settings of a channel, one or more for each row of the table of settings."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Final, TypeAlias

import click

from capgo_tui.api.channel_setting import SettingKind
from capgo_tui.api.errors import UnsupportedByRevision
from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.commands.completions import complete_bundles
from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.selection import find_bundle
from capgo_tui.workspace.channel_fields import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from capgo_tui.api.channel_setting import ChannelSetting
    from capgo_tui.commands.options import Decorator
    from capgo_tui.workspace.channel_draft import ChannelDraft
    from capgo_tui.workspace.session import Workspace

SettingTexts: TypeAlias = "Mapping[str, bool | str]"
"""The values given for settings, by name: yes or no, else the text of the value."""

ALIASES: Final = {
    "bundle": ("-b",),
    "public": ("--default/--no-default",),
    "allow_device_self_set": ("--self-assign/--no-self-assign",),
    "allow_emulator": ("--emulator/--no-emulator",),
    "allow_device": ("--device/--no-device",),
    "allow_dev": ("--dev/--no-dev",),
    "allow_prod": ("--prod/--no-prod",),
    "rollout_bundle": ("--rollout-version",),
    "rollout_percentage_bps": ("--rollout-share",),
    "rollout_enabled": ("--rollout/--no-rollout",),
}
"""The names in the official command line, and shorter ones, beside that of the contract."""
NONE: Final = "none"
"""The text of a value that is taken away."""
RAW: Final = "_raw"
"""The end of the name of an option that takes hundredths of a percent."""
_BPS: Final = "_bps"
_UNDER_NATIVE: Final = "disable_auto_update_under_native"


def add_setting_options(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command with an option for each setting, passed to it as `settings`."""

    @wraps(command)
    def run(
        *arguments: object,
        state: str | None,
        downgrade: bool | None,
        no_bundle: bool,
        no_rollout_bundle: bool,
        **values: object,
    ) -> None:
        texts: dict[str, bool | str] = {}
        for name in [name for name in values if name in CHANNEL_SETTINGS]:
            value = values.pop(name)
            if isinstance(value, bool | str):
                texts[name] = value
        for name in [name for name in values if name.endswith(RAW)]:
            value = values.pop(name)
            if isinstance(value, int):
                _add(texts, name.removesuffix(RAW), f"{value / 100:g}")
        _add(texts, "public", None if state is None else state == "default")
        _add(texts, _UNDER_NATIVE, None if downgrade is None else not downgrade)
        _add(texts, "bundle", NONE if no_bundle else None)
        _add(texts, "rollout_bundle", NONE if no_rollout_bundle else None)
        for name, text in texts.items():
            _check(CHANNEL_SETTINGS[name], text)
        command(*arguments, settings=texts, **values)

    result: Callable[..., None] = run
    for option in reversed([*_list_options()]):
        result = option(result)
    return result


def _list_options() -> Iterator[Decorator]:
    for setting in CHANNEL_SETTINGS.values():
        if not setting.section:
            continue
        yield _make_option(setting)
        if setting.kind is SettingKind.BPS:
            yield click.option(
                f"--{setting.name.replace('_', '-')}",
                setting.name + RAW,
                type=click.IntRange(setting.least, setting.most),
                help="The same in hundredths of a percent.",
            )
        if setting.name == "bundle":
            yield click.option("--no-bundle", is_flag=True, help="Take the bundle off.")
        elif setting.name == "rollout_bundle":
            yield click.option(
                "--no-rollout-bundle", is_flag=True, help="Take the rollout target off."
            )
        elif setting.name == "public":
            yield click.option(
                "-s",
                "--state",
                type=click.Choice(["default", "normal"]),
                help="The same as --default or --no-default.",
            )
        elif setting.name == _UNDER_NATIVE:
            yield click.option(
                "--downgrade/--no-downgrade",
                default=None,
                help="Whether updates below the native version are allowed.",
            )


def _make_option(setting: ChannelSetting) -> Decorator:
    name = f"--{setting.name.removesuffix(_BPS).replace('_', '-')}"
    aliases = ALIASES.get(setting.name, ())
    help_text = f"{setting.section}: {setting.label}."
    if setting.kind is SettingKind.FLAG:
        long_name = f"{name}/--no-{name.removeprefix('--')}"
        return click.option(long_name, *aliases, setting.name, default=None, help=help_text)
    if setting.kind is SettingKind.CHOICE:
        words = [*setting.choices, *setting.choice_labels.values()]
        return click.option(name, *aliases, setting.name, type=click.Choice(words), help=help_text)
    complete = complete_bundles if setting.kind is SettingKind.BUNDLE else None
    return click.option(
        name,
        *aliases,
        setting.name,
        metavar=_make_metavar(setting),
        help=help_text,
        shell_complete=complete,
    )


def _make_metavar(setting: ChannelSetting) -> str:
    words = {SettingKind.BUNDLE: "BUNDLE", SettingKind.BPS: "PERCENT", SettingKind.TEXT: "TEXT"}
    rest = "|none" * (setting.null and setting.kind is not SettingKind.BUNDLE)
    return f"{words.get(setting.kind, 'NUMBER')}{rest}"


def _add(texts: dict[str, bool | str], name: str, value: bool | str | None) -> None:
    """Add a value by another name of its setting."""
    if value is None:
        return
    if texts.setdefault(name, value) != value:
        raise click.UsageError(f"two values were given: {CHANNEL_SETTINGS[name].label}")


def _check(setting: ChannelSetting, text: bool | str) -> None:
    if isinstance(text, bool):
        return
    if setting.kind is SettingKind.BUNDLE and not text.strip():
        raise click.UsageError(f"--{setting.name.replace('_', '-')} is empty")
    try:
        read_text(setting, _without_none(setting, text))
    except ValueError as error:
        raise click.UsageError(f"{setting.label}: {error}") from None


def _without_none(setting: ChannelSetting, text: str) -> str:
    return "" if setting.null and text.strip().lower() == NONE else text


async def fill(
    draft: ChannelDraft, texts: SettingTexts, workspace: Workspace, *, is_new: bool
) -> None:
    """Set the given values in a draft.

    Raises:
        CommandError: for a bundle that is not there, or a value that breaks a rule.
        UnsupportedByRevision: where the server has no such setting.

    """
    for name, text in texts.items():
        setting, field = CHANNEL_SETTINGS[name], draft.fields.get(name)
        if field is None:
            raise UnsupportedByRevision(_explain_missing(setting, workspace, is_new=is_new))
        if isinstance(text, bool) or not field.is_text:
            value = text if isinstance(text, bool) else read_text(setting, text)
            if value not in field.options:
                raise UnsupportedByRevision(f"{setting.label}: this server has no {text}")
            draft.choose(name, value)
        else:
            draft.type(name, await _read(setting, text, workspace))
    if errors := draft.list_errors():
        entry, why = errors[0]
        raise CommandError(Exit.REFUSED, f"{entry.label}: {why}")


def _explain_missing(setting: ChannelSetting, workspace: Workspace, *, is_new: bool) -> str:
    traits = workspace.client.traits
    if is_new and setting.name in traits.channel_fields:
        return f"a new channel has no rollout yet: set {setting.label} on it afterwards"
    return f"this server's API ({traits.revision}) cannot set {setting.label}"


async def _read(setting: ChannelSetting, text: str, workspace: Workspace) -> str:
    text = _without_none(setting, text)
    is_bundle = setting.kind is SettingKind.BUNDLE and text
    return (await find_bundle(workspace, text)).name if is_bundle else text
