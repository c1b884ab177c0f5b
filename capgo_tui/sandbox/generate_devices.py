"""Generated devices: most run the bundle of production, a tail runs older ones."""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from capgo_tui.sandbox.values import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from capgo_tui.sandbox.generate_history import Release
    from capgo_tui.sandbox.tables.rows import Column

_SHORTEST, _LONGEST = 4.0, 7 * 7 * 24 * 3600.0  # seconds
_DISTINCT = 8192
_COUNTRIES = ("DE", "DE", "DE", "NL", "NL", "PL", "FR", "AT", "BE", "GB", "US", None)
_PEOPLE = ("anna.k", "jonas.w", "mira.s", "piotr.n", "lena.b", "tom.v", "sara.d", "ali.y")
_CITIES = ("berlin", "hamburg", "utrecht", "krakow", "vienna", "lyon")
_PLUGINS = ("7.34.3", "7.34.3", "7.34.3", "7.34.0", "7.28.1", "6.14.25")
_SYSTEMS = {
    "ios": ("18.1.1", "18.1", "17.7.2", "17.6.1", "16.7.10"),
    "android": ("15", "14", "14", "13", "12", "11"),
    "electron": ("10.0.22631", "14.7.1", "6.8.0"),
}


_INSERT = (
    "INSERT INTO devices (app_id, device_id, updated_at, custom_id, platform, plugin_version,"
    " os_version, version_build, version_name, is_prod, is_emulator, install_source,"
    " country_code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True)
class Fleet:
    """The bundles that run and their cumulative shares."""

    names: tuple[str, ...]
    shares: tuple[float, ...]

    @classmethod
    def from_releases(cls, releases: Sequence[Release]) -> Fleet:
        """Return the newest stable release most devices and each older one half as many."""
        stable = [r.name for r in reversed(releases) if not r.is_preview][:14]
        previews = [r.name for r in reversed(releases) if r.is_preview][:2]
        weights = [70.0, 11.0, *(8.0 * 0.7**n for n in range(12))][: len(stable)]
        weights += [2.0 / (n + 1) for n in range(len(previews))] + [4.5]
        return cls((*stable, *previews, "builtin"), tuple(accumulate(weights)))

    def pick(self, chance: float) -> str:
        """Return a bundle for a random number below 1."""
        return self.names[bisect(self.shares, chance * self.shares[-1])]


@dataclass(frozen=True)
class Recipe:
    """The parameters of a fleet, from which any part of it can be generated."""

    app_id: str
    count: int
    seed: int
    now: datetime
    fleet: Fleet


def insert_devices(
    db: sqlite3.Connection,
    rng: random.Random,
    *,
    app_id: str,
    fleet: Fleet,
    count: int,
    now: datetime,
) -> None:
    """Insert devices."""
    db.executemany(_INSERT, _draw_devices(rng, app_id, fleet, count, now))


def insert_block(
    db: sqlite3.Connection, recipe: Recipe, indexes: range, traits: Sequence[tuple[Column, ...]]
) -> None:
    """Insert a block of a fleet's devices; the same block has the same rows."""
    rng = random.Random(f"{recipe.seed}/{indexes.start}")  # noqa: S311 - plausible, not secret
    db.executemany(_INSERT, _draw_block(rng, recipe, indexes, traits))


def draw_traits(recipe: Recipe) -> list[tuple[Column, ...]]:
    """Return the sets of traits that the devices of a fleet draw from."""
    rng = random.Random(recipe.seed)  # noqa: S311
    return [_draw_device_traits(rng, recipe.fleet) for _ in range(_DISTINCT)]


def insert_overrides(
    db: sqlite3.Connection,
    rng: random.Random,
    *,
    app_id: str,
    count: int,
    linkable: Sequence[int],
) -> None:
    """Link a few devices with custom ids to channels that are not public."""
    if not linkable:
        return
    rows = db.execute(
        "SELECT device_id FROM devices WHERE app_id = ? AND custom_id <> ''"
        " AND custom_id NOT LIKE 'store-%' ORDER BY device_id LIMIT ?",
        [app_id, min(12, count // 12)],
    )
    links = [(app_id, row[0], rng.choice(linkable)) for row in rows]
    db.executemany("INSERT INTO overrides (app_id, device_id, channel_id) VALUES (?, ?, ?)", links)


def _draw_devices(
    rng: random.Random, app_id: str, fleet: Fleet, count: int, now: datetime
) -> Iterator[tuple[Column, ...]]:
    moment = now.astimezone(UTC)
    # Traits repeat past some thousands of devices, which nobody notices; ids and times do not.
    traits = [_draw_device_traits(rng, fleet) for _ in range(min(count, _DISTINCT))]
    for index in range(count):
        last_seen = _draw_last_seen(rng, moment)
        device_traits = (
            traits[index] if index < _DISTINCT else traits[int(rng.random() * _DISTINCT)]
        )
        yield (app_id, _draw_device_id(rng, index, count), stamp(last_seen), *device_traits)


def _draw_block(
    rng: random.Random, recipe: Recipe, indexes: range, traits: Sequence[tuple[Column, ...]]
) -> Iterator[tuple[Column, ...]]:
    moment = recipe.now.astimezone(UTC)
    for index in indexes:
        last_seen = _draw_last_seen(rng, moment).isoformat(timespec="microseconds")
        device_id = _draw_device_id(rng, index, recipe.count)
        yield (recipe.app_id, device_id, last_seen, *traits[int(rng.random() * _DISTINCT)])


def _draw_last_seen(rng: random.Random, moment: datetime) -> datetime:
    """Return a time on a logarithmic scale: seconds ago is as likely as weeks ago."""
    return moment - timedelta(seconds=_SHORTEST * (_LONGEST / _SHORTEST) ** rng.random())


def find_index(device_id: str, count: int) -> int:
    """Return the index of the device with this id, or of where it would be."""
    digits = ""
    for character in device_id.replace("-", "")[:12].lower():
        if character not in "0123456789abcdef":
            digits += "f" * 12 if character > "9" else "0" * 12
            break
        digits += character
    high = int(digits[:12].ljust(12, "0"), 16)
    return min(count - 1, (high + 1) * count >> 48)


def _draw_device_traits(rng: random.Random, fleet: Fleet) -> tuple[Column, ...]:
    """Return everything of a device but its id and ``updated_at``."""
    bits = rng.getrandbits(64)
    kind = bits % 100
    platform = "electron" if kind < 2 else "ios" if kind < 46 else "android"
    systems = _SYSTEMS[platform]
    bundle = fleet.pick(rng.random())
    emulator = (bits >> 8) % 60 == 0
    return (
        _make_custom_id(bits >> 16) if (bits >> 14) % 3 == 0 else "",
        platform,
        _PLUGINS[(bits >> 32) % len(_PLUGINS)],
        systems[(bits >> 36) % len(systems)],
        _make_native_build(bundle, bits >> 40),
        bundle,
        not emulator and (bits >> 44) % 25 != 0,
        emulator,
        _make_install_source(platform, bits >> 48),
        _COUNTRIES[(bits >> 52) % len(_COUNTRIES)],
    )


def _draw_device_id(rng: random.Random, index: int, count: int) -> str:
    """Return a version 4 UUID larger than those of lower indexes: rows come in key order."""
    high = (index * 2**48 + rng.getrandbits(47)) // count
    digits = f"{high << 80 | rng.getrandbits(80):032x}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def _make_custom_id(bits: int) -> str:
    number = bits >> 4
    match bits % 8:
        case 0:
            return f"qa-{number % 40:02d}"
        case 1:
            return _PEOPLE[number % len(_PEOPLE)]
        case 2 | 3:
            return f"kiosk-{_CITIES[number % len(_CITIES)]}-{(number >> 3) % 12 + 1}"
        case _:
            return f"store-{number % 460 + 101}"


def _make_native_build(bundle: str, bits: int) -> str:
    """Return the native version of a device, which may be older than its bundle."""
    if bundle == "builtin":
        return f"2.{bits % 4}.0"
    major, minor, _ = bundle.split(".")[:3]
    return f"{major}.{max(0, int(minor) - bits % 3)}.0"


def _make_install_source(platform: str, bits: int) -> str | None:
    if platform == "ios":
        return "testflight" if bits % 12 == 0 else "app_store"
    return "play_store" if platform == "android" else None
