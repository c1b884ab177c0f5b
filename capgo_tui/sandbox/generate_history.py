"""A generated release history: names, commit subjects, links and native packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping

_SUBJECTS = (
    "Fix crash when the cart is empty",
    "Show delivery date on the order page",
    "Bump @capacitor/core to 6.1.2",
    "Cache product images between launches",
    "Fix login loop after password reset",
    "Add Apple Pay to express checkout",
    "Translate checkout into Dutch and Polish",
    "Do not ask for notifications on first launch",
    "Speed up search on slow devices",
    "Fix voucher total rounding",
    "Dark mode for the receipt view",
    "Retry failed uploads in the background",
    "Remove the old onboarding",
    "Fix back button on Android 14",
    "Store locator: sort by distance",
    "Upgrade to Angular 18",
    "Fix keyboard covering the promo field",
    "Log out everywhere from the account page",
    "Track scan-and-go funnel",
    "Fix flash of unstyled content on start",
    "Allow guest checkout in kiosk mode",
    'Revert "Lazy-load the catalogue"',
    "Lazy-load the catalogue",
    "Fix price badge on bundles",
    "Hotfix: accept 19-digit cards",
)
_PLUGINS = (
    "@capacitor/app",
    "@capacitor/camera",
    "@capacitor/haptics",
    "@capacitor/preferences",
    "@capacitor/push-notifications",
    "@capgo/capacitor-updater",
)


@dataclass(frozen=True)
class Release:
    """One release of the app."""

    name: str
    comment: str | None
    link: str | None
    min_native: str | None
    packages: tuple[Mapping[str, str], ...]

    @property
    def is_preview(self) -> bool:
        """Return whether it is a beta or release candidate."""
        return "-" in self.name


def make_history(rng: random.Random, count: int) -> list[Release]:
    """Return the last ``count`` releases, the oldest first."""
    names: list[str] = []
    for name in _draw_names(rng, count):
        if len(names) == count:
            break
        names.append(name)
    return [_draw_release(rng, name, number) for number, name in enumerate(reversed(names), 1)]


def _draw_names(rng: random.Random, count: int) -> Iterator[str]:
    """Yield names from the newest release back: betas of the next one, then releases."""
    yield from ("2.5.0-beta.3", "2.5.0-beta.2", "2.5.0-beta.1")
    yield from ("2.4.1", "2.4.0", "2.4.0-rc.1")
    # A long history goes back through as many minors of the first major as it takes.
    minors = [(2, minor) for minor in (3, 2, 1, 0)]
    minors += [(1, minor) for minor in range(count // 4 + 9, -1, -1)]
    for major, minor in minors:
        patches = 9 if (major, minor) == (2, 3) else rng.randrange(1, 9)
        for patch in range(patches, -1, -1):
            yield f"{major}.{minor}.{patch}"
        for beta in range(rng.choice((0, 0, 1, 2, 3)), 0, -1):
            yield f"{major}.{minor}.0-beta.{beta}"


def _draw_release(rng: random.Random, name: str, number: int) -> Release:
    comment = rng.choice(_SUBJECTS) if rng.random() < 0.85 else None
    link = None
    if rng.random() < 0.6:
        place = rng.choice((f"commit/{rng.getrandbits(160):040x}", f"pull/{number * 7 + 60}"))
        link = f"https://github.com/acme/shop-app/{place}"
    core = 5 if name.startswith("1.") else 6
    packages = [
        {"name": "@capacitor/core", "version": f"{core}.{min(9, number // 12)}.{number % 5}"}
    ]
    packages += [
        {"name": plugin, "version": f"{core}.0.{number % 9}"}
        for plugin in rng.sample(_PLUGINS, rng.randrange(2, len(_PLUGINS) + 1))
    ]
    min_native = f"{core - 4}.0.0" if name.endswith(".0") else None
    return Release(name, comment, link, min_native, tuple(packages))
