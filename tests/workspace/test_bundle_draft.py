"""What is typed about a bundle: rules before anything is sent, and secrets that stay unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.revisions import LIVE
from capgo_tui.workspace.bundle_draft import NAME_IN_USE, NotesDraft, RegistrationDraft
from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.support.world import World, open_world
from tests.workspace.channels import (
    bundle,
    carry_out_verified,
    list_writes,
    load_workspace,
    names,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.session import Workspace

SUM = "aB" * 32
GOOD = {"version": "9.9.9", "external_url": "https://e.com/z.zip", "checksum": SUM}
SECRET = "c2VjcmV0LXNlc3Npb24ta2V5"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=5) as world:
        yield world


def fill_registration(workspace: Workspace, **texts: str) -> RegistrationDraft:
    draft = RegistrationDraft(workspace)
    for name, text in {**GOOD, **texts}.items():
        draft.type(name, text)
    return draft


NOT_SEMVER = "not semver, such as 1.2.3"


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        *(("version", text, NOT_SEMVER) for text in ("1.2", "01.0.0", "latest", "1.0.0-")),
        ("version", "", "is needed"),
        ("version", "V1.0.0", "without the v"),
        ("external_url", "HTTPS://e.com", "must start with https://"),
        ("external_url", "https://e.com/a b", "must not hold a space"),
        ("external_url", "https:///z", "names no server"),
        ("external_url", "https://[e", "names no server"),
        ("checksum", SUM[1:], "63 of 64 hex digits"),
        ("checksum", SUM[1:] + "g", "not hex"),
        ("checksum", "٣" * 64, "not hex"),
        ("key_id", "k" * 21, "21 characters, 20 at most"),
    ],
)
async def test_what_breaks_a_rule_is_named(
    world: World, name: str, text: str, problem: str
) -> None:
    draft = fill_registration(await load_workspace(world), **{name: text})
    assert draft.find_error(name) == problem
    assert draft.list_errors()[0][0].name == name
    assert "nothing can be sent yet" in draft.describe()[0][0]


async def test_a_name_in_the_list_is_taken(world: World) -> None:
    draft = fill_registration(await load_workspace(world), version=names(world)[0])
    assert draft.find_error("version") == "taken by a bundle"


async def test_what_passes_every_rule_is_taken_by_the_server(world: World) -> None:
    workspace = await load_workspace(world)
    draft = fill_registration(workspace, version=" 9.9.9+b.1 ", session_key=SECRET, key_id="k" * 20)
    assert not draft.list_errors()
    assert (await carry_out_verified(workspace, draft.change())).state is OutcomeState.VERIFIED
    body = {"app_id": world.app_id, "version": "9.9.9+b.1", "session_key": SECRET}
    assert list_writes(world)[0][1].items() >= body.items()


TEXT = st.text(max_size=6) | st.sampled_from(["1.0.0", "https://e.com", SUM, "https://", "v1.0.0"])


async def test_no_text_that_passes_is_refused_later(world: World) -> None:
    workspace = await load_workspace(world)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(st.fixed_dictionaries(dict.fromkeys((*GOOD, "session_key", "key_id"), TEXT)))
    @example({**GOOD, "session_key": "**", "key_id": ""})
    def passes(texts: dict[str, str]) -> None:
        draft = fill_registration(workspace, **texts)
        if not draft.list_errors():
            draft.change().request(LIVE)

    passes()


async def test_the_preview_shows_all_but_the_secret(world: World) -> None:
    draft = fill_registration(await load_workspace(world), session_key=SECRET)
    preview = draft.describe()[0][0]
    assert preview.startswith('POST /bundle {"app_id": ')
    assert SECRET not in preview
    assert '"session_key": "•••"' in preview


async def test_what_the_server_says_stands_beside_its_entry_until_that_changes(
    world: World,
) -> None:
    draft = fill_registration(await load_workspace(world))
    kind = ErrorKind.RULE
    draft.blame(CapgoError("Cannot create bundle", kind=kind, code="cannot_create_bundle"))
    assert draft.find_error("version") == NAME_IN_USE
    draft.type("version", "9.9.8")
    assert not draft.find_error("version")
    draft.blame(CapgoError("Encryption \x1bis on", kind=kind, code="encryption_required"))
    assert draft.find_error("session_key") == "Encryption \ufffdis on"
    draft.blame(CapgoError("You can't", kind=kind, code="cannot_create_bundle"))
    assert not draft.find_error("version"), "that is about the key"


async def test_a_note_that_was_left_alone_is_not_sent(world: World) -> None:
    name = names(world)[0]
    world.run("UPDATE bundles SET comment = ?, link = 'x' WHERE name = ?", "two\nlines", name)
    workspace = await load_workspace(world)
    draft = NotesDraft(workspace, bundle(workspace, name))
    assert draft.get_text("comment") == "two lines", "as it is shown"
    assert draft.dirty == 0
    draft.type("link", "https://e.com/7")
    draft.type("comment", "two lines ")
    assert draft.dirty == 1
    assert draft.change().after == {"link": "https://e.com/7"}
    world.run("UPDATE bundles SET deleted = 1 WHERE name = ?", name)
    await workspace.bundles.refresh()
    assert not draft.rebase()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ""),
        ("  ", ""),
        ("https://e.com/7", ""),
        ("HTTP://e.com", ""),
        ("PR-481", "must start with https:// or http://"),
        ("javascript:alert(1)", "must start with https:// or http://"),
        ("e.com/7", "must start with https:// or http://"),
        ("https://e.com/a b", "must not hold a space"),
        ("https:///7", "names no server"),
        ("http://[e", "names no server"),
    ],
)
async def test_a_link_is_a_url_or_nothing(world: World, text: str, problem: str) -> None:
    workspace = await load_workspace(world)
    draft = NotesDraft(workspace, bundle(workspace, names(world)[0]))
    draft.type("link", "https://before.e.com")
    draft.type("link", text)
    assert draft.find_error("link") == problem
    description = draft.describe()[0][0]
    assert description.startswith("nothing can be sent yet · link: ") is bool(problem)


async def test_a_link_from_elsewhere_does_not_stop_a_comment(world: World) -> None:
    workspace = await load_workspace(world)
    before = replace(bundle(workspace, names(world)[0]), link="PR-481")
    draft = NotesDraft(workspace, before)
    draft.type("comment", "another")
    assert not draft.list_errors()
    draft.type("link", "PR-482")
    assert draft.list_errors()
