"""Which old bundles could go, and why the others stay. A plan only: it deletes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from capgo_tui.workspace.bundle_links import linked_to
from capgo_tui.workspace.sorting import version_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from capgo_tui.api.models import Bundle
    from capgo_tui.workspace.bundle_links import BundleLinks


@dataclass(frozen=True, slots=True)
class Rules:
    """What a clean-up keeps. A bundle goes only if no rule keeps it.

    Bundles that a channel uses always stay: the server refuses to delete them, or, in older
    revisions, would leave the channel pointing at nothing (contract §11.3).
    """

    newest: int = 10
    """How many of the newest bundles stay, of those whose name matches."""
    run: bool = True
    """Whether what a loaded device runs stays."""
    older_than: timedelta | None = None
    """Only what is older than this goes; None for any age."""
    name: str = "*"
    """Only what has such a name goes: ``*`` and ``?`` as in a shell, in either case."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a clean-up does with one bundle."""

    bundle: Bundle
    delete: bool
    reason: str
    """Why, in few words; clean text."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The verdicts on all bundles, newest first."""

    verdicts: Sequence[Verdict]

    @property
    def deleted(self) -> Sequence[Verdict]:
        """What would go, newest first."""
        return [verdict for verdict in self.verdicts if verdict.delete]

    @property
    def kept(self) -> Sequence[Verdict]:
        """What would stay, newest first."""
        return [verdict for verdict in self.verdicts if not verdict.delete]

    @property
    def summary(self) -> str:
        """``deletes 143 of 200, keeps 57``."""
        gone = len(self.deleted)
        return f"deletes {gone} of {len(self.verdicts)}, keeps {len(self.verdicts) - gone}"


def plan(bundles: Iterable[Bundle], links: BundleLinks, rules: Rules, now: datetime) -> Plan:
    """Judge every bundle; of several reasons to stay the one that weighs most is told."""
    pattern = rules.name.strip().casefold() or "*"
    left = rules.newest
    verdicts: list[Verdict] = []
    for bundle in sorted(bundles, key=_age_order, reverse=True):
        matches = fnmatchcase(bundle.name.casefold(), pattern)
        newest = matches and left > 0
        left -= newest
        reason = _why_kept(bundle, links, rules, now, matches=matches, newest=newest)
        verdicts.append(Verdict(bundle, not reason, reason or _why_deleted(rules)))
    return Plan(verdicts)


def _why_kept(
    bundle: Bundle,
    links: BundleLinks,
    rules: Rules,
    now: datetime,
    *,
    matches: bool,
    newest: bool,
) -> str:
    if channels := links.channels_of(bundle):
        return linked_to(channels)
    if rules.run and (devices := links.devices_on(bundle)):
        return f"run by {devices} loaded device{'s' * (devices > 1)}"
    if not matches:
        return "another name"
    if newest:
        return f"among the newest {rules.newest}"
    if rules.older_than is not None:
        if bundle.created_at is None:
            return "of unknown age"
        if now - bundle.created_at <= rules.older_than:
            return f"not older than {rules.older_than.days} d"
    return ""


def _why_deleted(rules: Rules) -> str:
    conditions = ["not in use"]
    if rules.newest:
        conditions.append(f"not among the newest {rules.newest}")
    if rules.older_than is not None:
        conditions.append(f"older than {rules.older_than.days} d")
    return ", ".join(conditions)


def _age_order(bundle: Bundle) -> tuple[float, bool, object]:
    """Newest last; bundles of one moment by their version; those of unknown age are oldest."""
    made = bundle.created_at.timestamp() if bundle.created_at else float("-inf")
    version = version_value(bundle.name)
    # Names that are no versions sort before all versions: (1, text) and (0, numbers) do not mix.
    is_version = isinstance(version, tuple) and version[0] == 0
    return (made, is_version, version if is_version else bundle.name)
