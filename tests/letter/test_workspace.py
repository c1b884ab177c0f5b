"""The workspace on the two servers: reads, writes, messages and undo."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.key import ApiKey
from capgo_tui.api.listing import parse_list, parse_one
from capgo_tui.api.models import Device
from capgo_tui.api.records import complete_record, redact_rows
from capgo_tui.tui.words import explain
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.changes.describe.outcomes import describe_outcome_line, label_outcome
from capgo_tui.workspace.changes.history import describe_entry, list_details
from capgo_tui.workspace.changes.new_channels import ChannelCreation, make_channel_deletion
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.overrides import explain_channel_refusal, make_override
from capgo_tui.workspace.changes.undo import find_objection, plan_undo
from capgo_tui.workspace.failures import REVISION_GUESSED
from capgo_tui.workspace.resources.bundle import BUNDLES, list_bundle_details
from capgo_tui.workspace.resources.channel import CHANNELS, list_channel_details
from capgo_tui.workspace.resources.device import DEVICES, list_device_details
from capgo_tui.workspace.resources.section import LEFT_OUT
from capgo_tui.workspace.target import Target
from tests.letter.documented_server import DocumentedServer
from tests.letter.legacy_server import LegacyServer
from tests.letter.letter_server import APP, KEY, Input, LetterServer, Operation, Slash
from tests.letter.modes import (
    PLAIN,
    AnyServer,
    Mode,
    both_servers,
    every_mode,
    make,
    plain_modes,
    workspace_on,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Channel
    from capgo_tui.workspace.changes.undo import UndoPlan
    from capgo_tui.workspace.resources.section import Section
    from capgo_tui.workspace.session import Workspace
    from tests.letter.letter_server import JSON

AUTO = Mode(strict=False, slash=Slash.NONE, explicit=False)
STRICT = Mode(strict=True, slash=Slash.NONE, explicit=False)


async def load(workspace: Workspace) -> None:
    """Load the three lists at once, as the app does."""
    lists = (workspace.channels, workspace.devices, workspace.bundles)
    await asyncio.gather(*(each.load_all() for each in lists))
    assert [each.error for each in lists] == [None] * 3


def channel(workspace: Workspace, name: str) -> Channel:
    return next(each for each in workspace.channels.records.values() if each.name == name)


def device(workspace: Workspace) -> Device:
    return next(iter(workspace.devices.records.values()))


def lines(sections: Sequence[Section]) -> dict[str, str]:
    return {label: text for section in sections for label, text in section.fields}


async def undo_last(workspace: Workspace) -> UndoPlan:
    undo_plan = await plan_undo(workspace.journal.list_entries()[:1], workspace)
    assert not isinstance(undo_plan, str), undo_plan
    return undo_plan


@both_servers
@every_mode
async def test_three_lists_at_once(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with workspace_on(server, mode) as workspace:
        await load(workspace)
        assert len(workspace.channels) == 3
        assert len(workspace.devices) == 2
        assert len(workspace.bundles) == 3
        if mode.slash is Slash.NONE:
            assert len(server.log) <= 6
        bundles = [
            lines(list_channel_details(each, workspace.make_cell_context()))["bundle"]
            for each in workspace.channels.records.values()
        ]
        assert bundles == ["1.1.0", "1.2.0", "none"]


async def test_the_columns_and_lines_of_the_legacy_revision() -> None:
    async with workspace_on(LegacyServer(strict=True), STRICT) as workspace:
        await load(workspace)
        context = workspace.make_cell_context()
        traits = workspace.client.traits
        columns = [c.id for c in CHANNELS.list_columns_told(traits)]
        assert columns == ["channel", "bundle", "default", "holds", "changed"]
        columns = [c.id for c in DEVICES.list_columns_told(traits)]
        assert columns == ["device", "platform", "bundle", "os", "plugin", "seen"]
        columns = [c.id for c in BUNDLES.list_columns_told(traits)]
        assert columns == ["bundle", "channels", "created"]
        beta = lines(list_channel_details(channel(workspace, "beta"), context))
        assert beta["holds back updates"] == "major"
        assert beta["not below native"] == "yes"
        absent = {"rollout", "iOS", "Android", "Electron", "emulators", "production builds"}
        assert not absent & beta.keys()
        phone = lines(list_device_details(device(workspace), context))
        assert not {"custom id", "native version", "emulator", "country"} & phone.keys()
        assert phone["override"] == "unknown: the API does not report it"
        bundle = next(iter(workspace.bundles.records.values()))
        assert (
            not {"comment", "link", "encrypted"}
            & lines(list_bundle_details(bundle, context)).keys()
        )


async def test_the_columns_and_lines_of_the_documented_revision() -> None:
    async with workspace_on(DocumentedServer(strict=True), STRICT) as workspace:
        await load(workspace)
        context = workspace.make_cell_context()
        traits = workspace.client.traits
        columns = [c.id for c in CHANNELS.list_columns_told(traits)]
        assert columns == ["channel", "bundle", "default", "holds", "dev", "emulator", "changed"]
        assert "override" not in [c.id for c in DEVICES.list_columns_told(traits)]
        beta = lines(list_channel_details(channel(workspace, "beta"), context))
        assert beta["holds back updates"] == "blocks some updates"
        assert beta["iOS"] == "unknown: the API does not report it"  # but it can be set
        assert not {"rollout", "Electron", "physical devices"} & beta.keys()
        empty = lines(list_channel_details(channel(workspace, "empty"), context))
        assert empty["holds back updates"] == "none"


async def test_one_device_tells_less_than_its_row_and_takes_nothing_back() -> None:
    async with workspace_on(DocumentedServer(), AUTO) as workspace:
        await load(workspace)
        before = device(workspace)
        assert (before.custom_id, before.version_build, before.is_prod) == ("qa-1", "1.0.0", True)
        for _ in range(2):
            device_reply = await workspace.look_up_device(before.wire_id)
            assert device_reply is not None
            assert device_reply.custom_id is None  # not in the reply
            assert device(workspace) == before
            for raw in (device(workspace).parse_raw(), *redact_rows([device(workspace)])):
                assert isinstance(raw, dict)
                assert (raw["custom_id"], raw["is_prod"]) == ("qa-1", True)
        details = lines(list_device_details(device(workspace), workspace.make_cell_context()))
        assert (details["custom id"], details["emulator"]) == ("qa-1", "no")
        other = list(workspace.devices.records.values())[1]
        await workspace.look_up_device(other.wire_id)
        details = lines(
            list_device_details(
                workspace.devices.records[other.wire_id],
                workspace.make_cell_context(),
            )
        )
        assert details["custom id"] == "none"  # as in the list


async def test_of_a_device_that_was_only_looked_up_nothing_is_said_to_be_none() -> None:
    async with workspace_on(DocumentedServer(), AUTO) as workspace:
        await workspace.client.learn_revision(APP)
        device_reply = await workspace.look_up_device("aaaaaaaa-0000-4000-8000-000000000001")
        assert device_reply is not None
        details = lines(list_device_details(device_reply, workspace.make_cell_context()))
        assert details["custom id"] == LEFT_OUT
        assert details["emulator"] == LEFT_OUT
        assert details["platform"] == "ios"
        await load(workspace)
        details = lines(list_device_details(device(workspace), workspace.make_cell_context()))
        assert details["custom id"] == "qa-1"


async def test_on_live_a_missing_override_is_none_as_ever() -> None:
    row = b'{"device_id":"a","custom_id":"x","channel":"beta","platform":"ios"}'
    list_row = parse_list(Device, b'{"data":[%b],"hasMore":false}' % row).rows[0]
    reply = parse_one(Device, b'{"device_id":"a","custom_id":""}')
    assert isinstance(list_row, Device)
    assert isinstance(reply, Device)
    now = complete_record(reply, list_row)
    assert (now.channel, now.custom_id, now.platform) == (None, None, "ios")
    assert now.parse_raw() == {"device_id": "a", "custom_id": "", "platform": "ios"}


@both_servers
@plain_modes
async def test_a_channel_is_made_by_its_name_alone(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with workspace_on(server, mode) as workspace:
        await load(workspace)
        change = ChannelCreation(app_id=APP, wire_id="new", label="new", before=None, after={})
        outcome = await carry_out(change, workspace)
        assert outcome.state is OutcomeState.VERIFIED
        assert describe_outcome_line(change, outcome) == "✓ new: created, read back from the server"
        assert "new" in server.channels
        (request,) = server.requests("POST", "/channel")
        assert request.body == {"app_id": APP, "channel": "new"}
        undo = await undo_last(workspace)
        for step in undo.changes:
            await carry_out(step, workspace)
        assert "new" not in server.channels


@plain_modes
async def test_only_what_is_told_back_counts_as_read_back(mode: Mode) -> None:
    server = DocumentedServer(strict=mode.strict)
    async with workspace_on(server, mode) as workspace:
        await load(workspace)
        change = make_settings_change(
            workspace,
            channel(workspace, "beta"),
            {
                "public": True,
                "disable_auto_update": "minor",
                "disable_auto_update_under_native": False,
                "ios": False,
                "android": True,
                "allow_device_self_set": True,
                "allow_emulator": False,
                "allow_dev": False,
            },
        )
        outcome = await carry_out(change, workspace)
        assert outcome.state is OutcomeState.VERIFIED
        assert "4 of 8 read back" in describe_outcome_line(change, outcome)
        assert "4 of 8 read back" in label_outcome(change, outcome)
        assert describe_outcome_line(change, outcome).endswith(
            "iOS, Android, devices may choose it"
        )
        entry = workspace.journal.list_entries()[0]
        assert describe_entry(entry).outcome == "4 of 8 read"
        assert any("4 of 8 read back" in text for _, text in list_details(entry, workspace.now()))
        assert find_objection(entry) is None
        undo = await undo_last(workspace)
        touches = " ".join(line for step in undo.changes for line in step.impact)
        for label in ("holds back updates", "iOS", "Android", "devices may choose it"):
            assert label in touches
        for step in undo.changes:
            assert (await carry_out(step, workspace)).state is OutcomeState.VERIFIED
        row = server.channels["beta"]
        assert row["public"] is False
        assert row["disableAutoUpdateUnderNative"] is True
        assert (row["allow_emulator"], row["allow_dev"]) == (True, True)
        assert (row["disableAutoUpdate"], row["ios"]) == ("minor", False)
        assert row["version"] == "1.2.0"


@both_servers
@plain_modes
async def test_a_channel_without_a_bundle_is_edited(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with workspace_on(server, mode) as workspace:
        await load(workspace)
        change = make_settings_change(workspace, channel(workspace, "empty"), {"public": True})
        outcome = await carry_out(change, workspace)
        assert outcome.state is OutcomeState.VERIFIED, outcome
        (request,) = server.requests("POST", "/channel")
        assert request.body == {"app_id": APP, "channel": "empty", "public": True}


@plain_modes
async def test_a_bundle_that_stays_is_told(mode: Mode) -> None:
    server = DocumentedServer(strict=mode.strict)
    async with workspace_on(server, mode) as workspace:
        await load(workspace)
        change = make_settings_change(workspace, channel(workspace, "beta"), {"bundle": None})
        outcome = await carry_out(change, workspace)
        assert server.requests("POST", "/channel")[0].body == {"app_id": APP, "channel": "beta"}
        assert outcome.state is OutcomeState.DIFFERENT
        assert "the server now says bundle is 1.2.0, not none" in describe_outcome_line(
            change, outcome
        )


async def test_the_undo_of_a_deletion_names_what_will_not_come_back() -> None:
    for server, warning in (
        (
            LegacyServer(strict=True),
            "holds back updates (major), not below native (yes)",
        ),
        (
            DocumentedServer(strict=True),
            "holds back updates, devices may choose it",
        ),
    ):
        async with workspace_on(server, STRICT) as workspace:
            await load(workspace)
            change = make_channel_deletion(workspace, channel(workspace, "beta"))
            name_alone = "name alone" in " ".join(change.impact)
            assert name_alone is isinstance(server, LegacyServer)
            outcome = await carry_out(change, workspace)
            assert outcome.state is OutcomeState.VERIFIED
            undo = await undo_last(workspace)
            touches = " ".join(undo.changes[0].impact)
            assert warning in touches
            assert "Electron" not in touches
            assert ("iOS and Android" in touches) is isinstance(server, DocumentedServer)
            outcome = await carry_out(undo.changes[0], workspace)
            assert outcome.state is OutcomeState.VERIFIED
            assert channel(workspace, "beta").bundle is not None


@both_servers
@plain_modes
async def test_a_default_channel_takes_overrides_as_often_as_wanted(
    kind: type[AnyServer], mode: Mode
) -> None:
    server = make(kind, mode)
    async with workspace_on(server, mode) as workspace:
        await load(workspace)
        production = channel(workspace, "production")
        assert explain_channel_refusal(workspace, production) == ""
        for _ in range(2):
            change = make_override(workspace, device(workspace), production)
            assert workspace.write_limits.wait(change.limits) == 0
            outcome = await carry_out(change, workspace)
            assert outcome.state is OutcomeState.UNVERIFIED
            assert "does not report it" in describe_outcome_line(change, outcome)
        assert len(server.requests("POST", "/device")) == 2


class GuardedServer(LetterServer):
    """A legacy server that answers no request for channels until ``answers`` is set."""

    def __init__(self) -> None:
        self.inner = LegacyServer()
        self.answers = False
        legacy = frozenset({"appid"})
        super().__init__(
            [
                Operation("GET", "/channel", self._channels, legacy),
                Operation("GET", "/device", lambda _: list(self.inner.devices.values()), legacy),
            ],
            strict=False,
        )

    def _channels(self, request: Input) -> JSON:
        del request
        return list(self.inner.channels.values()) if self.answers else {"status": "odd"}


async def test_a_list_that_failed_for_a_guess_is_asked_again_once_more_is_known() -> None:
    server = GuardedServer()
    async with workspace_on(server, PLAIN[0]) as workspace:
        await workspace.channels.load_more()
        error = workspace.channels.error
        assert error is not None
        assert error.is_revision_guessed
        assert workspace.find_lists_read_by_guess() == []
        assert REVISION_GUESSED in explain(error, "read the channels", workspace.target).advice
        server.answers = True
        await workspace.devices.load_more()
        assert workspace.find_lists_read_by_guess() == [workspace.channels]
        await workspace.channels.load_more()
        assert workspace.channels.error is None
        assert workspace.find_lists_read_by_guess() == []


def test_only_a_guess_speaks_of_the_revision() -> None:
    target = Target(ApiKey(KEY), APP)
    for is_guess in (False, True):
        error = CapgoError("Odd", kind=ErrorKind.BAD_REQUEST, status=400)
        error.is_revision_guessed = is_guess
        assert ("--revision" in explain(error, "read the channels", target).advice) is is_guess
