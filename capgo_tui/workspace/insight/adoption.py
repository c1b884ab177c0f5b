"""Adoption: the share of devices on each bundle, by statistics or by the loaded devices."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError, ErrorKind, UnsupportedByRevision
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.statistics import Usage
    from capgo_tui.workspace.insight.survey import Survey

DAYS: Final = 14
"""Days of the history."""
BARS: Final = "▁▂▃▄▅▆▇"
_PASSING: Final = {ErrorKind.UNREACHABLE, ErrorKind.SERVER_FAULT, ErrorKind.RATE_LIMITED}


@dataclass(frozen=True, slots=True)
class BundleShare:
    """How many devices run one bundle."""

    name: str
    share: float
    """Of the devices that are counted, 0 to 1."""
    count: int | None
    """None where the server tells shares alone."""
    history: tuple[float, ...] = ()
    """Its share on each day, 0 to 1, the oldest first; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """The bundles that devices run, the most used first."""

    shares: tuple[BundleShare, ...]
    device_count: int | None
    """The devices that are counted; None where the server tells shares alone."""
    source: str
    """Where it is from, such as ``last 14 days`` or ``150 loaded devices``."""
    is_whole: bool
    """Whether it is about all devices, not about those that happen to be loaded."""

    def find_share(self, name: str) -> BundleShare | None:
        """Return the share of a bundle; None where no counted device runs it."""
        return next((each for each in self.shares if each.name == name), None)


def make_adoption_of_usage(usage: Usage) -> Adoption:
    """Return the adoption on the last day of the statistics."""
    shares = []
    for series in usage.series:
        if not series.shares or not any(series.shares):
            continue
        count = series.counts[-1] if series.counts else None
        history = tuple(share / 100 for share in series.shares)
        shares.append(BundleShare(series.name, history[-1], count, history))
    shares.sort(key=lambda each: (-each.share, each.name))
    counts = [each.count for each in shares]
    known = [count for count in counts if count is not None]
    total = sum(known) if known and len(known) == len(counts) else None
    return Adoption(tuple(shares), total, f"last {len(usage.days)} days", is_whole=True)


def make_adoption_of_survey(survey: Survey) -> Adoption:
    """Return the adoption among the loaded devices."""
    total = survey.device_count
    shares = sorted(
        (BundleShare(name, count / total, count) for name, count in survey.bundles.items()),
        key=lambda each: (-each.share, each.name),
    )
    source = f"{'all' if survey.is_whole else 'the'} {total} loaded devices"
    return Adoption(tuple(shares), total, source, survey.is_whole)


def draw_sparkline(values: Sequence[float]) -> str:
    """Return a line of bars as high as the values, the highest one full."""
    top = max(values, default=0)
    if top <= 0:
        return BARS[0] * len(values)
    return "".join(BARS[min(len(BARS) - 1, int(value / top * len(BARS)))] for value in values)


class UsageReader:
    """Reads the use of bundles and the active devices once, where the API key may.

    A refusal is remembered.
    """

    def __init__(self, client: CapgoClient, app_id: str, now: Callable[[], datetime]) -> None:
        self.usage: Usage | None = None
        """The use of the last days; None while it is not known."""
        self.active_by_platform: Mapping[str, int] | None = None
        """The active devices of those days by platform; None while it is not known."""
        self.is_settled = False
        """Whether no further request is needed."""
        self._client = client
        self._app_id = app_id
        self._now = now

    def forget_refusal(self) -> None:
        """Ask the server again at the next `read`; what is known stays until the answer."""
        self.is_settled = False

    async def read(self) -> None:
        """Ask the server, unless it has answered before or its API does not tell."""
        if self.is_settled or self._client.revision is None:
            return
        today = self._now().date()
        start = today - timedelta(days=DAYS - 1)
        try:
            self.usage = await self._client.get_bundle_usage(self._app_id, start=start, end=today)
            self.active_by_platform = await self._client.count_active_by_platform(
                self._app_id, start=start, end=today
            )
            self.is_settled = True
        except UnsupportedByRevision:
            self.is_settled = True
        except CapgoError as error:
            self.is_settled = error.kind not in _PASSING
