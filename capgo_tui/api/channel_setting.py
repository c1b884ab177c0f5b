"""One setting of a channel: its names, its type, and the check of a value before sending."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, field
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.api.jsonvalue import JSON


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Not sent, so that the server keeps its value; None, where allowed, is sent as null."""

Maybe: TypeAlias = Literal[Unset.UNSET]

INTERNAL_BUNDLES = frozenset({"builtin", "unknown"})
"""Names by which the server means "no bundle" (contract §4, §11.17)."""

SOME_UPDATES: Final = "some"
"""An update policy that holds back some updates, not known which (§6.1, D)."""

Value: TypeAlias = "str | int | float | bool | datetime | None"


class SettingKind(StrEnum):
    """Type of the value of a setting, in words."""

    FLAG = "true or false"
    CHOICE = "one of a few words"
    WHOLE = "a whole number"
    BPS = "a whole number of hundredths of a percent"
    NUMBER = "a number"
    BUNDLE = "a bundle name"
    TEXT = "a text"
    MOMENT = "a date and time with a time zone"
    TRIGGER = "true"
    """It makes something happen."""


@dataclass(frozen=True, slots=True)
class ChannelSetting:
    """One setting of a channel: a row of the table."""

    name: str
    """Its field of `ChannelSettings` and, where servers tell it, of `Channel`."""
    section: str = ""
    """Its heading in a form; empty for another spelling of a setting, which no form shows."""
    label: str = ""
    kind: SettingKind = SettingKind.FLAG
    _: KW_ONLY
    wire: str = ""
    """Its name in JSON; its name in camel case unless given."""
    read_as: tuple[str, ...] = ()
    """Its names in replies, if they differ; the first one present counts."""
    short_label: str = ""
    """Its label in the details of a channel, if that differs."""
    null: bool = False
    """Whether null is a value of its own."""
    choices: tuple[str, ...] = ()
    choice_labels: Mapping[str, str] = field(default_factory=dict)
    """Other words for choices, which Capgo's console and CLI use (contract §12)."""
    least: int = 0
    most: int | None = None
    excludes_ends: bool = False
    """Whether `least` and `most` themselves are out of range."""
    takes_id: bool = False
    """Whether a bundle may be given by its id."""
    initial: str | int | Maybe | None = UNSET
    """What a new channel has, of a setting that only an existing one can be given (§6.4)."""

    def __post_init__(self) -> None:
        if not self.wire:
            first, *words = self.name.split("_")
            object.__setattr__(self, "wire", first + "".join(map(str.capitalize, words)))

    @property
    def expects(self) -> str:
        """What a value must be: ``a whole number of at least 0``."""
        if self.kind is SettingKind.CHOICE:
            labels = self.choice_labels
            words = [f"{c} (also {labels[c]})" if c in labels else c for c in self.choices]
            return f"{', '.join(words[:-1])} or {words[-1]}"
        if self.kind not in (SettingKind.WHOLE, SettingKind.BPS, SettingKind.NUMBER):
            return self.kind
        if self.most is None:
            return f"{self.kind} of at least {self.least}"
        strictly = "strictly " * self.excludes_ends
        return f"{self.kind} {strictly}between {self.least} and {self.most}"

    def check(self, value: Value) -> JSON:
        """Return the JSON value of a value; raises ValueError with what is wrong with it."""
        if value is None and self.null:
            return None
        if not self._is_valid(value):
            raise ValueError(f"must be {self.expects}{', or None' if self.null else ''}")
        if isinstance(value, datetime):
            return format_iso_utc(value)
        if isinstance(value, str):
            if self.kind is SettingKind.BUNDLE and value.strip().lower() in INTERNAL_BUNDLES:
                raise ValueError(f"{value.strip()!r} means no bundle; say None for that")
            return next((k for k, label in self.choice_labels.items() if label == value), value)
        return value

    def _is_valid(self, value: Value) -> bool:
        match self.kind, value:
            case SettingKind.FLAG, bool():
                return True
            case SettingKind.TRIGGER, bool():
                return value
            case _, bool():
                return False
            case SettingKind.CHOICE, str():
                return value in self.choices or value in self.choice_labels.values()
            case SettingKind.BUNDLE, str():
                return bool(value.strip())
            case SettingKind.BUNDLE, int():
                return self.takes_id and value > 0
            case SettingKind.TEXT, str():
                return True
            case SettingKind.MOMENT, datetime():
                return value.utcoffset() is not None
            case SettingKind.WHOLE | SettingKind.BPS | SettingKind.NUMBER, int():
                return self._is_in_range(value)
            case SettingKind.NUMBER, float():
                return self._is_in_range(value)
        return False

    def _is_in_range(self, number: float) -> bool:
        most = math.inf if self.most is None else self.most
        is_end = self.excludes_ends and number in (self.least, most)
        return math.isfinite(number) and self.least <= number <= most and not is_end


def format_iso_utc(moment: datetime) -> str:
    """Format an aware datetime for the server: ``2026-01-31T12:00:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
