"""``capgo-tui device``: list devices, show one, and link them to channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capgo_tui.api.requests import MAX_LIMIT
from capgo_tui.commands.common_options import (
    add_common_options,
    add_options_before_verb,
    app_argument,
    write_options,
)
from capgo_tui.commands.completions import complete_bundles, complete_channels
from capgo_tui.commands.device_selection import UNSEEN, report_walk, select_devices
from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.list_options import list_options
from capgo_tui.commands.output import say
from capgo_tui.commands.reading import write_list, write_one, write_rows
from capgo_tui.commands.running import run
from capgo_tui.commands.selection import find_bundle, find_channel, read_ids, split_app
from capgo_tui.commands.verbs import Noun
from capgo_tui.commands.writing import run_writing
from capgo_tui.workspace.custom_ids import find_device
from capgo_tui.workspace.resources.device import DEVICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.commands.common_options import CommonOptions, WriteOptions
    from capgo_tui.commands.list_options import ListOptions
    from capgo_tui.commands.operation import Operation
    from capgo_tui.workspace.session import Workspace


@click.group(cls=Noun)
@add_options_before_verb
def device(**_options: object) -> None:
    """List devices, and link them to channels."""


@device.command("list")
@app_argument
@list_options
def list_devices(common: CommonOptions, options: ListOptions) -> None:
    """List the devices of an app.

    capgo-tui device list --filter 'is:override seen:<7d'

    capgo-tui device list --sort seen:desc --limit 20 --csv
    """

    async def run_command(workspace: Workspace) -> Exit:
        reads_all = options.filter is not None or options.sort is not None
        most = MAX_LIMIT if reads_all else min(options.limit or MAX_LIMIT, MAX_LIMIT)
        pager = workspace.client.list_devices(workspace.target.app_id, limit=most)
        return await write_list(workspace, common, options, DEVICES, pager)

    run(common.target(), run_command)


@device.command("get")
@click.argument("device_id", metavar="ID")
@app_argument
@add_common_options
def get_device(common: CommonOptions, device_id: str) -> None:
    """Show the device of an ID, which can be a custom id.

    A server that cannot look a custom id up is asked for those that have one, page by page.
    Where several have the same one all of them are listed, and the exit code is 1.

    capgo-tui device get qa-08

    capgo-tui device get 9ee1181d-5102-4434-8410-26058f3c3cd2 --json
    """
    if not device_id.strip():
        raise click.UsageError("the ID is empty")

    async def run_command(workspace: Workspace) -> Exit:
        search = await find_device(workspace, device_id, walks=report_walk())
        if not search.devices:
            say(f"no device has {search.nothing}: {device_id}")
            return Exit.FAILED if search.more else Exit.NOT_FOUND
        if len(search.devices) > 1:
            await write_rows(workspace, common, DEVICES, search.devices)
            say(f"{device_id} is not unique: {search.doubt}; give the device id")
            return Exit.FAILED
        if search.doubt:
            say(f"{device_id} was {search.doubt}")
        return await write_one(workspace, common, DEVICES, search.devices[0])

    run(common.target(), run_command)


@device.command("link")
@click.argument("words", nargs=-1, metavar="ID... CHANNEL [APP]", shell_complete=complete_channels)
@click.option("--unseen", is_flag=True, help="Link ids that the server has not seen as well.")
@click.option(
    "--bundle",
    metavar="BUNDLE",
    help="With this bundle, where the server takes one.",
    shell_complete=complete_bundles,
)
@write_options
def link_devices(
    common: CommonOptions,
    options: WriteOptions,
    words: tuple[str, ...],
    *,
    unseen: bool,
    bundle: str | None,
) -> None:
    """Force devices to a CHANNEL; an ID can be a custom id, and - reads ids from standard input.

    capgo-tui device link qa-08 beta

    capgo-tui device link - beta --yes < ids.txt
    """
    if len(words) < 2:
        raise click.UsageError("name at least one device, and the channel")
    common, words_left = split_app(common, words, least=2)
    *ids, channel_name = words_left
    ids = read_ids(ids)

    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.workspace.changes.overrides import (  # noqa: PLC0415 - a model
            explain_channel_refusal,
        )

        workspace = operation.workspace
        channel = await find_channel(workspace, channel_name)
        if why_not := explain_channel_refusal(workspace, channel):
            raise CommandError(Exit.REFUSED, f"{channel.name}: {why_not}")
        carried = None if bundle is None else await _find_link_bundle(workspace, bundle)
        return await _override(operation, ids, channel, carried, takes_unseen=unseen)

    run_writing(common, options, run_command)


@device.command("unlink")
@click.argument("words", nargs=-1, metavar="ID... [APP]")
@write_options
def unlink_devices(common: CommonOptions, options: WriteOptions, words: tuple[str, ...]) -> None:
    """Clear the overrides of devices; an ID can be a custom id, and - reads standard input.

    capgo-tui device unlink qa-08

    capgo-tui device unlink - --yes --confirm 200 < ids.txt
    """
    if not words:
        raise click.UsageError("name at least one device")
    common, words_left = split_app(common, words, least=1)
    ids = read_ids(words_left)

    async def run_command(operation: Operation) -> Exit:
        return await _override(operation, ids, None, None, takes_unseen=False)

    run_writing(common, options, run_command)


async def _find_link_bundle(workspace: Workspace, name: str) -> Bundle:
    from capgo_tui.workspace.changes.overrides import (  # noqa: PLC0415 - a model
        explain_bundle_refusal,
    )

    traits = workspace.client.traits
    if traits.link_bundle_field is None:
        raise CommandError(Exit.REFUSED, "this server takes no bundle with an override")
    bundle = await find_bundle(workspace, name)
    if why_not := explain_bundle_refusal(workspace, bundle):
        raise CommandError(Exit.REFUSED, f"{bundle.name}: {why_not}")
    return bundle


async def _override(
    operation: Operation,
    ids: Sequence[str],
    channel: Channel | None,
    bundle: Bundle | None,
    *,
    takes_unseen: bool,
) -> Exit:
    from capgo_tui.commands.change_reports import combine_exits  # noqa: PLC0415 - with the journal
    from capgo_tui.workspace.changes.override_plans import plan_overrides  # noqa: PLC0415 - models

    workspace = operation.workspace
    selection = await select_devices(workspace, ids, takes_unseen=takes_unseen)
    for missing in selection.missing:
        hint = UNSEEN if channel is not None and missing.exit_code is Exit.NOT_FOUND else ""
        say(f"{missing}{hint}")
    codes = [missing.exit_code for missing in selection.missing]
    if not selection.matches:
        return combine_exits(codes)
    plan = plan_overrides(workspace, selection.matches, channel, bundle)
    if len(plan.changes) > 1 or codes:
        return await operation.perform_batch(plan, left_out=codes)
    (change,) = plan.changes
    return await operation.perform(change, lambda: plan.remake(change))
