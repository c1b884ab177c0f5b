"""``capgo-tui sandbox``: run an imitation of the Capgo backend on this machine."""

from __future__ import annotations

import ipaddress
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from capgo_tui.api.revisions import Revision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.sandbox.faults import Faults
    from capgo_tui.sandbox.store import Store

_FILE = click.Path(dir_okay=False, path_type=Path)


class _SandboxCommand(click.Command):
    """A command whose help lists every fault, imported only for the help."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from capgo_tui.sandbox.faults import describe_grammar  # noqa: PLC0415

        formatter.write(f"\n{describe_grammar()}\n")


@click.command(cls=_SandboxCommand)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8787,
    show_default=True,
    help="Port to listen on; 0 takes any free one.",
)
@click.option("--state", "state_file", type=_FILE, help="Start from this JSON state file.")
@click.option("--db", "db_file", type=_FILE, help="Keep the data in this file between runs.")
@click.option(
    "--revision",
    type=click.Choice([revision.value for revision in Revision]),
    default="live",
    show_default=True,
    help="Which revision of the API to speak; live is the server of July 2026, next the newer one.",
)
@click.option("--channels", type=click.IntRange(0), default=6, show_default=True)
@click.option("--devices", type=click.IntRange(0), default=150, show_default=True)
@click.option("--bundles", type=click.IntRange(0), default=48, show_default=True)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="Another seed gives other data and other random faults.",
)
@click.option(
    "--limits",
    type=click.Choice(["none", "device", "hosted"]),
    default="none",
    show_default=True,
    help="Which rate limits to apply.",
)
@click.option(
    "--url-limit",
    type=click.IntRange(0),
    metavar="BYTES",
    default=8192,
    show_default=True,
    help="Device lists whose ids would not fit into an internal URL of this length come without "
    "overrides, as behind a gateway; 0 for no limit.",
)
@click.option(
    "--latency", type=click.IntRange(0), metavar="MS", help="Wait this long before each request."
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    help="Make requests fail or slow; see below.",
)
def sandbox(
    *,
    host: str,
    port: int,
    state_file: Path | None,
    db_file: Path | None,
    revision: str,
    channels: int,
    devices: int,
    bundles: int,
    seed: int,
    limits: str,
    url_limit: int,
    latency: int | None,
    faults: tuple[str, ...],
) -> None:
    """Run an imitation of the Capgo backend with made-up data, to try things out safely.

    capgo-tui sandbox --devices 2000

    capgo-tui sandbox --port 0 --fault latency=300
    """
    from capgo_tui.sandbox.app import create_app  # noqa: PLC0415 - a server only here
    from capgo_tui.sandbox.entrance import find_entrance  # noqa: PLC0415
    from capgo_tui.sandbox.generate import generate  # noqa: PLC0415
    from capgo_tui.sandbox.serve import serve  # noqa: PLC0415
    from capgo_tui.sandbox.state_file import StateError, load_state  # noqa: PLC0415
    from capgo_tui.sandbox.store import NotEmpty  # noqa: PLC0415

    fault_layer = _parse_faults([*([f"latency={latency}"] if latency else []), *faults], seed)
    _warn_if_reachable(host)
    store = _open(db_file)
    try:
        if store.is_empty:
            # Another process may fill the same file first; then its data are used.
            with suppress(NotEmpty):
                if state_file is not None:
                    load_state(store, state_file)
                else:
                    generate(
                        store,
                        channels=channels,
                        devices=devices,
                        bundles=bundles,
                        seed=seed,
                        now=datetime.now(UTC),
                    )
        entrance = find_entrance(store)
        if entrance is None:
            text = "no active org_super_admin key has an app with channels; nothing to open"
            raise click.ClickException(text)
        app = create_app(
            store, revision=revision, limits=limits, faults=fault_layer, url_limit=url_limit
        )
        code = serve(app, entrance, host=host, port=port)
    except StateError as error:
        raise click.ClickException(str(error)) from error
    finally:
        store.close()
    sys.exit(code)


def _parse_faults(texts: Sequence[str], seed: int) -> Faults | tuple[()]:
    """Parse the faults; without any, the sandbox runs without the fault layer."""
    from capgo_tui.sandbox.faults import FaultError, Faults  # noqa: PLC0415

    try:
        return Faults.of(*texts, seed=seed) if texts else ()
    except FaultError as error:
        raise click.BadParameter(str(error), param_hint="--fault") from error


def _open(db_file: Path | None) -> Store:
    import sqlite3  # noqa: PLC0415 - only for this verb

    from capgo_tui.sandbox.store import Store  # noqa: PLC0415

    try:
        return Store(db_file)
    except sqlite3.Error as error:
        text = f"{db_file}: not a database this command can use: {error}"
        raise click.ClickException(text) from error


def _warn_if_reachable(host: str) -> None:
    """Warn when other machines could reach the sandbox, whose API keys are public."""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        click.echo(f"warning: {host} may be reachable from other machines", err=True)
