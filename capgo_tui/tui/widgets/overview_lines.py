"""The lines of the overview at a size: what has room, and how it is aligned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.lines import measure_width, pad, pad_middle, wrap
from capgo_tui.workspace.insight.adoption import draw_sparkline
from capgo_tui.workspace.insight.overview import FleetItem
from capgo_tui.workspace.numbers import group_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from capgo_tui.workspace.insight.overview import (
        AdoptionLine,
        FleetGroup,
        Overview,
        RolloutShare,
        RoutingLine,
    )
    from capgo_tui.workspace.insight.places import Place

TWO_COLUMNS: Final = 116
"""Cells from which on there are two columns."""
GAP: Final = 3
"""Cells between them."""
LONGEST_BAR: Final = 30
TALL: Final = 46
"""Rows from which on one column has room for the bars of the fleet."""
LEAST_ADOPTION: Final = 3
LEAST_CHANGES: Final = 2
MOST_ITEMS: Final = 6
"""Most lines of one group of the fleet."""
FULL, TINY, STEP, REST = "▇", "▏", "▓", "░"

Span: TypeAlias = tuple[str, str]
"""A text and its tone."""


class PageRow(NamedTuple):
    """One row of a column of the page."""

    spans: Sequence[Span]
    place: Place | None = None
    """Where its line leads to; None for a heading."""
    is_first: bool = True
    """Whether it is the first row of its line."""


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading and its rows, of which there may be less."""

    title: str
    note: str
    rows: Callable[[int], list[PageRow]]
    """Returns its rows, at most so many."""
    least: int
    """The fewest rows that it should have."""
    most: int
    """The most rows that it can fill."""


def lay_out(
    overview: Overview, width: int, height: int, keys: Mapping[str, str]
) -> list[list[PageRow]]:
    """Return one column of rows, or two where there is the width.

    Args:
        overview: what is shown.
        width: the cells of a row.
        height: the rows of the page; a column may be longer where its least does not fit.
        keys: the keys of the actions that mend a warning, with their labels, by action id.

    """
    if width < TWO_COLUMNS:
        sections = _Sections(overview, width, height if height >= TALL else 0, keys)
        return [_list_column(sections.make_all(), width, height)]
    left = (width - GAP) // 2
    ours = _Sections(overview, left, height, keys)
    theirs = _Sections(overview, width - GAP - left, height, keys)
    return [
        _list_column(
            [ours.make_routing(), ours.make_warnings(), ours.make_changes()], left, height
        ),
        _list_column([theirs.make_adoption(), theirs.make_fleet()], width - GAP - left, height),
    ]


def _list_column(sections: Sequence[_Section], width: int, height: int) -> list[PageRow]:
    counts = [min(section.least, section.most) for section in sections]
    spare = height - len(sections) - sum(counts)
    blanks = len(sections) - 1
    while spare > 0:
        growing = [n for n, each in enumerate(sections) if counts[n] < each.most]
        if not growing:
            break
        # The shortest one first, so that none is left behind.
        at = min(growing, key=lambda n: counts[n] - sections[n].least)
        counts[at] += 1
        spare -= 1
    has_blanks = spare >= blanks
    rows: list[PageRow] = []
    for section, count in zip(sections, counts, strict=True):
        if rows and has_blanks:
            rows.append(PageRow(()))
        rows.append(_make_heading(section, width))
        rows += section.rows(count)
    return rows


def _make_heading(section: _Section, width: int) -> PageRow:
    room = width - measure_width(section.title) - 4
    note = f"  {pad(section.note, room).rstrip()}" if section.note and room > 0 else ""
    return PageRow(((f" {section.title}", "heading"), (note, "muted")))


class _Sections:
    """The sections of an overview at a width."""

    def __init__(
        self, overview: Overview, width: int, height: int, keys: Mapping[str, str]
    ) -> None:
        self._overview = overview
        self._width = width
        self._room = height * 2 // 3
        """Rows that the fleet may take; 0 leaves it a row for each group."""
        self._keys = keys
        shares = [each.share.share for each in overview.adoption]
        shares += [item.share for group in overview.fleet for item in _list_largest(group)]
        self._largest = min(1.0, max(shares, default=1.0))
        """The largest share of devices, by which the bars are drawn."""

    def make_all(self) -> list[_Section]:
        """Return all of them, in the order of one column."""
        return [
            self.make_routing(),
            self.make_warnings(),
            self.make_adoption(),
            self.make_fleet(),
            self.make_changes(),
        ]

    def make_routing(self) -> _Section:
        """Return the default channel of each platform."""
        rows = list(_list_routing(self._overview.routing, self._width))
        return self._make_fixed("ROUTING", self._overview.routing_note, rows)

    def make_warnings(self) -> _Section:
        """Return the warnings; they are never left out."""
        rows = list(self._list_warnings())
        count = len(self._overview.warnings)
        note = self._overview.warnings_note or f"{count}"
        return self._make_fixed("WARNINGS", note, rows)

    @staticmethod
    def _make_fixed(title: str, note: str, rows: list[PageRow]) -> _Section:
        return _Section(title, note, lambda _: rows, len(rows), len(rows))

    def make_adoption(self) -> _Section:
        """Return the bundles that devices run; the smallest are added up where room ends."""
        lines, width = self._overview.adoption, self._width
        return _Section(
            "ADOPTION",
            self._overview.adoption_note,
            lambda count: list(_list_adoption(lines, width, count, self._largest)),
            LEAST_ADOPTION,
            len(lines),
        )

    def make_fleet(self) -> _Section:
        """Return the groups of devices: a bar for each item, or a row for each group."""
        overview, width = self._overview, self._width
        rows = list(_list_fleet_bars(overview.fleet, width, self._largest))
        if len(rows) > self._room:
            rows = list(_list_fleet(overview.fleet, width))
        return self._make_fixed("FLEET", overview.fleet_note, rows)

    def make_changes(self) -> _Section:
        """Return the latest changes."""
        rows = list(self._list_changes())
        return _Section(
            "LATELY",
            self._overview.changes_note or ("" if rows else "no change yet"),
            lambda count: rows[:count],
            LEAST_CHANGES,
            len(rows),
        )

    def _list_changes(self) -> Iterator[PageRow]:
        changes = self._overview.changes
        who = min(
            16 + self._width // 30, max((measure_width(each.who) for each in changes), default=0)
        )
        room = self._width - who - 11
        for each in changes:
            spans = (
                (f" {each.when}  ", "muted"),
                (f"{pad_middle(each.who, who)}  ", "accent" if each.who == "you" else "plain"),
                (pad(each.text, room).rstrip(), "plain"),
            )
            yield PageRow(spans, each.place)

    def _list_warnings(self) -> Iterator[PageRow]:
        for each in self._overview.warnings:
            key = self._keys.get(each.action, "")
            lines = wrap(each.text, self._width - 5 - measure_width(key))
            for number, text in enumerate(lines):
                room = self._width - 4 - measure_width(key)
                sign = " ! " if number == 0 else "   "
                spans = [(sign + pad(text, room), "warn")]
                spans.append((key, "key") if number == 0 else ("", "plain"))
                yield PageRow(spans, each.place, number == 0)


def _list_routing(lines: Sequence[RoutingLine], width: int) -> Iterator[PageRow]:
    platform = max((measure_width(each.platform) for each in lines), default=0)
    channel = min(20, max((measure_width(each.channel) for each in lines), default=0))
    bundle = min(14, max((measure_width(each.bundle) for each in lines), default=0))
    room = width - platform - channel - bundle - 14
    for each in lines:
        spans: list[Span] = [
            (f" {pad(each.platform, platform)}  ", "muted"),
            (f"{pad_middle(each.channel, channel)}  ", "bad" if each.is_bad else "plain"),
        ]
        if each.bundle:
            spans.append((f"{pad_middle(each.bundle, bundle)} ", "accent"))
            spans.append((f"{each.age:>4}  ", "muted"))
        if each.note:
            left = width - sum(measure_width(text) for text, _ in spans) - 1
            spans.append((pad(each.note, left).rstrip(), "warn" if each.is_bad else "muted"))
        elif each.rollout is not None and room > 0:
            spans += _draw_rollout(each.rollout, room)
        yield PageRow(spans, each.place)


def _draw_rollout(rollout: RolloutShare, room: int) -> list[Span]:
    tone = "warn" if rollout.state else "accent"
    state = f"{rollout.state} " if rollout.state else ""
    text = f" {state}{rollout.share * 100:g} % → {rollout.target}"
    cells = max(4, min(10, room - measure_width(text)))
    steps = round(rollout.share * cells)
    steps = max(steps, 1) if rollout.share else 0
    bar = STEP * steps
    return [
        (bar, tone),
        (REST * (cells - steps), "muted"),
        (pad(text, room - cells).rstrip(), tone),
    ]


def _list_adoption(
    lines: Sequence[AdoptionLine], width: int, count: int, largest: float
) -> Iterator[PageRow]:
    shown = lines if len(lines) <= count else lines[: max(1, count - 1)]
    rest = lines[len(shown) :]
    rows = [(each.share.name, each.share.share, each.share.count) for each in shown]
    name = min(16, max((measure_width(text) for text, *_ in rows), default=0))
    name = max(name, measure_width(f"{len(rest)} others")) if rest else name
    counts = [_format_number(number) for *_, number in rows]
    digits = max((len(text) for text in counts), default=0)
    days = max((len(each.share.history) for each in shown), default=0)
    cells = min(LONGEST_BAR, width - name - digits - 14 - (days + 2 if days else 0))
    rest_share = sum(each.share.share for each in rest)
    bars = _Bars(name, cells, digits, max(largest, rest_share))
    for each, number in zip(shown, counts, strict=True):
        share = each.share
        spans = bars.draw_spans(share.name, share.share, number)
        if share.history:
            spans.append((f"  {draw_sparkline(share.history)}", "muted"))
        yield PageRow(spans, each.place)
    if rest and count > 1:
        numbers = [each.share.count for each in rest]
        total = None if None in numbers else sum(number or 0 for number in numbers)
        spans = bars.draw_spans(
            f"{len(rest)} others", rest_share, _format_number(total), is_other=True
        )
        yield PageRow(spans)


class _Bars(NamedTuple):
    """Lines with a bar, a share and a number, one below the other.

    The largest share of all sections has a whole bar, so that bars use their room.
    """

    labels: int
    """Cells of a label."""
    cells: int
    """Cells of a whole bar."""
    digits: int
    """Cells of a number."""
    largest: float
    """The share that has a whole bar."""

    def draw_spans(
        self, label: str, share: float, number: str, *, is_other: bool = False
    ) -> list[Span]:
        """Return one line; what adds others up is drawn with less weight."""
        tone = "muted" if is_other else "plain"
        bar = draw_bar(share / self.largest if self.largest > 0 else 0, self.cells)
        return [
            (f" {pad_middle(label, self.labels)}  ", tone),
            (pad(bar, max(0, self.cells)), "muted" if is_other else "bar"),
            (f" {format_percent(share):>5}  {number:>{self.digits}}", tone),
        ]


def draw_bar(share: float, cells: int) -> str:
    """Return a bar of at most so many cells; the least is still to be seen."""
    whole = round(max(0.0, min(1.0, share)) * cells)
    return FULL * whole if whole or share <= 0 else TINY


def format_percent(share: float) -> str:
    """Return a share in whole per cent; what is there is never 0 %."""
    value = share * 100
    return "<1 %" if 0 < value < 1 else f"{value:.0f} %"


def _format_number(count: int | None) -> str:
    return "" if count is None else group_digits(count)


def _list_fleet(groups: Sequence[FleetGroup], width: int) -> Iterator[PageRow]:
    label = max((measure_width(group.title) for group in groups), default=0)
    return (_make_compact_row(group, label, width) for group in groups)


def _list_fleet_bars(groups: Sequence[FleetGroup], width: int, largest: float) -> Iterator[PageRow]:
    shown = [(group, _list_largest(group)) for group in groups]
    items = [item for _, items in shown for item in items]
    title = max((measure_width(group.title) for group in groups), default=0)
    label = min(16, max((measure_width(item.label) for item in items), default=0))
    digits = max((len(_format_number(item.count)) for item in items), default=0)
    notes = max((measure_width(item.note) + 2 for item in items if item.note), default=0)
    cells = min(LONGEST_BAR, width - title - label - digits - notes - 14)
    bars = _Bars(label, cells, digits, largest)
    for group, group_items in shown:
        if not group_items:
            yield _make_compact_row(group, title, width)
        for number, item in enumerate(group_items):
            spans = bars.draw_spans(item.label, item.share, _format_number(item.count))
            spans.insert(0, (f" {pad(group.title if number == 0 else '', title)} ", "muted"))
            if item.note:
                spans.append((f"  {item.note}", "warn"))
            yield PageRow(spans, item.place)


def _list_largest(group: FleetGroup) -> Sequence[FleetItem]:
    """Return the largest items of a group, and what adds up the others."""
    if len(group.items) <= MOST_ITEMS:
        return group.items
    rest = group.items[MOST_ITEMS - 1 :]
    others = FleetItem(
        f"{len(rest)} others",
        sum(each.count for each in rest),
        sum(each.share for each in rest),
        group.place,
    )
    return (*group.items[: MOST_ITEMS - 1], others)


def _make_compact_row(group: FleetGroup, label: int, width: int) -> PageRow:
    parts = [
        f"{each.label} {group_digits(each.count)}{f' ({each.note})' if each.note else ''}"
        for each in group.items
    ]
    room, shown = width - label - 4, list(parts)
    if group.title == "overrides" and parts:
        shown.insert(0, group_digits(sum(each.count for each in group.items)))
    text = " · ".join(shown)
    left = 0
    while measure_width(text) > room and len(shown) > 1:
        shown.pop()
        left += 1
        text = f"{' · '.join(shown)} · {left} more"
    if group.note:
        text = f"{text} · {group.note}" if text else group.note
    spans = ((f" {pad(group.title, label)}  ", "muted"), (pad(text, room).rstrip(), "plain"))
    return PageRow(spans, group.place)
