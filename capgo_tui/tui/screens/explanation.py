"""The lines of the page that explains a device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.tui.screens.report import Part
from capgo_tui.tui.widgets.detail import Line
from capgo_tui.tui.widgets.outcome_signs import SIGN_TONES
from capgo_tui.workspace.ages import format_full_time
from capgo_tui.workspace.cells import name_device_bundle
from capgo_tui.workspace.changes.names import shorten
from capgo_tui.workspace.insight.explain import Result
from capgo_tui.workspace.insight.update_rules import Verdict
from capgo_tui.workspace.routing import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Device
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.insight.device_report import DeviceReport
    from capgo_tui.workspace.insight.update_rules import Rule

MARKS: Final = {Verdict.PASSES: "✓", Verdict.BLOCKS: "✗", Verdict.UNKNOWN: "?"}
PREFIXES: Final = {Verdict.PASSES: "", Verdict.BLOCKS: "no: ", Verdict.UNKNOWN: "not known: "}
LONGEST: Final = 200
"""Most cells of one text."""
_RESULTS: Final = {
    Result.UPDATE: "✓",
    Result.UP_TO_DATE: "✓",
    Result.BLOCKED: "✗",
    Result.NO_CHANNEL: "✗",
    Result.NO_BUNDLE: "✗",
    Result.UNKNOWN: "?",
}
FROM_AUDIT: Final = "The platforms of a channel are from the audit history of the last 90 days."


def name_device(device: Device) -> str:
    """Return the custom id of a device, else its id."""
    return device.custom_id or device.device_id


def list_report_parts(report: DeviceReport, context: CellContext) -> Sequence[Part]:
    """Return the parts of a report: the result, the device, the rules, and what is not known."""
    explanation = report.explanation
    summary = explanation.summary
    result = f"{_RESULTS[explanation.result]} {summary[:1].upper()}{summary[1:]}."
    rules = [
        Line("", "Rules, in the order in which the update server looks at them", "heading"),
        *map(_make_rule_line, explanation.rules),
    ]
    unknown = [
        Line("", "What the API does not report", "heading"),
        Line("", explanation.unseen, "note"),
    ]
    if report.uses_audit:
        unknown.append(Line("", FROM_AUDIT, "note"))
    if report.gaps:
        unknown.append(Line("", "Could not be read", "heading"))
        unknown += [Line("", gap, "note") for gap in report.gaps]
    return [
        Part(_shorten_all([Line("", result, "heading")])),
        Part(_shorten_all(_list_device_lines(report.device, context)), is_aside=True),
        Part(_shorten_all(rules)),
        Part(_shorten_all(unknown), is_aside=True),
    ]


def _shorten_all(lines: Sequence[Line]) -> Sequence[Line]:
    """Return lines of some length: a text of the server may be as long as the page."""
    return [line._replace(text=shorten(line.text, LONGEST)) for line in lines]


def _list_device_lines(device: Device, context: CellContext) -> Sequence[Line]:
    bundle = name_device_bundle(device, context)
    platform = PLATFORMS.get((device.platform or "").lower(), device.platform or "not known")
    native = device.version_build or "not known"
    return [
        Line("device", device.device_id),
        Line("runs", "not known" if bundle == "?" else bundle),
        Line("native", f"{native} · {platform} {device.os_version or ''}".rstrip()),
        Line("seen", format_full_time(device.updated_at, context.now)),
    ]


def _make_rule_line(rule: Rule) -> Line:
    return Line(
        f"{MARKS[rule.verdict]} {rule.name}",
        f"{PREFIXES[rule.verdict]}{rule.reason}",
        label_tone=SIGN_TONES[MARKS[rule.verdict]],
    )
