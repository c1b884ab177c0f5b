"""Targets: the app, server and API key of a workspace, and how it is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.api.servers import DEFAULT_SERVER
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from capgo_tui.api.key import ApiKey
    from capgo_tui.api.retry_policy import RetryPolicy
    from capgo_tui.api.revisions import Revision
    from capgo_tui.profiles import Profile
    from capgo_tui.workspace.log_file import LogFile

ASGIApp: TypeAlias = "Callable[..., Awaitable[None]]"
"""An ASGI server in this process."""


@dataclass(frozen=True, slots=True)
class Access:
    """How an app is reached, and what is refused; its API key and id may still be missing."""

    api_key: ApiKey | None = None
    app_id: str | None = None
    server: str = DEFAULT_SERVER
    revision: Revision | None = None
    """The revision of the API; None to detect it."""
    asgi_app: Callable[[], ASGIApp] | None = None
    """Makes a server in this process, used instead of `server`."""
    journal: Path | None = None
    """The file of the journal; None for one in memory."""
    read_only: bool = False
    """Whether every write is refused."""
    retry_policy: RetryPolicy | None = None
    """The retry policy of reads; None for the default."""
    log_file: LogFile | None = None
    """The log file of requests; None for none."""
    profile: Profile | None = None
    """The profile in use; its protection holds even if its values are overridden."""


@dataclass(frozen=True, slots=True)
class Target(Access):
    """An app on a server, with its API key."""

    api_key: ApiKey
    app_id: str

    @property
    def production(self) -> bool:
        """Whether every change needs the typed confirmation of an irreversible one."""
        return self.profile is not None and self.profile.production

    @property
    def is_profile_changed(self) -> bool:
        """Whether an option or a variable replaces a value of the profile."""
        return self.profile is not None and self.profile.is_changed

    @property
    def read_only_by(self) -> str:
        """The name of the setting that refuses every write."""
        profile = self.profile
        return f"profile {profile.name}" if profile and profile.read_only else "--read-only"

    @property
    def is_remote(self) -> bool:
        """Whether the server is reached over a socket."""
        return self.asgi_app is None

    @property
    def place(self) -> str:
        """The server in a few characters for a title.

        Empty for Capgo's own service, unless the profile says otherwise.
        """
        if not self.is_remote:
            return "demo"
        if self.server == DEFAULT_SERVER and not self.is_profile_changed:
            return ""
        return self.server.removeprefix("https://").removeprefix("http://")
