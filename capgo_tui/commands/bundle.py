"""``capgo-tui bundle``: list bundles, show one, and change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capgo_tui.api.errors import UnsupportedByRevision
from capgo_tui.api.revisions import Extra
from capgo_tui.commands.common_options import (
    add_common_options,
    add_options_before_verb,
    app_argument,
    write_options,
)
from capgo_tui.commands.completions import complete_bundles, complete_promotion
from capgo_tui.commands.durations import parse_duration
from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.list_options import list_options
from capgo_tui.commands.output import say
from capgo_tui.commands.reading import write_list, write_one
from capgo_tui.commands.running import run
from capgo_tui.commands.selection import (
    find_bundle,
    find_channel,
    load_bundles,
    load_channels,
    split_app,
)
from capgo_tui.commands.verbs import Noun
from capgo_tui.commands.writing import run_writing
from capgo_tui.workspace.cleanup import Rules
from capgo_tui.workspace.resources.bundle import BUNDLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.commands.common_options import CommonOptions, WriteOptions
    from capgo_tui.commands.list_options import ListOptions
    from capgo_tui.commands.operation import Operation
    from capgo_tui.workspace.bundle_draft import NotesDraft, RegistrationDraft
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace


@click.group(cls=Noun)
@add_options_before_verb
def bundle(**_options: object) -> None:
    """List, promote, delete, clean up, edit and register bundles."""


@bundle.command("list")
@app_argument
@list_options
def list_bundles(common: CommonOptions, options: ListOptions) -> None:
    """List the bundles of an app, the newest first.

    capgo-tui bundle list --filter 'is:unused age:>90d'

    capgo-tui bundle list --csv --columns bundle,channels
    """

    async def run_command(workspace: Workspace) -> Exit:
        pager = workspace.client.list_bundles(workspace.target.app_id)
        return await write_list(workspace, common, options, BUNDLES, pager)

    run(common.target(), run_command)


@bundle.command("get")
@click.argument("name", shell_complete=complete_bundles)
@app_argument
@add_common_options
def get_bundle(common: CommonOptions, name: str) -> None:
    """Show the bundle NAME, which is looked for in the list.

    capgo-tui bundle get 2.4.1

    capgo-tui bundle get 2.4.1 --json
    """

    async def run_command(workspace: Workspace) -> Exit:
        return await write_one(workspace, common, BUNDLES, await find_bundle(workspace, name))

    run(common.target(), run_command)


@bundle.command("promote")
@click.argument(
    "words", nargs=-1, metavar="BUNDLE CHANNEL... [APP]", shell_complete=complete_promotion
)
@write_options
def promote_bundle(common: CommonOptions, options: WriteOptions, words: tuple[str, ...]) -> None:
    """Put a BUNDLE on one or more channels.

    capgo-tui bundle promote 2.4.1 production

    capgo-tui bundle promote 2.4.1 beta qa --yes
    """
    if len(words) < 2:
        raise click.UsageError("name the bundle, and at least one channel")
    common, (name, *channel_names) = split_app(common, words, least=2)

    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.commands.channel_changes import (  # noqa: PLC0415 - models of changes
            put_on_channel,
            put_on_channels,
        )

        workspace = operation.workspace
        await load_channels(workspace)
        bundle = await find_bundle(workspace, name)
        names = [*dict.fromkeys(channel_names)]
        if len(names) == 1:
            return await put_on_channel(operation, await find_channel(workspace, names[0]), bundle)
        channels = [await find_channel(workspace, each) for each in names]
        return await put_on_channels(operation, channels, bundle)

    run_writing(common, options, run_command)


@bundle.command("delete")
@click.argument("words", nargs=-1, metavar="BUNDLE... [APP]", shell_complete=complete_bundles)
@write_options
def delete_bundles(common: CommonOptions, options: WriteOptions, words: tuple[str, ...]) -> None:
    """Delete bundles, for good. Those that a channel uses stay.

    capgo-tui bundle delete 2.3.0

    capgo-tui bundle delete 2.3.0 2.3.1 --yes --confirm 2
    """
    if not words or not all(word.strip() for word in words):
        raise click.UsageError("name at least one bundle; none is never all")
    common, names = split_app(common, words, least=1)

    async def run_command(operation: Operation) -> Exit:
        return await _delete(operation, [*dict.fromkeys(names)])

    run_writing(common, options, run_command)


async def _delete(operation: Operation, names: Sequence[str]) -> Exit:
    from capgo_tui.workspace.changes.bundle_deletions import (  # noqa: PLC0415 - models of changes
        make_bundle_deletion,
        plan_deletions,
        update_links,
    )

    workspace = operation.workspace
    await load_channels(workspace)
    bundles, codes = [], []
    for name in names:
        try:
            bundles.append(await find_bundle(workspace, name))
        except CommandError as missing:
            if len(names) == 1:
                raise
            say(str(missing))
            codes.append(missing.exit_code)
    plan = await plan_deletions(workspace, bundles)
    for refused, why in plan.refusals:
        say(f"{refused.name} stays: {why}")
        codes.append(Exit.REFUSED)
    if not plan.changes:
        return codes[0] if len(set(codes)) == 1 else Exit.FAILED
    if len(plan.changes) > 1 or codes:
        return await operation.perform_batch(plan.batch, left_out=codes)
    (change,) = plan.changes

    def remake() -> Change | None:
        now = workspace.bundles.records.get(change.row_key or "")
        if now is None:
            return None
        return make_bundle_deletion(workspace, now, update_links(workspace, plan.links))

    return await operation.perform(change, remake)


@bundle.command("cleanup")
@app_argument
@click.option(
    "-k",
    "--keep",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="Keep the newest N of those whose name matches.",
)
@click.option("--older-than", metavar="AGE", help="Delete only older ones: 30d, 6w, 3mo.")
@click.option(
    "--only", default="*", metavar="GLOB", help="Delete only such names: * and ? as in a shell."
)
@click.option(
    "--devices/--no-devices",
    default=True,
    help="Read all devices, and keep what any of them runs (the default).",
)
@write_options
def clean_up_bundles(
    common: CommonOptions,
    options: WriteOptions,
    *,
    keep: int,
    older_than: str | None,
    only: str,
    devices: bool,
) -> None:
    """Delete old bundles, for good. Those that a channel uses or a device runs stay.

    capgo-tui bundle cleanup --keep 10 --older-than 30d --dry-run

    capgo-tui bundle cleanup --keep 5 --only 'pr-*' --yes --confirm 12
    """
    age = None if older_than is None else parse_duration(older_than)
    rules = Rules(newest=keep, run=devices, older_than=age, name=only)

    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.commands.bundle_cleanup import clean_up  # noqa: PLC0415 - models of changes

        return await clean_up(operation, rules)

    run_writing(common, options, run_command)


@bundle.command("set")
@click.argument("name", metavar="BUNDLE", shell_complete=complete_bundles)
@app_argument
@click.option("--comment", help="The comment; an empty one removes it.")
@click.option("--link", metavar="URL", help="The link; an empty one removes it.")
@write_options
def set_bundle(
    common: CommonOptions, options: WriteOptions, name: str, **texts: str | None
) -> None:
    """Set the comment or the link of a BUNDLE.

    capgo-tui bundle set 2.4.1 --comment 'Fixes the login'

    capgo-tui bundle set 2.4.1 --link https://github.com/acme/shop/pull/481
    """
    if all(text is None for text in texts.values()):
        raise click.UsageError("give --comment, --link or both")

    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.commands.channel_changes import send_draft  # noqa: PLC0415 - models of changes
        from capgo_tui.workspace.bundle_draft import NotesDraft  # noqa: PLC0415 - as above

        workspace = operation.workspace
        _check_extra(workspace, Extra.METADATA)
        draft = NotesDraft(workspace, await find_bundle(workspace, name))
        for field, text in texts.items():
            if text is not None:
                draft.type(field, text)
        _check_draft(draft)
        return await send_draft(operation, draft)

    run_writing(common, options, run_command)


@bundle.command("add")
@click.argument("version")
@app_argument
@click.option("-e", "--url", "--external", "external_url", metavar="URL", help="Where the zip is.")
@click.option("--checksum", metavar="SHA256", help="The SHA-256 of the zip, 64 hex digits.")
@click.option(
    "--session-key",
    "--iv-session-key",
    envvar="CAPGO_SESSION_KEY",
    metavar="KEY",
    help="Of an encrypted zip; others can see it in the process list, CAPGO_SESSION_KEY hides it.",
)
@click.option("--key-id", metavar="ID", help="The id of the key of an encrypted zip.")
@write_options
def add_bundle(
    common: CommonOptions, options: WriteOptions, version: str, **texts: str | None
) -> None:
    """Register a zip that lies on a server of yours as the bundle VERSION.

    capgo-tui bundle add 2.5.0 --url https://cdn.acme.com/a.zip --checksum 9f86…

    capgo-tui bundle add 2.5.0 -e https://cdn.acme.com/a.zip --checksum 9f86… -y
    """

    async def run_command(operation: Operation) -> Exit:
        from capgo_tui.workspace.bundle_draft import RegistrationDraft  # noqa: PLC0415 - a change

        workspace = operation.workspace
        _check_extra(workspace, Extra.EXTERNAL_BUNDLES)
        await load_bundles(workspace)
        if any(each.wire_id == version for each in workspace.bundles.records.values()):
            raise CommandError(Exit.REFUSED, f"there is a bundle {version} already")
        draft = RegistrationDraft(workspace)
        for field, text in {"version": version, **texts}.items():
            draft.type(field, text or "")
        _check_draft(draft)
        return await operation.perform(draft.change(), draft.change)

    run_writing(common, options, run_command)


def _check_extra(workspace: Workspace, extra: Extra) -> None:
    traits = workspace.client.traits
    if extra not in traits.extras:
        raise UnsupportedByRevision(f"this server's API ({traits.revision}) has no {extra.value}")


def _check_draft(draft: NotesDraft | RegistrationDraft) -> None:
    for entry, why in draft.list_errors():
        raise CommandError(Exit.USAGE, f"{entry.label}: {why}")
