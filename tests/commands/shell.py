"""Run reading commands on a sandbox in the same process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from click.testing import CliRunner

from capgo_tui.commands import running
from capgo_tui.commands.root import capgo_tui
from capgo_tui.workspace.session import open_client
from tests.support.retry_policy import one_try
from tests.support.world import ALL, APP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from click.testing import Result

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.retry_policy import PendingRetry
    from capgo_tui.workspace.request_log import RequestLog
    from capgo_tui.workspace.target import Target
    from tests.support.server import Server


@dataclass
class Shell:
    """Runs commands, whose settings are in the environment."""

    server: Server
    environ: pytest.MonkeyPatch

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(capgo_tui, words)

    def data(self, *words: str) -> str:
        """Return the output of a command that succeeds without a message."""
        result = self(*words)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        return result.stdout


def shell_on(server: Server, patch: pytest.MonkeyPatch, folder: Path) -> Shell:
    """Return a shell in an empty folder, with the API key and the app of a sandbox."""

    def open_in_process(
        target: Target, log: RequestLog, on_retry: Callable[[PendingRetry], None]
    ) -> CapgoClient:
        target = replace(target, asgi_app=lambda: server, retry_policy=one_try())
        return open_client(target, log, on_retry)

    patch.setattr(running, "open_client", open_in_process)
    patch.setenv("HOME", str(folder))
    patch.chdir(folder)
    patch.delenv("CAPGO_API_URL", raising=False)
    patch.setenv("CAPGO_TOKEN", ALL)
    patch.setenv("CAPGO_APP_ID", APP)
    return Shell(server, patch)
