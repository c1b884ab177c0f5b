"""Plans of bundle clean-ups: which old bundles to delete, and why the others stay."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.api.errors import Refusal
from capgo_tui.api.requests import BundleName
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.ages import describe_span
from capgo_tui.workspace.bundle_links import describe_links
from capgo_tui.workspace.sorting import NO_VERSION, order_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from capgo_tui.api.models import Bundle
    from capgo_tui.workspace.bundle_links import BundleLinks


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a clean-up. A bundle is deleted only if no rule keeps it.

    Bundles that a channel uses always stay: the server refuses to delete them, or, in older
    revisions, would leave the channel pointing at nothing (contract §11.3).
    """

    newest: int = 10
    """The number of the newest bundles that stay, of those whose name matches."""
    run: bool = True
    """Whether bundles that a loaded device runs stay."""
    older_than: timedelta | None = None
    """Only older bundles are deleted; None for any age."""
    name: str = "*"
    """Only bundles of such a name are deleted: ``*`` and ``?`` as in a shell, in any case."""


class Keep(StrEnum):
    """Why a bundle stays, as the summary says it."""

    NEWEST = "newest"
    LINKED = "linked"
    RUN = "run by devices"
    OTHER = "of another name"
    YOUNG = "not old enough"
    AGELESS = "of unknown age"
    NAMELESS = "that no request can name"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision about one bundle."""

    bundle: Bundle
    keep: Keep | None
    """Why it stays; None when it is deleted."""
    reason: str
    """The reason in few words; clean text."""

    @property
    def delete(self) -> bool:
        """Whether the bundle is deleted."""
        return self.keep is None


@dataclass(frozen=True, slots=True)
class Plan:
    """The verdicts on all bundles, newest first."""

    verdicts: Sequence[Verdict]
    links: BundleLinks
    """The links that the verdicts rest on."""

    @property
    def deleted_verdicts(self) -> Sequence[Verdict]:
        """The bundles to delete, newest first."""
        return [verdict for verdict in self.verdicts if verdict.delete]

    def is_same(self, other: Plan) -> bool:
        """Whether another plan deletes the same bundles and knows as much of their use."""
        mine, its = ([each.bundle.id for each in plan.deleted_verdicts] for plan in (self, other))
        return mine == its and self.links.untold == other.links.untold

    @property
    def summary(self) -> str:
        """Counts: ``deletes 143 of 200, keeps 57 (10 newest, 5 linked, 42 run by devices)``."""
        counts = Counter(verdict.keep for verdict in self.verdicts)
        deletions = counts.pop(None, 0)
        why = ", ".join(f"{counts[each]} {each}" for each in Keep if counts[each])
        total = len(self.verdicts)
        return (
            f"deletes {deletions} of {total}, keeps {total - deletions}{f' ({why})' if why else ''}"
        )


def plan(bundles: Iterable[Bundle], links: BundleLinks, rules: Rules, now: datetime) -> Plan:
    """Decide about every bundle; of several reasons to stay the verdict has the first of `Keep`."""
    pattern = rules.name.strip().casefold() or "*"
    left = rules.newest
    verdicts: list[Verdict] = []
    for bundle in sorted(bundles, key=_rank_by_age, reverse=True):
        matches = fnmatchcase(bundle.name.casefold(), pattern)
        newest = matches and left > 0
        left -= newest
        protection = _find_protection(bundle, links, rules, now, matches=matches, newest=newest)
        verdicts.append(
            Verdict(bundle, *(protection or (None, _explain_deletion(rules, links.use_of(bundle)))))
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
    if why := describe_unsafe_name(bundle):
        return Keep.NAMELESS, why
    if channels := links.list_channels(bundle):
        return Keep.LINKED, describe_links(channels)
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
            return Keep.YOUNG, f"not older than {describe_span(rules.older_than)}"
    return None


def describe_unsafe_name(bundle: Bundle) -> str:
    """Return why no request may delete a bundle by its name; empty when one may (§8.2)."""
    try:
        BundleName(bundle.wire_id)
    except Refusal as error:
        return str(error)
    return ""


def _explain_deletion(rules: Rules, use: str) -> str:
    conditions = [use]
    if rules.newest:
        conditions.append(f"not among the newest {rules.newest}")
    if rules.older_than is not None:
        conditions.append(f"older than {describe_span(rules.older_than)}")
    return ", ".join(conditions)


def _rank_by_age(bundle: Bundle) -> tuple[float, bool, str]:
    """Return the key that sorts bundles by time and version, those of unknown age first."""
    created_at = bundle.created_at.timestamp() if bundle.created_at else float("-inf")
    version = order_version(bundle.name) or NO_VERSION
    return (created_at, not version.startswith(NO_VERSION), version)
