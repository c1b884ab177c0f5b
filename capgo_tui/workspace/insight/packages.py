"""Native packages of bundles, and how two bundles differ in them (contract §8.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capgo_tui.api.models import Bundle


@dataclass(frozen=True, slots=True)
class PackageDifference:
    """One native package that two bundles do not have alike."""

    name: str
    before: str | None
    """The version in the first bundle; None where it lacks the package."""
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.name} {self.after}".rstrip()
        if self.after is None:
            return f"- {self.name} {self.before}".rstrip()
        return f"{self.name} {self.before} → {self.after}"


def parse_packages(bundle: Bundle) -> Mapping[str, str] | None:
    """Return the versions of the native packages of a bundle by name; None where not told."""
    if bundle.native_packages is None:
        return None
    return dict(map(_split, bundle.native_packages))


def _split(package: str) -> tuple[str, str]:
    name, _, version = package.rpartition("@")  # a scope begins with one as well
    return (name, version) if name else (package, "")


def compare_packages(before: Bundle, after: Bundle) -> Sequence[PackageDifference] | None:
    """Return the native packages that differ, by name; None where one bundle does not tell."""
    old, new = parse_packages(before), parse_packages(after)
    if old is None or new is None:
        return None
    return [
        PackageDifference(name, old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
