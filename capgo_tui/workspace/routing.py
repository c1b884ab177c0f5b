"""Default channels of the platforms, and the demotions that a new default causes.

Servers demote every default that shares a platform with a new one (contract §6.2), and tell no
platform flags (§11.7): what follows is certain only where a flag is told or being set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.remark import Remark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from capgo_tui.api.models import Channel
    from capgo_tui.workspace.list_state import ListState

Flags: TypeAlias = "Mapping[str, bool | None]"
"""Whether a channel serves a platform; None where unknown."""

PLATFORMS: Final = {name: CHANNEL_SETTINGS[name].label for name in ("ios", "android", "electron")}
UNTOLD: Final = "the server does not report which platforms a channel serves"
NO_UPDATE: Final = "devices there without an override get no update"


@dataclass(frozen=True, slots=True)
class Demotion:
    """A default channel that stops being one, or may stop."""

    channel: Channel
    platforms: Mapping[str, bool | None]
    """True for a platform that demotes it for certain, None for one that may."""


def get_flags(channel: Channel) -> Flags:
    """Return the platforms of a channel, as far as the server tells; today's servers tell none."""
    return {platform: getattr(channel, platform) for platform in PLATFORMS}


def compute_flags_after(
    channel: Channel | None, settings: Mapping[str, object], *, new: bool
) -> Flags:
    """Return the platforms of a channel after `settings` are sent; a new one serves all."""
    current_flags = (
        get_flags(channel) if channel is not None else dict.fromkeys(PLATFORMS, new or None)
    )
    flags = {
        p: value if isinstance(value := settings.get(p), bool) else current_flags[p]
        for p in PLATFORMS
    }
    if drops_electron(settings):
        flags["electron"] = False
    return flags


def drops_electron(settings: Mapping[str, object]) -> bool:
    """Whether live drops Electron by itself: for a default of one phone platform alone (§6.2)."""
    one_phone = settings.get("ios", "unsent") != settings.get("android", "unsent")
    return settings.get("public") is True and "electron" not in settings and one_phone


def list_default_channels(channels: Iterable[Channel], besides: str | None = None) -> list[Channel]:
    """Return the default channels, except the one of a name."""
    return [each for each in channels if each.public and each.wire_id != besides]


def find_demotions(defaults: Sequence[Channel], flags: Flags) -> list[Demotion]:
    """Return the defaults that a new default with these flags demotes, or may demote."""
    result = []
    for other in defaults:
        theirs = get_flags(other)
        platforms = {
            platform: True if mine and theirs[platform] else None
            for platform, mine in flags.items()
            if mine is not False and theirs[platform] is not False
        }
        if platforms:
            result.append(Demotion(other, platforms))
    return result


def list_demotions(
    demotions: Sequence[Demotion], flags: Flags, channels: ListState
) -> tuple[str, ...]:
    """Describe the demotions by platform, in sentences for a question."""
    by_platform: dict[str, list[str]] = {}
    for platform, title in PLATFORMS.items():
        by_platform.setdefault(_describe_platform(platform, demotions, flags), []).append(title)
    lines = [
        type(sentence)(f"{', '.join(titles)}: {sentence}")
        for sentence, titles in by_platform.items()
    ]
    if not channels.at_end:
        lines.append(
            f"only the {len(channels)} loaded channels are known; others may be demoted too"
        )
    return tuple(lines)


def _describe_platform(platform: str, demotions: Sequence[Demotion], flags: Flags) -> str:
    if flags[platform] is False:
        return Remark("not served by it, nothing changes")
    sure = [each.channel.name for each in demotions if each.platforms.get(platform)]
    if sure:
        return f"{' and '.join(sure)} stops being the default"
    may = [each.channel.name for each in demotions if platform in each.platforms]
    if not may:
        return Remark("no other channel is the default")
    return f"{' or '.join(may)} may stop being the default; {UNTOLD}"


def without_default(channels: Iterable[Channel], name: str) -> str:
    """Describe the routing once a default channel stops being one."""
    others = [channel.name for channel in list_default_channels(channels, name)]
    if not others:
        return f"no default channel remains: {NO_UPDATE}"
    return f"other defaults: {', '.join(others)}; {UNTOLD}"
