"""The API key is in no screenshot and no repr; no HTTP library is imported before drawing."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.world import SECRETS
from tests.tui.driving import assert_secret, on_devices

if TYPE_CHECKING:
    from tests.support.server import Server


async def test_no_view_and_no_object_of_the_app_tells_the_key(server: Server) -> None:
    async with on_devices(server, size=(140, 40)) as driver:
        assert_secret(driver, SECRETS)
        for keys in (["enter"], ["J"], ["escape", "question_mark"], ["escape", "o"], ["escape"]):
            await driver.type(*keys)
            await driver.settle()
            assert_secret(driver, SECRETS)
        assert "com.acme.shop" in driver.app.export_screenshot()


@pytest.mark.parametrize("module", ["capgo_tui.tui.app", "capgo_tui.tui.launch"])
def test_importing_the_interface_imports_no_http_library_and_no_parser(module: str) -> None:
    heavy = ("httpx", "pydantic_core", "starlette", "uvicorn", "sqlite3", "capgo_tui.sandbox")
    program = f"import sys, {module}; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
