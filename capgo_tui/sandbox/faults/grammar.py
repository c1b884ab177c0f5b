"""Reading a fault as it is written: ``NAME[=ARG][@OPERATION[:WHEN]]`` or ``NAME[=ARG]:WHEN``."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.sandbox.faults.kinds import KINDS, Kind
from capgo_tui.sandbox.faults.moments import FORMS, Moment, read_moment
from capgo_tui.sandbox.faults.operations import GROUPS, NAMES, check_aim, is_aimed_at
from capgo_tui.sandbox.faults.problem import FaultError, unknown

if TYPE_CHECKING:
    from capgo_tui.sandbox.faults.wire import Asked, Effect


@dataclass(frozen=True)
class Fault:
    """One fault, as it was written and as it works."""

    text: str
    kind: Kind
    effect: Effect
    aim: str
    moment: Moment

    def concerns(self, asked: Asked) -> bool:
        """Tell whether a request counts for this fault; its moment tells whether it is struck."""
        return is_aimed_at(self.aim, asked) and self.kind.concerns(asked)


def read_fault(text: str) -> Fault:
    """Read one fault, or raise FaultError with the part that is wrong."""
    what, aim, when = _parts(text.strip())
    name, equals, argument = what.partition("=")
    kind = KINDS.get(name)
    if kind is None:
        raise FaultError(f"{text}: {unknown('fault', name, KINDS)}")
    try:
        effect = kind.make(argument if equals else kind.default)
        return Fault(text, kind, effect, check_aim(aim), read_moment(when))
    except FaultError as error:
        raise FaultError(f"{text}: {error}") from error


def _parts(text: str) -> tuple[str, str, str]:
    if "@" in text:
        what, _, rest = text.rpartition("@")
        aim, _, when = rest.partition(":")
        return what, aim, when
    if "://" in text:
        # The colons are the address's own; a moment is told after @*.
        return text, "*", ""
    what, _, when = text.partition(":")
    return what, "*", when


def how_to_write() -> str:
    """Explain the grammar with every name in it, for ``--help``."""
    lines = [
        "A FAULT is NAME[=ARG][@OPERATION][:WHEN]; --fault may be given often.",
        "",
        "NAME is one of",
    ]
    for kind in KINDS.values():
        written = f"{kind.name}={kind.argument}" if kind.argument else kind.name
        default = f" [{kind.default}]" if kind.default else ""
        lines.append(f"  {written:<25} {kind.meaning}{default}")
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
