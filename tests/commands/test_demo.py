"""Tests of ``--demo``: generated data and a server in the same process."""

from __future__ import annotations

import sqlite3
from contextlib import aclosing, suppress

import pytest

from capgo_tui.api.revisions import Revision
from capgo_tui.commands import demo
from capgo_tui.commands.demo import open_demo
from capgo_tui.sandbox.store import Store
from capgo_tui.workspace.session import open_workspace


class SetupError(Exception):
    """Raised to leave the block before the interface starts."""


@pytest.mark.parametrize("revision", [None, *Revision], ids=str)
async def test_the_demo_is_a_whole_app_to_try_things_on(revision: Revision | None) -> None:
    with open_demo("3f2a", revision) as launch:
        assert launch.device == "3f2a"
        target = launch.target
        assert target is not None
        assert target.place == "demo"
        async with aclosing(open_workspace(target)) as workspace:
            for collection in (workspace.channels, workspace.devices, workspace.bundles):
                await collection.load_all()
                assert collection.error is None
            assert len(workspace.channels) > 3
            assert len(workspace.devices) > 100
            assert len(workspace.bundles) > 20
            assert workspace.client.revision is (revision or Revision.LIVE)


def test_the_demo_does_not_show_its_key_either() -> None:
    with open_demo() as launch:
        assert launch.api_key is not None
        assert launch.api_key.reveal() not in repr(launch)


@pytest.mark.parametrize("fails", [False, True])
def test_the_data_is_gone_with_the_command(fails: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    stores: list[Store] = []

    class RecordingStore(Store):
        def __init__(self) -> None:
            super().__init__()
            stores.append(self)

    monkeypatch.setattr(demo, "Store", RecordingStore)
    with suppress(SetupError), open_demo():
        (store,) = stores
        assert not store.is_empty
        if fails:
            raise SetupError
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        store.is_empty  # noqa: B018 - it reads
