"""The rows of the channel form: headings, fields, rollout steps and the review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from capgo_tui.tui.overlays.row_form import REVIEW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.channel_fields import FormField
    from capgo_tui.workspace.rollout import RolloutStep


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row: a heading, a field, a step of the rollout, or else the review."""

    text: str
    field: FormField | None = None
    step: RolloutStep | None = None
    heading: bool = False

    @property
    def takes_text(self) -> bool:
        """Whether the input lies over it while the cursor is here."""
        return self.field is not None and self.field.is_text


REVIEW_ROW: Final = FormRow(REVIEW)


def form_rows(fields: Sequence[FormField], steps: Sequence[RolloutStep]) -> list[FormRow]:
    """Return all rows in order, with the steps of the rollout below its fields."""
    rows: list[FormRow] = []
    section = ""
    for field in fields:
        if field.section != section:
            section = field.section
            rows.append(FormRow(section, heading=True))
        rows.append(FormRow(field.label, field))
        if field.name == "rollout_cache_ttl_seconds":
            rows += [FormRow(step.label, step=step) for step in steps]
    return [*rows, REVIEW_ROW]
