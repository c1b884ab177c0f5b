"""The grammar of a fault: ``NAME[=ARG][@OPERATION[:WHEN]]`` or ``NAME[=ARG]:WHEN``."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.sandbox.faults.kinds import KINDS, FaultKind
from capgo_tui.sandbox.faults.operations import GROUPS, NAMES, check_aim, is_aimed_at
from capgo_tui.sandbox.faults.problem import FaultError, make_unknown_error
from capgo_tui.sandbox.faults.schedule import FORMS, Schedule, read_schedule

if TYPE_CHECKING:
    from capgo_tui.sandbox.faults.wire import Effect, Request


@dataclass(frozen=True)
class Fault:
    """One fault: its text and its parts."""

    text: str
    kind: FaultKind
    effect: Effect
    aim: str
    schedule: Schedule

    def concerns(self, request: Request) -> bool:
        """Return whether a request counts for this fault; the schedule decides on the strike."""
        return is_aimed_at(self.aim, request) and self.kind.concerns(request)


def read_fault(text: str) -> Fault:
    """Read one fault, or raise FaultError with the part that is wrong."""
    what, aim, when = _split_fault(text.strip())
    name, equals, argument = what.partition("=")
    kind = KINDS.get(name)
    if kind is None:
        raise FaultError(f"{text}: {make_unknown_error('fault', name, KINDS)}")
    try:
        effect = kind.make(argument if equals else kind.default)
        return Fault(text, kind, effect, check_aim(aim), read_schedule(when))
    except FaultError as error:
        raise FaultError(f"{text}: {error}") from error


def _split_fault(text: str) -> tuple[str, str, str]:
    if "@" in text:
        what, _, rest = text.rpartition("@")
        aim, _, when = rest.partition(":")
        return what, aim, when
    if "://" in text:
        # The colons belong to the address; a schedule needs @* before it.
        return text, "*", ""
    what, _, when = text.partition(":")
    return what, "*", when


def describe_grammar() -> str:
    """Return an explanation of the grammar with every name, for ``--help``."""
    lines = [
        "A FAULT is NAME[=ARG][@OPERATION][:WHEN]; --fault may be given more than once.",
        "",
        "NAME is one of",
    ]
    for kind in KINDS.values():
        form = f"{kind.name}={kind.argument}" if kind.argument else kind.name
        default = f" [{kind.default}]" if kind.default else ""
        lines.append(f"  {form:<25} {kind.meaning}{default}")
    lines += ["", "OPERATION is one of"]
    lines += textwrap.wrap(
        f"{' '.join(NAMES)} {' '.join(GROUPS)},",
        width=78,
        initial_indent="  ",
        subsequent_indent="  ",
        break_on_hyphens=False,
    )
    lines += [
        "  a pattern such as *.list, or a request such as 'GET /device'",
        "",
        "WHEN counts the requests a fault is aimed at",
        *(f"  {form:<9} {meaning}" for form, meaning in FORMS.items()),
        "",
        "Such as drop=after@device.link:1, 429@*:25%, expired-key:5+ and",
        "redirect=http://127.0.0.2:99@*:3. The same --seed makes the same choices.",
    ]
    return "\n".join(lines)
