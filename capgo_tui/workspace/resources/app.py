"""Apps: their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.ages import format_age
from capgo_tui.workspace.file_text import format_timestamp
from capgo_tui.workspace.resources.column import Column
from capgo_tui.workspace.resources.resource import Resource
from capgo_tui.workspace.sorting import fold_text, order_version

if TYPE_CHECKING:
    from capgo_tui.api.models import AppInfo

APP_COLUMNS: tuple[Column[AppInfo], ...] = (
    Column("app", "APP", lambda a, _: a.app_id, 20, 40, lambda a, _: fold_text(a.app_id), 0),
    Column("name", "NAME", lambda a, _: a.name or "", 12, 30, lambda a, _: fold_text(a.name)),
    Column(
        "newest",
        "NEWEST",
        lambda a, _: a.last_version or "",
        8,
        18,
        lambda a, _: order_version(a.last_version),
    ),
    Column(
        "created",
        "CREATED",
        lambda a, context: format_age(a.created_at, context.now),
        7,
        7,
        lambda a, _: a.created_at,
        align_right=True,
        file_text=lambda a, _: format_timestamp(a.created_at),
    ),
)

APPS: Resource[AppInfo] = Resource(name="apps", columns=APP_COLUMNS)
