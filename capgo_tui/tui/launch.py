"""The settings that the app starts with."""

from __future__ import annotations

from dataclasses import field, fields, replace
from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.target import Access, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from capgo_tui.api.key import ApiKey
    from capgo_tui.tui.theme_choice import ThemeChoice


@dataclass(frozen=True, slots=True)
class StartRecord:
    """A record to open with."""

    list_name: str
    """The list it is in; empty where it may be a channel, a bundle or a device."""
    name: str


@dataclass(frozen=True, slots=True)
class Launch(Access):
    """The settings of one run; a missing API key or app id is asked for on the setup screen."""

    refresh_seconds: float | None = None
    """Seconds between automatic refreshes of the list in view; None for never."""
    app_doubt: str | None = None
    """Why the Capacitor config does not say which app it is, which is asked for then."""
    server_named_by: str | None = None
    """The file that named the server, if sending the API key there needs consent first."""
    server_doubt: str | None = None
    """Why that file does not say which server it is; the server is only a proposal then."""
    remember_server: Callable[[], None] | None = None
    """Called on consent, to remember it."""
    device: str | None = None
    """A device id to open with."""
    record: StartRecord | None = None
    """Another record to open with."""
    start: str = ""
    """The name of the tab to begin with; empty for the channels."""
    theme: ThemeChoice | None = None
    """The theme to begin with; None for TEXTUAL_THEME or our own."""
    memory: Path | None = None
    """The file of what is remembered between runs; None to forget it at the end."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Other keys of actions, by the action's id."""
    key_file: Path | None = None
    """Where the setup screen offers to save the API key; None for nowhere."""
    profile_names: Sequence[str] = ()
    """The profiles of ``config.toml``."""
    launch_profile: Callable[[Launch, str], Launch] | None = None
    """Returns settings with another profile; raises ValueError when that cannot be used."""
    is_demo: bool = False
    """Whether all of it is made up and forgotten at the end."""
    mouse: bool = True
    """Whether the terminal is asked to report the mouse."""

    @property
    def first_tab(self) -> str:
        """The name of the tab in view first."""
        return "devices" if self.device else self.start or "channels"

    @property
    def target(self) -> Target | None:
        """The target, or None while the API key or the app id is missing."""
        if self.api_key is None or self.app_id is None or self.server_named_by is not None:
            return None
        return self.open_with(self.api_key, self.app_id)

    def open_with(self, key: ApiKey, app_id: str) -> Target:
        """Return the target of an API key and an app id."""
        profile = self.profile
        is_other = self.api_key not in (None, key) or self.app_id not in (None, app_id)
        if profile is not None and is_other:
            profile = replace(profile, is_changed=True)
        values = {each.name: getattr(self, each.name) for each in fields(Access)}
        is_read_only = self.read_only or (profile is not None and profile.read_only)
        changes = {"api_key": key, "app_id": app_id, "profile": profile, "read_only": is_read_only}
        return Target(**(values | changes))
