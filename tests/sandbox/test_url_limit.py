"""A device list whose ids exceed the internal look-up URL has no overrides (§18.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from capgo_tui.sandbox.generate import APP_ID, generate
from capgo_tui.sandbox.live.override_lookup import DEFAULT_URL_LIMIT, fits_url
from tests.sandbox.test_serve import start_command
from tests.support.clock import NOON

if TYPE_CHECKING:
    from capgo_tui.sandbox.store import Store
    from tests.sandbox.conftest import OpenSandbox, Sandbox

DEVICES = 345
UUIDS = [f"aaaaaaaa-0000-4000-8000-{number:012x}" for number in range(DEVICES)]
REVISIONS = ["live", "next"]


def many(store: Store) -> str:
    """Fill a store with devices that all have an override."""
    key = generate(store, devices=0, now=NOON).key
    with store.open_for_writing() as db:
        rows = [(APP_ID, device_id, NOON.isoformat()) for device_id in UUIDS]
        db.executemany(
            "INSERT INTO devices (app_id, device_id, updated_at, platform, plugin_version)"
            " VALUES (?, ?, ?, 'ios', '7.0.0')",
            rows,
        )
        db.execute(
            "INSERT INTO overrides SELECT app_id, device_id,"
            " (SELECT id FROM channels WHERE name = 'beta') FROM devices"
        )
    return key


def count_overrides(sandbox: Sandbox, **query: object) -> int:
    """Return the number of overrides in a list."""
    answer = sandbox.get("/device", app_id=APP_ID, **query)
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()["data"]
    return sum("channel" in row for row in rows)


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize(
    ("limit", "overrides"), [(1, 1), (50, 50), (150, 150), (207, 207), (208, 0), (345, 0), (999, 0)]
)
def test_as_on_the_real_server(
    limit: int, overrides: int, revision: str, open_sandbox: OpenSandbox
) -> None:
    assert count_overrides(open_sandbox(revision, fill=many), limit=limit) == overrides


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize(("url_limit", "overrides"), [(0, 345), (16384, 345), (4096, 0), (1, 0)])
def test_another_limit(
    url_limit: int, overrides: int, revision: str, open_sandbox: OpenSandbox
) -> None:
    assert (
        count_overrides(open_sandbox(revision, fill=many, url_limit=url_limit), limit=345)
        == overrides
    )


def test_each_page_is_looked_up_by_itself(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(fill=many)
    page = sandbox.get("/device", app_id=APP_ID, limit=300).json()
    assert not any("channel" in row for row in page["data"])
    assert count_overrides(sandbox, limit=300, cursor=page["nextCursor"]) == DEVICES - 300
    assert count_overrides(sandbox, limit=345, order="desc") == 0


def test_one_device_is_looked_up_by_its_own_url(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(fill=many, url_limit=10)
    one = sandbox.get("/device", app_id=APP_ID, device_id=UUIDS[3]).json()
    assert one["channel"] == "beta"
    assert count_overrides(sandbox, limit=1) == 0


@pytest.mark.parametrize(
    ("device_ids", "fits"),
    [
        (["x" * 36] * 207, True),
        (["x" * 36] * 208, False),
        # An id is percent-encoded: each of its slashes takes three characters.
        (["/" * 12] * 207, True),
        (["/" * 12] * 208, False),
        # As is each byte of a character that is not ASCII.
        (["é" * 6] * 207, True),
        (["é" * 6] * 208, False),
        ([], True),
    ],
)
def test_ids_are_measured_as_they_are_sent(device_ids: list[str], fits: bool) -> None:
    assert fits_url(device_ids, DEFAULT_URL_LIMIT) is fits


@pytest.mark.parametrize(
    ("options", "has_overrides"),
    [((), False), (("--url-limit", "16384"), True)],
    ids=["8192", "16384"],
)
def test_the_command_takes_the_limit(options: tuple[str, ...], has_overrides: bool) -> None:
    with start_command("--devices", "400", *options) as (_, entrance, _):
        answer = httpx.get(
            f"{entrance['url']}/device",
            params={"app_id": entrance["app"], "limit": 400},
            headers={"authorization": entrance["key"]},
            trust_env=False,
        )
        assert any("channel" in row for row in answer.json()["data"]) is has_overrides
