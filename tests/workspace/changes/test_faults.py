"""Every kind of change meets every fault of a write: sent once, settled by what is read back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import Revision
from capgo_tui.workspace.changes.bundle_deletions import (
    find_links,
    load_all_links,
    make_bundle_deletion,
    plan_deletion_of_all,
)
from capgo_tui.workspace.changes.bundles import BundleRegistration, make_bundle_notes
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.changes.new_channels import ChannelCreation, make_channel_deletion
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.overrides import make_override
from capgo_tui.workspace.changes.promotions import Rollback, make_promotion
from capgo_tui.workspace.session import Workspace, open_workspace
from capgo_tui.workspace.target import Target
from tests.api.faulty import FaultySandbox, SandboxServer, serve_sandboxes
from tests.support.retry_policy import Hourglass, instant_retry_policy
from tests.support.sampling import sample
from tests.support.world import ALL, APP, NOW, device_id
from tests.tui.writes import WRITES
from tests.workspace.channels import bundle, channel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capgo_tui.workspace.changes.change import Change
    from tests.support.sampling import Sampling

Make: TypeAlias = Callable[[Workspace], Awaitable["Change"]]


async def _override(workspace: Workspace) -> Change:
    device = workspace.devices.records[device_id(1)]
    return make_override(workspace, device, channel(workspace, "c-05"))


async def _clearing(workspace: Workspace) -> Change:
    return make_override(workspace, workspace.devices.records[device_id(2)], None)


async def _settings(workspace: Workspace) -> Change:
    return make_settings_change(workspace, channel(workspace, "c-05"), {"allow_dev": False})


async def _promotion(workspace: Workspace) -> Change:
    return make_promotion(workspace, channel(workspace, "c-05"), bundle(workspace, "1.0.9"))


async def _rollback(workspace: Workspace) -> Change:
    carrier = channel(workspace, "c-05")
    return make_promotion(workspace, carrier, bundle(workspace, "1.0.9"), kind=Rollback)


async def _creation(_: Workspace) -> Change:
    after = {"bundle": "1.0.9"}
    return ChannelCreation(app_id=APP, wire_id="pr-9", label="pr-9", before=None, after=after)


async def _channel_deletion(workspace: Workspace) -> Change:
    return make_channel_deletion(workspace, channel(workspace, "c-05"))


async def _notes(workspace: Workspace) -> Change:
    return make_bundle_notes(workspace, bundle(workspace, "1.0.9"), {"comment": "better"})


async def _bundle_deletion(workspace: Workspace) -> Change:
    links = await find_links(workspace)
    return make_bundle_deletion(workspace, bundle(workspace, "1.0.60"), links)


async def _all_bundles(workspace: Workspace) -> Change:
    return plan_deletion_of_all(workspace, await load_all_links(workspace))


async def _registration(workspace: Workspace) -> Change:
    after = {"external_url": "https://cdn.example.com/9.zip", "checksum": "0a" * 32}
    return BundleRegistration(app_id=APP, wire_id="9.9.9", label="9.9.9", before=None, after=after)


CHANGES: dict[str, tuple[str, Make]] = {
    "override": ("device.link", _override),
    "clearing": ("device.unlink", _clearing),
    "settings": ("channel.set", _settings),
    "promotion": ("bundle.promote", _promotion),
    "rollback": ("bundle.promote", _rollback),
    "creation": ("channel.set", _creation),
    "channel deletion": ("channel.delete", _channel_deletion),
    "notes": ("bundle.metadata", _notes),
    "bundle deletion": ("bundle.delete", _bundle_deletion),
    "all bundles": ("bundle.delete-all", _all_bundles),
    "registration": ("bundle.create", _registration),
}
FATES = {
    "429=2": OutcomeState.FAILED,
    "expired-key": OutcomeState.FAILED,
    # Not done, yet no answer says so: what is not seen yet may still come.
    "redirect={elsewhere}": OutcomeState.UNKNOWN,
    "500=before": OutcomeState.UNKNOWN,
    "502=before": OutcomeState.UNKNOWN,
    "drop=before": OutcomeState.UNKNOWN,
    "error-in-200": OutcomeState.UNKNOWN,
    # Done, though the answer is lost or says otherwise.
    "500=after": OutcomeState.VERIFIED,
    "502=after": OutcomeState.VERIFIED,
    "drop=after": OutcomeState.VERIFIED,
    "drop=midway": OutcomeState.VERIFIED,
    "truncated": OutcomeState.VERIFIED,
    "empty": OutcomeState.VERIFIED,
    "bad-utf8": OutcomeState.VERIFIED,
}
"""What becomes of a change, by the fault that its write meets."""


@pytest.fixture(scope="module")
def faulty() -> Iterator[SandboxServer]:
    with serve_sandboxes() as server:
        yield server


async def load_workspace(sandbox: FaultySandbox, glass: Hourglass) -> Workspace:
    target = Target(
        ApiKey(ALL), APP, sandbox.url, Revision.LIVE, retry_policy=instant_retry_policy(glass)
    )
    workspace = open_workspace(target, lambda: NOW)
    for collection in (workspace.channels, workspace.devices, workspace.bundles):
        await collection.load_all()
        assert collection.error is None
    return workspace


async def test_every_kind_in_the_catalogue_of_writes_meets_the_faults(
    faulty: SandboxServer,
) -> None:
    workspace = await load_workspace(faulty.open(), Hourglass())
    kinds = {(await make(workspace)).kind for _, make in CHANGES.values()}
    await workspace.aclose()
    assert kinds == {write.kind for writes in WRITES.values() for write in writes}


@cache
def sample_cells() -> frozenset[tuple[str, str]]:
    """Return cells with every fault, in which each change has every fate."""
    names, faults = list(CHANGES), list(FATES)
    cells = [(fault, name) for fault in faults for name in names]
    choices = [
        frozenset({("fault", faults.index(fault)), (f"{FATES[fault]}", names.index(name))})
        for fault, name in cells
    ]
    return frozenset(cells[index] for index in sample(choices))


def list_changes(fault: str, *, whole: bool) -> list[str]:
    """Return the changes that meet a fault: all, or those of the sample."""
    return [name for name in CHANGES if whole or (fault, name) in sample_cells()]


def test_the_sample_has_each_fault_and_each_fate_of_each_change() -> None:
    cases = [(fault, name) for fault in FATES for name in list_changes(fault, whole=False)]
    assert {fault for fault, _ in cases} == set(FATES)
    assert {(FATES[fault], name) for fault, name in cases} == {
        (fate, name) for fate in FATES.values() for name in CHANGES
    }


@pytest.mark.parametrize("fault", FATES)
async def test_a_write_is_sent_once_and_what_is_read_back_decides(
    fault: str, faulty: SandboxServer, sampling: Sampling
) -> None:
    names = list_changes(fault, whole=sampling.whole)
    if not sampling.whole:
        sampling.note(len(names), len(CHANGES))
    for name in names:
        aim, make = CHANGES[name]
        sandbox, glass = faulty.open(), Hourglass()
        workspace = await load_workspace(sandbox, glass)
        try:
            change = await make(workspace)
            before = sandbox.contents()
            # The first look afterwards fails as well: that is tried again, the write never is.
            write = f"{fault}@{aim}".format(elsewhere=faulty.other_host)
            sandbox.faults.request_log.clear()
            sandbox.faults.set(write)
            if FATES[fault] is not OutcomeState.FAILED:
                sandbox.faults.add("502@read:1")
            outcome = await carry_out(change, workspace)
        finally:
            await workspace.aclose()
        case = f"{fault} × {name}: {outcome}"
        assert outcome.state is FATES[fault], case
        assert sandbox.count_requests(aim) == 1, case
        is_done = sandbox.contents() != before
        assert is_done == (outcome.state is OutcomeState.VERIFIED), case
        assert bool(glass.slept) == (FATES[fault] is not OutcomeState.FAILED), case
    assert faulty.strays == []
