"""``capgo-tui rollout``: give a bundle to a share of the devices of a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import click

from capgo_tui.api.errors import UnsupportedByRevision
from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.commands.channel_options import fill
from capgo_tui.commands.common_options import add_options_before_verb, app_argument, write_options
from capgo_tui.commands.completions import complete_bundles, complete_channels
from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.selection import find_channel
from capgo_tui.commands.verbs import Noun
from capgo_tui.commands.writing import run_writing
from capgo_tui.workspace.channel_fields import read_text
from capgo_tui.workspace.rollout_labels import FINISH, NO_TARGET, STOP

if TYPE_CHECKING:
    from capgo_tui.api.models import Channel
    from capgo_tui.commands.common_options import CommonOptions, WriteOptions
    from capgo_tui.commands.operation import Operation

Texts: TypeAlias = "dict[str, bool | str]"
SHARE = "rollout_percentage_bps"


@click.group(cls=Noun)
@add_options_before_verb
def rollout(**_options: object) -> None:
    """Start, share, pause, resume, finish and stop rollouts."""


def _read_share(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    if text is not None:
        try:
            read_text(CHANNEL_SETTINGS[SHARE], text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return text


_channel_argument = click.argument("name", metavar="CHANNEL", shell_complete=complete_channels)
_SHARE_HELP = "The share of the devices: 10% or 2.5."


@rollout.command("start")
@_channel_argument
@app_argument
@click.option(
    "-b", "--bundle", metavar="BUNDLE", help="The rollout target.", shell_complete=complete_bundles
)
@click.option("--share", metavar="PERCENT", callback=_read_share, help=_SHARE_HELP)
@write_options
def start_rollout(
    common: CommonOptions,
    options: WriteOptions,
    name: str,
    *,
    bundle: str | None,
    share: str | None,
) -> None:
    """Give a bundle to a share of the devices of a CHANNEL.

    capgo-tui rollout start production --bundle 2.5.0-beta.3 --share 10%

    capgo-tui rollout start production --yes
    """

    async def run_command(operation: Operation) -> Exit:
        channel = await _find(operation, name)
        if bundle is None and channel.rollout_bundle is None:
            raise CommandError(Exit.REFUSED, f"{channel.name}: {NO_TARGET}: --bundle names it")
        texts: Texts = {"rollout_enabled": True}
        if bundle is not None:
            texts["rollout_bundle"] = bundle
        if share is not None:
            texts[SHARE] = share
        return await _set(operation, channel, texts)

    run_writing(common, options, run_command)


@rollout.command("share")
@_channel_argument
@click.argument("words", nargs=-1, metavar="[PERCENT] [APP]")
@click.option("--share", metavar="PERCENT", callback=_read_share, help=_SHARE_HELP)
@write_options
def share_rollout(
    common: CommonOptions,
    options: WriteOptions,
    name: str,
    *,
    words: tuple[str, ...],
    share: str | None,
) -> None:
    """Set the share of the devices of a CHANNEL that get its rollout target.

    capgo-tui rollout share production 25%

    capgo-tui rollout share production --share 25% --yes
    """
    rest = words
    if share is None and words:
        share, rest = words[0], words[1:]
    if share is None or len(rest) > 1:
        raise click.UsageError("name the channel, the share, and then perhaps the app")
    try:
        read_text(CHANNEL_SETTINGS[SHARE], share)
    except ValueError as error:
        raise click.UsageError(f"{share!r} is no share: {error}") from None
    texts: Texts = {SHARE: share}

    async def run_command(operation: Operation) -> Exit:
        channel = await _find(operation, name)
        if channel.rollout_bundle is None:
            raise CommandError(Exit.REFUSED, f"{channel.name}: {NO_TARGET}")
        return await _set(operation, channel, texts)

    run_writing(common.with_app(rest[0]) if rest else common, options, run_command)


@rollout.command("pause")
@_channel_argument
@app_argument
@click.option("--reason", metavar="TEXT", help="Why it is paused, for others to read.")
@write_options
def pause_rollout(
    common: CommonOptions, options: WriteOptions, name: str, *, reason: str | None
) -> None:
    """Stop giving the rollout target of a CHANNEL to more devices.

    capgo-tui rollout pause production

    capgo-tui rollout pause production --reason 'crashes on Android 12' --yes
    """
    if reason is None:
        _run_step(common, options, name, "pause")

    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.commands.channel_changes import (  # noqa: PLC0415 - models of changes
            check_step,
            find_step,
        )

        channel = await _find(operation, name)
        check_step(find_step(operation, channel, "pause"), channel)
        texts: Texts = {"rollout_paused": True, "rollout_pause_reason": reason or ""}
        return await _set(operation, channel, texts)

    run_writing(common, options, run_command)


@rollout.command("resume")
@_channel_argument
@app_argument
@write_options
def resume_rollout(common: CommonOptions, options: WriteOptions, name: str) -> None:
    """Go on with the paused rollout of a CHANNEL.

    capgo-tui rollout resume production

    capgo-tui rollout resume production --yes
    """
    _run_step(common, options, name, "resume")


@rollout.command("finish")
@_channel_argument
@app_argument
@write_options
def finish_rollout(common: CommonOptions, options: WriteOptions, name: str) -> None:
    """Make the rollout target the bundle of a CHANNEL for all its devices.

    capgo-tui rollout finish production

    capgo-tui rollout finish production --yes --wait
    """
    _run_step(common, options, name, FINISH)


@rollout.command("stop")
@_channel_argument
@app_argument
@write_options
def stop_rollout(common: CommonOptions, options: WriteOptions, name: str) -> None:
    """End the rollout of a CHANNEL: all its devices get its bundle.

    capgo-tui rollout stop production

    capgo-tui rollout stop production --dry-run
    """
    _run_step(common, options, name, STOP)


def _run_step(common: CommonOptions, options: WriteOptions, name: str, label: str) -> None:
    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.commands.channel_changes import step_rollout  # noqa: PLC0415 - as above

        return await step_rollout(operation, await _find(operation, name), label)

    run_writing(common, options, run_command)


async def _find(operation: Operation, name: str) -> Channel:
    traits = operation.workspace.client.traits
    if "rollout_bundle" not in traits.channel_fields:
        raise UnsupportedByRevision(f"this server's API ({traits.revision}) has no rollouts")
    return await find_channel(operation.workspace, name)


async def _set(operation: Operation, channel: Channel, texts: Texts) -> Exit:
    from capgo_tui.commands.channel_changes import send_draft  # noqa: PLC0415 - models of changes
    from capgo_tui.workspace.channel_draft import ChannelDraft  # noqa: PLC0415 - as above

    draft = ChannelDraft(operation.workspace, channel)
    await fill(draft, texts, operation.workspace, is_new=False)
    return await send_draft(operation, draft)
