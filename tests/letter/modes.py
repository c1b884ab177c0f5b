"""The two servers in every mode, and clients and workspaces on them."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pytest

from capgo_tui.api.client import CapgoClient
from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import Revision
from capgo_tui.workspace.session import open_workspace
from capgo_tui.workspace.target import Target
from tests.letter.documented_server import DocumentedServer
from tests.letter.legacy_server import LegacyServer
from tests.letter.letter_server import APP, KEY, LetterServer, Slash
from tests.support.retry_policy import one_try
from tests.support.server import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.session import Workspace

AnyServer: TypeAlias = LegacyServer | DocumentedServer


@dataclass(frozen=True)
class Mode:
    """A server's strictness, its rule for slashes, and whether the revision is explicit."""

    strict: bool
    slash: Slash
    explicit: bool

    def __str__(self) -> str:
        return "-".join(
            (
                "strict" if self.strict else "lenient",
                self.slash.name.lower(),
                "explicit" if self.explicit else "auto",
            )
        )


MODES = [
    Mode(strict, slash, explicit)
    for strict, slash, explicit in itertools.product((False, True), Slash, (False, True))
]
every_mode = pytest.mark.parametrize("mode", MODES, ids=str)
PLAIN = [mode for mode in MODES if mode.slash is Slash.NONE]
plain_modes = pytest.mark.parametrize("mode", PLAIN, ids=str)
both_servers = pytest.mark.parametrize("kind", [LegacyServer, DocumentedServer])


def revision_of(kind: type[LetterServer]) -> Revision:
    return Revision.LEGACY if kind is LegacyServer else Revision.DOCUMENTED


def make(kind: type[AnyServer], mode: Mode) -> AnyServer:
    return kind(strict=mode.strict, slash=mode.slash)


@asynccontextmanager
async def client_on(server: AnyServer, mode: Mode) -> AsyncIterator[CapgoClient]:
    """Open a client over a loopback socket."""
    revision = revision_of(type(server)) if mode.explicit else None
    async with (
        Wire(server) as wire,
        CapgoClient(ApiKey(KEY), server=wire.url, revision=revision) as client,
    ):
        yield client


@asynccontextmanager
async def workspace_on(server: LetterServer, mode: Mode) -> AsyncIterator[Workspace]:
    """Open a workspace on a server in this process."""
    is_explicit = isinstance(server, LegacyServer | DocumentedServer) and mode.explicit
    target = Target(
        ApiKey(KEY),
        APP,
        "https://api.capgo.app",
        revision_of(type(server)) if is_explicit else None,
        lambda: server,
        retry_policy=one_try(),
    )
    workspace = await asyncio.to_thread(open_workspace, target)
    try:
        yield workspace
    finally:
        await workspace.aclose()
