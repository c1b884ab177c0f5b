"""``--demo``: made-up data, and a server that exists in this process alone."""

from __future__ import annotations

import pytest

from capgo_tui.api.revisions import Revision
from capgo_tui.commands.demo import demo_launch
from capgo_tui.workspace.session import open_workspace


@pytest.mark.parametrize("revision", [None, *Revision], ids=str)
async def test_the_demo_is_a_whole_app_to_try_things_on(revision: Revision | None) -> None:
    launch = demo_launch("3f2a", revision)
    assert launch.device == "3f2a"
    target = launch.target
    assert target is not None
    assert target.place == "demo"
    workspace = open_workspace(target)
    try:
        for collection in (workspace.channels, workspace.devices, workspace.bundles):
            await collection.load_all()
            assert collection.error is None
        assert len(workspace.channels) > 3
        assert len(workspace.devices) > 100
        assert len(workspace.bundles) > 20
        assert workspace.client.revision is (revision or Revision.LIVE)
    finally:
        await workspace.aclose()


def test_the_demo_does_not_show_its_key_either() -> None:
    launch = demo_launch()
    assert launch.key is not None
    assert launch.key.reveal() not in repr(launch)
