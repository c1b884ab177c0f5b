"""Which form of a bundle a channel serves: next's ``updatePackage`` (§18.3, §18.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.sandbox.live.errors import make_refusal
from capgo_tui.sandbox.tables.bundles import find_bundle_by_id

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from capgo_tui.sandbox.answers import JsonObject
    from capgo_tui.sandbox.tables.channels import Channel
    from capgo_tui.sandbox.tables.rows import Column

PACKAGES = ("all", "zip", "delta", "zip_from_builtin", "delta_from_builtin")
_ANY = "all"


def read_update_package(body: JsonObject) -> dict[str, Column]:
    """Read the setting; null means not sent."""
    package = body.get("updatePackage")
    if package is None:
        return {}
    if not isinstance(package, str) or package not in PACKAGES:
        text = f"Update package must be one of {', '.join(PACKAGES)}"
        raise make_refusal("invalid_update_package", text, {"updatePackage": package})
    return {"update_package": package}


def check_bundles_have_package(
    db: sqlite3.Connection,
    app_id: str,
    name: str,
    existing: Channel | None,
    values: Mapping[str, Column],
) -> None:
    """Refuse a channel's new state when one of its bundles lacks the package."""
    before: Mapping[str, Column] = {
        "update_package": existing.update_package if existing else _ANY,
        "version": existing.version if existing else None,
        "rollout_version": existing.rollout_version if existing else None,
    }
    after = {column: values.get(column, value) for column, value in before.items()}
    # An unchanged state is not checked again.
    if after == before:
        return
    kind = str(after["update_package"]).removesuffix("_from_builtin")
    for column in ("version", "rollout_version"):
        bundle_id = after[column]
        bundle = find_bundle_by_id(db, app_id, bundle_id) if isinstance(bundle_id, int) else None
        if bundle is None:
            continue
        text = f'Channel "{name}" requires a {kind} package, but bundle "{bundle.name}" has none'
        if kind == "zip" and not bundle.has_zip:
            raise make_refusal("channel_zip_required", text)
        if kind == "delta" and not bundle.has_delta:
            raise make_refusal("channel_delta_required", text)
