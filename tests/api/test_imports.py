"""Tests of the modules that importing the package loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

import capgo_tui.api


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*[n for n, m in sys.modules.items() if m is not None])"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    return set(ran.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import capgo_tui.api",
        "from capgo_tui.api import ApiKey, CapgoError, ErrorKind, Revision, ChannelSettings",
        "import capgo_tui.api.key, capgo_tui.api.errors, capgo_tui.api.revisions",
        "import capgo_tui.api.requests, capgo_tui.api.replies, capgo_tui.api.settings",
    ],
)
def test_the_small_parts_are_light(code: str) -> None:
    heavy = {"httpx", "pydantic", "pydantic_core", "textual", "asyncio", "ssl", "click", "rich"}
    assert not heavy & modules_after(code)


def test_the_client_loads_no_more_than_it_needs() -> None:
    modules = modules_after("from capgo_tui.api import CapgoClient")
    assert "httpx" in modules
    assert not {"click", "rich", "pygments", "textual", "httpx._main", "pydantic"} & modules
    assert not {name for name in modules if name.startswith("capgo_tui.sandbox")}


def test_httpx_still_works_for_others() -> None:
    modules_after(
        "from capgo_tui.api import CapgoClient\n"
        "import httpx, importlib\n"
        "assert callable(httpx.main) and httpx.Client and httpx.get\n"
        "httpx.Client().close()"
    )


def test_every_name_is_there_and_typed_where_it_says() -> None:
    for name in capgo_tui.api.__all__:
        assert getattr(capgo_tui.api, name) is not None
    assert sorted(capgo_tui.api._MODULE_OF) == sorted(capgo_tui.api.__all__)
    assert dir(capgo_tui.api) == sorted(capgo_tui.api.__all__)
    with pytest.raises(AttributeError):
        _ = capgo_tui.api.Nothing
