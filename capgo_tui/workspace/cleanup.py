"""Which old bundles could go, and why the others stay. A plan only: it deletes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.api.errors import Refused
from capgo_tui.api.requests import BundleName
from capgo_tui.workspace.bundle_links import linked_to
from capgo_tui.workspace.sorting import NO_VERSION, version_value

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


class Keep(StrEnum):
    """Why a bundle stays, as a summary counts it."""

    NEWEST = "newest"
    LINKED = "linked"
    RUN = "run by devices"
    OTHER = "of another name"
    YOUNG = "not old enough"
    AGELESS = "of unknown age"
    NAMELESS = "that no request can name"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a clean-up does with one bundle."""

    bundle: Bundle
    keep: Keep | None
    """What keeps it; None when it goes."""
    reason: str
    """Why, in few words; clean text."""

    @property
    def delete(self) -> bool:
        """Whether it goes."""
        return self.keep is None


@dataclass(frozen=True, slots=True)
class Plan:
    """The verdicts on all bundles, newest first."""

    verdicts: Sequence[Verdict]
    links: BundleLinks
    """What it was judged by."""

    @property
    def deleted_verdicts(self) -> Sequence[Verdict]:
        """What would go, newest first."""
        return [verdict for verdict in self.verdicts if verdict.delete]

    @property
    def kept_verdicts(self) -> Sequence[Verdict]:
        """What would stay, newest first."""
        return [verdict for verdict in self.verdicts if not verdict.delete]

    def does_the_same(self, other: Plan) -> bool:
        """Whether the same goes, and the same is not known of its use: what was agreed to."""
        mine, its = ([each.bundle.id for each in plan.deleted_verdicts] for plan in (self, other))
        return mine == its and self.links.untold == other.links.untold

    @property
    def summary(self) -> str:
        """``deletes 143 of 200, keeps 57 (10 newest, 5 linked, 42 run by devices)``."""
        counts = Counter(verdict.keep for verdict in self.verdicts)
        deletions = counts.pop(None, 0)
        why = ", ".join(f"{counts[each]} {each}" for each in Keep if counts[each])
        total = len(self.verdicts)
        return (
            f"deletes {deletions} of {total}, keeps {total - deletions}{f' ({why})' if why else ''}"
        )


def plan(bundles: Iterable[Bundle], links: BundleLinks, rules: Rules, now: datetime) -> Plan:
    """Judge every bundle; of several reasons to stay the one that weighs most is told."""
    pattern = rules.name.strip().casefold() or "*"
    left = rules.newest
    verdicts: list[Verdict] = []
    for bundle in sorted(bundles, key=_age_order, reverse=True):
        matches = fnmatchcase(bundle.name.casefold(), pattern)
        newest = matches and left > 0
        left -= newest
        protection = _find_protection(bundle, links, rules, now, matches=matches, newest=newest)
        verdicts.append(
            Verdict(bundle, *(protection or (None, _why_deleted(rules, links.use_of(bundle)))))
        )
    return Plan(verdicts, links)


Protection: TypeAlias = "tuple[Keep, str] | None"


def _find_protection(
    bundle: Bundle,
    links: BundleLinks,
    rules: Rules,
    now: datetime,
    *,
    matches: bool,
    newest: bool,
) -> Protection:
    if why := unsafe_name(bundle):
        return Keep.NAMELESS, why
    if channels := links.channels_of(bundle):
        return Keep.LINKED, linked_to(channels)
    if rules.run and (run_by := links.run_by(bundle)):
        return Keep.RUN, run_by
    if not matches:
        return Keep.OTHER, "another name"
    if newest:
        return Keep.NEWEST, f"among the newest {rules.newest}"
    if rules.older_than is not None:
        if bundle.created_at is None:
            return Keep.AGELESS, "of unknown age"
        if now - bundle.created_at <= rules.older_than:
            return Keep.YOUNG, f"not older than {rules.older_than.days} d"
    return None


def unsafe_name(bundle: Bundle) -> str:
    """Why no delete may carry the name of a bundle; empty when one may (contract §8.2)."""
    try:
        BundleName(bundle.wire_key)
    except Refused as error:
        return str(error)
    return ""


def _why_deleted(rules: Rules, use: str) -> str:
    conditions = [use]
    if rules.newest:
        conditions.append(f"not among the newest {rules.newest}")
    if rules.older_than is not None:
        conditions.append(f"older than {rules.older_than.days} d")
    return ", ".join(conditions)


def _age_order(bundle: Bundle) -> tuple[float, bool, str]:
    """Newest last; bundles of one moment by their version; those of unknown age are oldest."""
    created_at = bundle.created_at.timestamp() if bundle.created_at else float("-inf")
    version = version_value(bundle.name) or NO_VERSION
    return (created_at, not version.startswith(NO_VERSION), version)
