"""The overview of an app: what a screen shows of routing, adoption, fleet, changes and warnings.

`overview_joins` makes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from capgo_tui.workspace.insight.adoption import BundleShare
    from capgo_tui.workspace.insight.places import Place


@dataclass(frozen=True, slots=True)
class RolloutShare:
    """The rollout beside a channel."""

    share: float
    """0 to 1."""
    target: str
    state: str
    """``paused`` or ``off``; empty while it is served."""


@dataclass(frozen=True, slots=True)
class RoutingLine:
    """What a platform gets by default."""

    platform: str
    channel: str
    """Its name; ``none``, or that it is not known."""
    bundle: str
    """Its name; empty where there is no channel."""
    age: str
    """The age of the bundle; empty where it is not known."""
    note: str
    is_bad: bool
    rollout: RolloutShare | None
    place: Place


@dataclass(frozen=True, slots=True)
class AdoptionLine:
    """The devices on one bundle."""

    share: BundleShare
    place: Place


@dataclass(frozen=True, slots=True)
class FleetItem:
    """Some of the devices."""

    label: str
    count: int
    share: float
    """0 to 1, of the devices that its group counts."""
    place: Place
    note: str = ""


@dataclass(frozen=True, slots=True)
class FleetGroup:
    """Devices by one trait."""

    title: str
    items: tuple[FleetItem, ...]
    place: Place
    note: str = ""
    """What is said in place of items that are not known, or besides them."""


@dataclass(frozen=True, slots=True)
class LatestChange:
    """One change."""

    at: datetime
    when: str
    """The local time of a change of today, else the day: ``14:02`` or ``11-20``."""
    who: str
    """``you``, an email, the name of an API key, or a fingerprint; clean text."""
    text: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class WarningLine:
    """A warning, with the action that mends it."""

    text: str
    action: str
    """The id of the action."""
    place: Place


@dataclass(frozen=True, slots=True)
class Overview:
    """What is known of an app together."""

    routing: tuple[RoutingLine, ...] = ()
    routing_note: str = ""
    adoption: tuple[AdoptionLine, ...] = ()
    adoption_note: str = ""
    fleet: tuple[FleetGroup, ...] = ()
    fleet_note: str = ""
    changes: tuple[LatestChange, ...] = ()
    changes_note: str = ""
    warnings: tuple[WarningLine, ...] = ()
    warnings_note: str = ""


_NOT_READ: Final = "not read yet"
NOTHING_READ: Final = Overview(
    routing_note=_NOT_READ,
    adoption_note=_NOT_READ,
    fleet_note=_NOT_READ,
    changes_note=_NOT_READ,
    warnings_note=_NOT_READ,
)
"""What is known before anything was read."""
