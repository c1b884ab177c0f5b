"""What the app is started with: everything that was found, and what is still missing."""

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
    """The settings of one run; a None among key and app is asked for on the first screen."""

    key: ApiKey | None = None
    app_id: str | None = None
    server: str = DEFAULT_SERVER
    revision: Revision | None = None
    asgi_app: Callable[[], ASGIApp] | None = None
    refresh_seconds: float | None = None
    """How often the list in view is read again by itself; None for never."""
    server_named_by: str | None = None
    """The file that named the server, where somebody must first say that the key may go there."""
    remember_server: Callable[[], None] | None = None
    """Called when somebody has said so, that it need not be asked again."""
    device: str | None = None
    """A device id to open straight on."""
    retry_policy: RetryPolicy | None = None
    """How often a read is tried; None is the client's own measure."""
    journal: Path | None = None
    """The file every write is noted in; None forgets them at the end."""
    read_only: bool = False
    """Whether every write is refused."""
    log_file: LogFile | None = None
    """Where every request is written down; None for nowhere."""
    profile: Profile | None = None
    """The profile in use: what it guards holds whatever replaced its values."""

    @property
    def target(self) -> Target | None:
        """What to open, or None while something is missing."""
        if self.key is None or self.app_id is None or self.server_named_by is not None:
            return None
        return self.open_with(self.key, self.app_id)

    def open_with(self, key: ApiKey, app_id: str) -> Target:
        """What to open with a key and an app that may have been asked for."""
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
