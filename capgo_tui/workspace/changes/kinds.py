"""All kinds of change, and how their JSON is parsed."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from pydantic import Field, TypeAdapter

from capgo_tui.workspace.changes.bundles import (
    AllBundlesDeletion,
    BundleDeletion,
    BundleNotes,
    BundleRegistration,
)
from capgo_tui.workspace.changes.channels import SettingsChange
from capgo_tui.workspace.changes.new_channels import ChannelCreation, ChannelDeletion
from capgo_tui.workspace.changes.overrides import OverrideChange
from capgo_tui.workspace.changes.promotions import Promotion, Rollback

AnyChange: TypeAlias = Annotated[
    OverrideChange
    | SettingsChange
    | Promotion
    | Rollback
    | ChannelCreation
    | ChannelDeletion
    | BundleNotes
    | BundleRegistration
    | BundleDeletion
    | AllBundlesDeletion,
    Field(discriminator="kind"),
]

CHANGES: Final[TypeAdapter[AnyChange]] = TypeAdapter(AnyChange)
"""Parses what `Change.model_dump` has written."""
