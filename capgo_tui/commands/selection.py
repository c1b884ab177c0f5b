"""Find the records that the words of a command name."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final, TypeVar

import click

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.output import say
from capgo_tui.text import clean
from capgo_tui.workspace.device_ids import parse_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.commands.common_options import CommonOptions
    from capgo_tui.workspace.collection import Collection
    from capgo_tui.workspace.session import Workspace

T = TypeVar("T", "Channel", "Bundle")
STDIN: Final = "-"
_APP_ID: Final = re.compile(r"[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)+", re.ASCII)


def split_app(
    common: CommonOptions, words: Sequence[str], least: int
) -> tuple[CommonOptions, list[str]]:
    """Return the options with the app that the last of many words names, and the other words.

    `least` words are never the app. After ``--app`` the last word can only be the same app.
    """
    *rest, last = words
    if len(words) <= least:
        return common, list(words)
    if (app_id := common.settings.app_id) is not None:
        return common, rest if last == app_id else list(words)
    if _APP_ID.fullmatch(last):
        return common.with_app(last), rest
    return common, list(words)


def read_ids(words: Sequence[str]) -> list[str]:
    """Return ids, each once, with those of standard input in the place of ``-``.

    There they stand as in a text that is pasted: one a line, many on one, or in a CSV export.
    """
    ids: list[str] = []
    for word in words:
        if word != STDIN:
            ids.append(word)
            continue
        if sys.stdin is None or sys.stdin.isatty():
            raise click.UsageError("- reads from standard input, which is a terminal")
        parsed = parse_ids(sys.stdin.read())
        ids += parsed.ids
        if parsed.left_out:
            say(f"{len(parsed.left_out)} words of standard input beside the ids were left out")
    if any(not each.strip() for each in ids):
        raise click.UsageError("one of the ids is empty")
    if not ids:
        raise click.UsageError("no device id was given")
    return list(dict.fromkeys(ids))


def describe_missing(noun: str, name: str, names: Iterable[str]) -> str:
    """Return «no channel 'betta'; beta is near»."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    near = get_close_matches(name, list(names), 1, cutoff=0.5)
    return f"no {noun} {clean(name)!r}{f'; {clean(near[0])} is near' if near else ''}"


async def load_channels(workspace: Workspace) -> None:
    """Load all channels, with the names of their bundles; raises the error they end in."""
    await _load(workspace.channels)
    if workspace.joins_bundle_names:
        await _load(workspace.bundles)


async def load_bundles(workspace: Workspace) -> None:
    """Load all bundles; raises the error they end in."""
    await _load(workspace.bundles)


async def find_channel(workspace: Workspace, name: str) -> Channel:
    """Return the channel of a name, with all channels loaded.

    Raises:
        CommandError: when there is none.

    """
    await load_channels(workspace)
    return _find(workspace.channels, "channel", name)


async def find_bundle(workspace: Workspace, name: str) -> Bundle:
    """Return the bundle of a name, with the bundles loaded up to it.

    Raises:
        CommandError: when there is none.

    """
    bundles = workspace.bundles
    while not bundles.at_end and bundles.error is None:
        if any(each.wire_id == name for each in bundles.records.values()):
            break
        await bundles.load_more()
    if bundles.error is not None:
        raise bundles.error
    return _find(bundles, "bundle", name)


def _find(collection: Collection[T], noun: str, name: str) -> T:
    records = collection.records.values()
    for record in records:
        if record.wire_id == name:
            return record
    raise CommandError(
        Exit.NOT_FOUND, describe_missing(noun, name, (each.wire_id for each in records))
    )


async def _load(collection: Collection[T]) -> None:
    await collection.load_all()
    if collection.error is not None:
        raise collection.error
    if collection.incomplete:
        text = f"not all {collection.name} could be read"
        raise CapgoError(text, kind=ErrorKind.SERVER_FAULT)
