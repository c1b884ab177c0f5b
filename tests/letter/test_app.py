"""The app on the two servers: its three lists and its writes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.launch import Launch
from tests.letter.documented_server import DocumentedServer
from tests.letter.letter_server import APP, KEY
from tests.letter.modes import AnyServer, Mode, both_servers, every_mode, make, revision_of
from tests.tui.driving import open_app

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def launch(server: AnyServer, mode: Mode) -> Launch:
    revision = revision_of(type(server)) if mode.explicit else None
    return Launch(ApiKey(KEY), APP, revision=revision, asgi_app=lambda: server)


@pytest.mark.sampled
@both_servers
@every_mode
async def test_all_three_tabs(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with open_app(
        server,  # type: ignore[arg-type]  # only its answers are used
        launch=launch(server, mode),
        now=lambda: NOW,
        size=(120, 30),
    ) as driver:
        await driver.until("3 loaded")
        await driver.until("1 Channels 3  2 Devices 2  3 Bundles 3")
        assert "ROLLOUT" not in driver.text
        await driver.press("2")
        await driver.until("2 loaded")
        assert "SEEN" in driver.text
        assert "OVERRIDE" not in driver.text
        assert "1.1.0" in driver.text
        await driver.press("3")
        await driver.until("3 loaded")
        assert "1.2.0" in driver.text
        await driver.until("beta")
        hints = driver.line(-1)
        assert ("D delete" in hints) is (kind is DocumentedServer)
        assert "e edit" not in hints  # there are no comments


@pytest.mark.sampled
@both_servers
@every_mode
async def test_a_bundle_is_put_on_a_channel(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with open_app(
        server,  # type: ignore[arg-type]  # only its answers are used
        launch=launch(server, mode),
        now=lambda: NOW,
    ) as driver:
        await driver.until("1 Channels 3  2 Devices 2  3 Bundles 3")
        await driver.press("j", "l")
        await driver.until("Promote to beta")
        await driver.type("1", ".", "0")
        await driver.until("1.0.0")
        await driver.press("enter")
        await driver.wait_for_question()
        await driver.press("y")
        await driver.until("read back from the server")
        assert "✓ beta: bundle is 1.0.0" in driver.text
    request = server.requests("POST", "/channel")[-1]
    assert request.status == 200
    assert request.body == {"app_id": APP, "channel": "beta", "version": "1.0.0"}
