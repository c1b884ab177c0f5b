"""Routes: the default channel of each platform, as far as it is known (contract §6.2, §18.10).

Most servers do not tell which platforms a channel serves. The audit history does, where the API
key may read it; else a default channel may serve a platform or not.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.routing import (
    PLATFORMS,
    get_flags,
    list_default_channels,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from capgo_tui.api.models import AuditEntry, Channel
    from capgo_tui.workspace.routing import Flags

FlagsByChannel: TypeAlias = "Mapping[int, Flags]"
"""Platform flags by the id of the channel."""

NO_FLAGS: Final[FlagsByChannel] = {}


class Certainty(StrEnum):
    """How far the default channel of a platform is known."""

    CERTAIN = "certain"
    """There is one, and it serves the platform."""
    NONE = "none"
    """There is none."""
    LIKELY = "likely"
    """There is one default channel, and whether it serves the platform is unknown."""
    AMBIGUOUS = "ambiguous"
    """There are several that may serve the platform."""
    UNKNOWN = "unknown"
    """The channels are not all loaded, and those that are decide nothing."""


@dataclass(frozen=True, slots=True)
class Route:
    """The default channel of one platform."""

    platform: str
    """``ios``, ``android`` or ``electron``."""
    certainty: Certainty
    channels: tuple[Channel, ...] = ()
    """The channel, or all that it may be; empty for none."""

    @property
    def title(self) -> str:
        """The name of the platform, such as ``iOS``."""
        return PLATFORMS[self.platform]

    @property
    def channel(self) -> Channel | None:
        """The default channel; None where it is not one alone."""
        return self.channels[0] if len(self.channels) == 1 else None


def find_routes(
    channels: Iterable[Channel], *, all_loaded: bool, told_flags: FlagsByChannel = NO_FLAGS
) -> list[Route]:
    """Return the route of each platform.

    Args:
        channels: the loaded channels.
        all_loaded: whether the app has no others.
        told_flags: platform flags from the audit history, for channels whose rows tell none.

    """
    defaults = list_default_channels(channels)
    flags = {channel.id: merge_flags(channel, told_flags) for channel in defaults}
    return [_find_route(platform, defaults, flags, all_loaded=all_loaded) for platform in PLATFORMS]


def merge_flags(channel: Channel, told_flags: FlagsByChannel) -> Flags:
    """Return the platform flags of a channel: of its row, else of the audit history."""
    of_audit = told_flags.get(channel.id, {})
    return {
        platform: of_audit.get(platform) if flag is None else flag
        for platform, flag in get_flags(channel).items()
    }


def _find_route(
    platform: str, defaults: Sequence[Channel], flags: FlagsByChannel, *, all_loaded: bool
) -> Route:
    certain = tuple(channel for channel in defaults if flags[channel.id][platform])
    possible = tuple(channel for channel in defaults if flags[channel.id][platform] is None)
    if len(certain) == 1:
        # The server allows one default for a platform, so that no other can be it.
        return Route(platform, Certainty.CERTAIN, certain)
    if certain:
        return Route(platform, Certainty.AMBIGUOUS, certain)
    if not all_loaded:
        return Route(platform, Certainty.UNKNOWN, possible)
    if not possible:
        return Route(platform, Certainty.NONE)
    certainty = Certainty.LIKELY if len(possible) == 1 else Certainty.AMBIGUOUS
    return Route(platform, certainty, possible)


def read_flags(entries: Iterable[AuditEntry]) -> dict[int, dict[str, bool | None]]:
    """Return the latest platform flags of each channel in an audit history, newest first."""
    result: dict[int, dict[str, bool | None]] = {}
    for entry in entries:
        row = entry.new_record
        if not isinstance(row, dict) or not isinstance(identity := row.get("id"), int):
            continue
        flags = result.setdefault(identity, dict.fromkeys(PLATFORMS))
        for platform, flag in flags.items():
            value = row.get(platform)
            if flag is None and isinstance(value, bool):
                flags[platform] = value
    return result
