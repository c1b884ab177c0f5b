"""``capgo-tui channel``: list channels, show one, and change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from capgo_tui.api.errors import CapgoError, ErrorKind, UnsupportedByRevision
from capgo_tui.commands.channel_options import add_setting_options, fill
from capgo_tui.commands.common_options import (
    add_common_options,
    add_options_before_verb,
    app_argument,
    write_options,
)
from capgo_tui.commands.completions import complete_channels
from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.list_options import list_options
from capgo_tui.commands.output import say
from capgo_tui.commands.reading import write_list, write_one
from capgo_tui.commands.running import run
from capgo_tui.commands.selection import find_channel, load_bundles, load_channels
from capgo_tui.commands.verbs import Noun
from capgo_tui.commands.writing import run_writing
from capgo_tui.workspace.channel_fields import NAME, NAME_TAKEN, read_name
from capgo_tui.workspace.links import list_overridden_devices
from capgo_tui.workspace.resources.channel import CHANNELS
from capgo_tui.workspace.rollout_labels import FINISH, STOP

if TYPE_CHECKING:
    from capgo_tui.api.models import Channel
    from capgo_tui.commands.channel_options import SettingTexts
    from capgo_tui.commands.common_options import CommonOptions, WriteOptions
    from capgo_tui.commands.list_options import ListOptions
    from capgo_tui.commands.operation import Operation
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace

PAGES: Final = 10
"""Most pages of devices that are read to tell whose override goes with a channel."""


@click.group(cls=Noun)
@add_options_before_verb
def channel(**_options: object) -> None:
    """List, set, add and delete channels."""


@channel.command("list")
@app_argument
@list_options
def list_channels(common: CommonOptions, options: ListOptions) -> None:
    """List the channels of an app.

    capgo-tui channel list

    capgo-tui channel list --filter bundle:2.4.1 --json
    """

    async def run_command(workspace: Workspace) -> Exit:
        pager = workspace.client.list_channels(workspace.target.app_id)
        return await write_list(workspace, common, options, CHANNELS, pager)

    run(common.target(), run_command)


@channel.command("get")
@click.argument("name", shell_complete=complete_channels)
@app_argument
@add_common_options
def get_channel(common: CommonOptions, name: str) -> None:
    """Show the channel NAME.

    capgo-tui channel get production

    capgo-tui channel get production --json
    """

    async def run_command(workspace: Workspace) -> Exit:
        try:
            record = await workspace.client.get_channel(workspace.target.app_id, name)
        except CapgoError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            record = await find_channel(workspace, name)  # says which one is near
        return await write_one(workspace, common, CHANNELS, record)

    run(common.target(), run_command)


@channel.command("set")
@click.argument("name", shell_complete=complete_channels)
@app_argument
@add_setting_options
@click.option("--latest-remote", is_flag=True, help="Put the newest bundle on it.")
@click.option(
    "--promote-to-stable",
    "--rollout-promote",
    "step",
    flag_value=FINISH,
    help="As capgo-tui rollout finish.",
)
@click.option(
    "--rollback", "--rollout-rollback", "step", flag_value=STOP, help="As capgo-tui rollout stop."
)
@write_options
def set_channel(
    common: CommonOptions,
    options: WriteOptions,
    name: str,
    *,
    settings: SettingTexts,
    latest_remote: bool,
    step: str | None,
) -> None:
    """Change settings of the channel NAME, or its bundle.

    capgo-tui channel set beta --bundle 2.4.1 --no-emulator

    capgo-tui channel set beta --disable-auto-update major --self-assign --yes
    """
    if latest_remote and "bundle" in settings:
        raise click.UsageError("--latest-remote names the bundle already")
    has_settings = bool(settings) or latest_remote
    if step is not None and has_settings:
        raise click.UsageError("the end of a rollout is a change of its own, without settings")
    if step is None and not has_settings:
        raise click.UsageError("give at least one setting")

    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.commands.channel_changes import (  # noqa: PLC0415 - models of changes
            send_draft,
            step_rollout,
        )
        from capgo_tui.workspace.channel_draft import ChannelDraft  # noqa: PLC0415 - as above

        workspace = operation.workspace
        record = await find_channel(workspace, name)
        if step is not None:
            return await step_rollout(operation, record, step)
        texts = {**settings}
        if latest_remote:
            texts["bundle"] = await _find_newest_bundle(workspace)
        draft = ChannelDraft(workspace, record)
        await fill(draft, texts, workspace, is_new=False)
        return await send_draft(operation, draft)

    run_writing(common, options, run_command)


async def _find_newest_bundle(workspace: Workspace) -> str:
    await load_bundles(workspace)
    bundles = [each for each in workspace.bundles.records.values() if each.created_at is not None]
    if not bundles:
        raise CommandError(Exit.NOT_FOUND, "there is no bundle")
    return max(bundles, key=lambda each: (each.created_at, each.id)).wire_id


@channel.command("add")
@click.argument("name")
@app_argument
@click.option(
    "--from",
    "source",
    metavar="CHANNEL",
    help="Copy the settings of this channel.",
    shell_complete=complete_channels,
)
@add_setting_options
@write_options
def add_channel(
    common: CommonOptions,
    options: WriteOptions,
    name: str,
    *,
    settings: SettingTexts,
    source: str | None,
) -> None:
    """Create the channel NAME, with any of the settings of channel set.

    capgo-tui channel add pr-482 --bundle 2.5.0-beta.3 --self-assign

    capgo-tui channel add canary --from beta --yes
    """
    try:
        read_name(name, ())
    except ValueError as error:
        raise click.UsageError(f"{name!r} is no name of a channel: {error}") from None

    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.commands.channel_changes import send_draft  # noqa: PLC0415 - models of changes
        from capgo_tui.workspace.channel_draft import ChannelDraft  # noqa: PLC0415 - as above

        workspace = operation.workspace
        await load_channels(workspace)
        draft = ChannelDraft(workspace)
        if any(each.wire_id == name for each in workspace.channels.records.values()):
            raise CommandError(Exit.REFUSED, f"{name}: {NAME_TAKEN}")
        if source is not None:
            say(draft.copy_from((await find_channel(workspace, source)).name))
        draft.type(NAME, name)
        await fill(draft, settings, workspace, is_new=True)
        return await send_draft(operation, draft)

    run_writing(common, options, run_command)


@channel.command("delete")
@click.argument("name", shell_complete=complete_channels)
@app_argument
@click.option("--delete-bundle", is_flag=True, help="Delete its bundle too, where a server can.")
@click.option("--success-if-not-found", is_flag=True, help="A channel that is not there is fine.")
@write_options
def delete_channel(
    common: CommonOptions,
    options: WriteOptions,
    name: str,
    *,
    delete_bundle: bool,
    success_if_not_found: bool,
) -> None:
    """Delete the channel NAME, and with it the overrides to it.

    capgo-tui channel delete pr-481

    capgo-tui channel delete pr-481 --yes --confirm pr-481
    """

    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.commands.channel_changes import change_channel  # noqa: PLC0415 - a model
        from capgo_tui.workspace.changes.new_channels import (  # noqa: PLC0415 - as above
            make_channel_deletion,
        )

        workspace = operation.workspace
        try:
            record = await find_channel(workspace, name)
        except CommandError as missing:
            if not success_if_not_found or missing.exit_code is not Exit.NOT_FOUND:
                raise
            say(str(missing))
            return Exit.OK
        if delete_bundle and not workspace.client.traits.deletes_channel_with_bundle:
            raise UnsupportedByRevision("this server cannot delete a bundle with its channel")
        await _load_some_devices(workspace)

        def make(now: Channel) -> Change:
            overridden = list_overridden_devices(workspace, now)
            return make_channel_deletion(workspace, now, overridden, deletes_bundle=delete_bundle)

        return await change_channel(operation, record, make)

    run_writing(common, options, run_command)


async def _load_some_devices(workspace: Workspace) -> None:
    """Load devices, to tell whose override goes with a channel; the question tells how many."""
    for _ in range(PAGES):
        if workspace.devices.at_end or workspace.devices.error is not None:
            break
        await workspace.devices.load_more()
