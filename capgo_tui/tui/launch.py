"""The settings that the app starts with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from capgo_tui.api.servers import DEFAULT_SERVER
from capgo_tui.workspace.target import ASGIApp, Target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from capgo_tui.api.key import ApiKey
    from capgo_tui.api.retry_policy import RetryPolicy
    from capgo_tui.api.revisions import Revision
    from capgo_tui.profiles import Profile
    from capgo_tui.workspace.log_file import LogFile


@dataclass(frozen=True, slots=True)
class Launch:
    """The settings of one run; a missing API key or app id is asked for on the setup screen."""

    key: ApiKey | None = None
    app_id: str | None = None
    server: str = DEFAULT_SERVER
    revision: Revision | None = None
    asgi_app: Callable[[], ASGIApp] | None = None
    refresh_seconds: float | None = None
    """Seconds between automatic refreshes of the list in view; None for never."""
    server_named_by: str | None = None
    """The file that named the server, if sending the API key there needs consent first."""
    server_doubt: str | None = None
    """Why that file does not say which server it is; the server is only a proposal then."""
    remember_server: Callable[[], None] | None = None
    """Called on consent, to remember it."""
    device: str | None = None
    """A device id to open with."""
    retry_policy: RetryPolicy | None = None
    """How often a read is tried; None for the client's default."""
    journal: Path | None = None
    """The file of the journal; None forgets the writes at the exit."""
    read_only: bool = False
    """Whether every write is refused."""
    log_file: LogFile | None = None
    """The file of the request log; None for no file."""
    profile: Profile | None = None
    """The profile in use; its confirmation level holds even if its values are overridden."""

    @property
    def target(self) -> Target | None:
        """The target, or None while the API key or the app id is missing."""
        if self.key is None or self.app_id is None or self.server_named_by is not None:
            return None
        return self.open_with(self.key, self.app_id)

    def open_with(self, key: ApiKey, app_id: str) -> Target:
        """Return the target of an API key and an app id."""
        profile = self.profile
        is_other = self.key not in (None, key) or self.app_id not in (None, app_id)
        if profile is not None and is_other:
            profile = replace(profile, is_changed=True)
        return Target(
            app_id,
            key,
            self.server,
            self.revision,
            self.asgi_app,
            self.journal,
            self.read_only or (profile is not None and profile.read_only),
            self.retry_policy,
            self.log_file,
            profile,
        )
