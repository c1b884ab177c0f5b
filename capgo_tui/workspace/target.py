"""Which app on which server a workspace is about, and with which key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.api.servers import DEFAULT_SERVER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from capgo_tui.api.key import ApiKey
    from capgo_tui.api.retry_policy import RetryPolicy
    from capgo_tui.api.revisions import Revision
    from capgo_tui.profiles import Profile
    from capgo_tui.workspace.log_file import LogFile

ASGIApp: TypeAlias = "Callable[..., Awaitable[None]]"
"""A server that is called instead of reached; only its maker knows its framework."""


@dataclass(frozen=True, slots=True)
class Target:
    """One app of one server, and the key to it."""

    app_id: str
    key: ApiKey
    server: str = DEFAULT_SERVER
    revision: Revision | None = None
    """The API's revision where it was told; None finds it out."""
    asgi_app: Callable[[], ASGIApp] | None = None
    """Makes a server in this very process instead of one that is reached over a socket."""
    journal: Path | None = None
    """The file every write is noted in; None forgets them at the end."""
    read_only: bool = False
    """Whether every write is refused."""
    retry_policy: RetryPolicy | None = None
    """How often a read is tried; None is the client's own measure."""
    log_file: LogFile | None = None
    """Where every request is written down; None for nowhere."""
    profile: Profile | None = None
    """The profile in use."""

    @property
    def production(self) -> bool:
        """Whether every change here takes what one takes that cannot be taken back."""
        return self.profile is not None and self.profile.production

    @property
    def read_only_by(self) -> str:
        """What has every write refused, where they are."""
        profile = self.profile
        return f"profile {profile.name}" if profile and profile.read_only else "--read-only"

    @property
    def is_remote(self) -> bool:
        """Whether the server is another program, reached over a socket."""
        return self.asgi_app is None

    @property
    def place(self) -> str:
        """Where this is, short enough for a title: empty for Capgo's own service."""
        if not self.is_remote:
            return "demo"
        if self.server == DEFAULT_SERVER:
            return ""
        return self.server.removeprefix("https://").removeprefix("http://")
