"""GET, POST and DELETE /device on live (§7)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, cast

from capgo_tui.sandbox.answers import OK, Answer, Crash
from capgo_tui.sandbox.call import (
    as_object,
    is_truthy,
    pick_fields,
    read_body_or_query,
    read_json_body,
)
from capgo_tui.sandbox.fleet import fill_device, fill_fleet, fill_rows
from capgo_tui.sandbox.live.access import authenticate, check_app_id, require, require_app_id
from capgo_tui.sandbox.live.errors import NO_ROW, make_missing_app_id, make_refusal
from capgo_tui.sandbox.live.override_lookup import fits_url
from capgo_tui.sandbox.paging import PAGE_SIZE, ROW_CAP
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.channels import find_channel
from capgo_tui.sandbox.tables.devices import (
    Cursor,
    find_device,
    has_devices,
    link_device,
    list_device_page,
    unlink_device,
)
from capgo_tui.sandbox.values import (
    as_text,
    make_public_stamp,
    parse_js_number,
    parse_moment,
    stamp,
)

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.answers import Json, JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.tables.devices import Device, Order

_MAX_CUSTOM_ID_LENGTH = 36
_UTC_FORMS = re.compile(
    r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?Z| \d{2}:\d{2}:\d{2})", re.ASCII
)


def get_devices(backend: Backend, call: Call) -> Answer:
    """Answer one device or a page of them."""
    _fill_fleet(backend, call)
    with backend.store.open_for_reading() as db:
        key = authenticate(db, backend, call)
        body = read_body_or_query(call)
        if call.body:
            body = _lower_device_id(body)
        device_id = body.get("device_id")
        backend.limits.count_device("get", call.address, body.get("app_id"), device_id)
        app_id = require_app_id(body)
        require(key, Permission.READ_DEVICES, app_id)
        if is_truthy(device_id):
            device = find_device(db, app_id, as_text(device_id).lower())
            if device is None:
                more = {"device_id": device_id}
                raise make_refusal("device_not_found", "Cannot find device", more, 404)
            return Answer(present(device))
        page = _read_page(db, backend, app_id, body)
        if backend.rules.refuses_app_without_devices and not has_devices(db, app_id):
            raise make_refusal("devices_not_found", "Cannot get devices", status=404)
        return Answer(page)


def _fill_fleet(backend: Backend, call: Call) -> None:
    """Write the devices of a large fleet that this request may return."""
    try:
        fields = as_object(call.parse_json())
    except ValueError:
        fields = call.query
    app_id, device_id = fields.get("app_id"), fields.get("device_id")
    if is_truthy(device_id):
        fill_device(backend.store, app_id, as_text(device_id).lower())
    elif is_truthy(fields.get("order")) or is_truthy(fields.get("updated_at")):
        fill_fleet(backend.store, app_id, by_time=True)
    elif is_truthy(fields.get("custom_id")) and backend.rules.finds_custom_ids:
        fill_fleet(backend.store, app_id)
    else:
        after = _read_cursor(fields.get("cursor"))
        # One device in three has a custom id.
        rows = 6 * ROW_CAP if is_truthy(fields.get("customIdMode")) else ROW_CAP
        fill_rows(backend.store, app_id, rows, after.device_id if after else "")


def post_device(backend: Backend, call: Call) -> Answer:
    """Link a device to a channel; without a channel it answers ok and does nothing (§7.2)."""
    with backend.store.open_for_writing() as db:
        key = authenticate(db, backend, call)
        payload = read_json_body(call)
        if payload is None:
            raise Crash("fields of null")
        body = _lower_device_id(as_object(payload))
        device_id, channel_name = body.get("device_id"), body.get("channel")
        backend.limits.count_device(
            "set", call.address, body.get("app_id"), device_id, channel_name
        )
        if not is_truthy(device_id) or not is_truthy(body.get("app_id")):
            text = "Missing device_id or app_id"
            more = {"body": body if isinstance(payload, dict) else payload}
            raise make_refusal("missing_device_id_or_app_id", text, more)
        app_id = check_app_id(body)
        if is_truthy(body.get("version_id")):
            text = "Cannot set version to device, use channel instead"
            raise make_refusal("invalid_version_id", text)
        if not is_truthy(channel_name):
            require(key, Permission.MANAGE_DEVICES, app_id)
            return OK
        channel = find_channel(db, app_id, as_text(channel_name))
        if channel is None or not key.can_see(channel):
            raise make_refusal("channel_not_found", "Cannot find channel", {"dbError": NO_ROW}, 404)
        if not key.is_allowed(Permission.FORCE_DEVICES, app_id, channel):
            text = "You can't manage forced devices for this channel"
            raise make_refusal(
                "cannot_access_channel", text, pick_fields(body, "app_id", "channel")
            )
        if channel.public:
            text = "Cannot set channel override for public channel"
            raise make_refusal("public_channel_override", text)
        link_device(db, app_id, as_text(device_id), channel.id)
    return OK


def remove_override(backend: Backend, call: Call) -> Answer:
    """Unlink a device; the same answer when there was nothing to unlink (§7.3)."""
    with backend.store.open_for_writing() as db:
        key = authenticate(db, backend, call)
        body = _lower_device_id(read_body_or_query(call))
        device_id = body.get("device_id")
        backend.limits.count_device("delete", call.address, body.get("app_id"), device_id)
        if not is_truthy(body.get("app_id")):
            raise make_missing_app_id(body)
        if not is_truthy(device_id):
            raise make_refusal("missing_device_id", "Missing device_id", {"body": body})
        app_id = check_app_id(body)
        require(key, Permission.MANAGE_DEVICES, app_id)
        unlink_device(db, app_id, as_text(device_id))
    return OK


def _lower_device_id(body: JsonObject) -> JsonObject:
    """Lower-case the device id; anything but a string crashes, as in the real code."""
    device_id = body.get("device_id")
    if not is_truthy(device_id):
        return body
    if not isinstance(device_id, str):
        raise Crash("toLowerCase is not a function")
    return {**body, "device_id": device_id.lower()}


def _read_page(
    db: sqlite3.Connection, backend: Backend, app_id: str, body: JsonObject
) -> JsonObject:
    """Return one page; one row more is read to know whether there is a next one (§5)."""
    custom_id = _read_custom_id(body.get("custom_id")) if backend.rules.finds_custom_ids else None
    newer_than = _read_newer_than(body.get("updated_at"))
    order = _read_order(body.get("order"))
    limit = _read_limit(body.get("limit"))
    after = _read_cursor(body.get("cursor"))
    if after is not None and order is not None:
        moment = parse_moment(after.updated_at)
        if moment is None:
            # A failed read of the store answers an empty list (§5).
            return {"data": [], "hasMore": False}
        after = Cursor(stamp(moment), after.device_id)
    devices = list_device_page(
        db,
        app_id,
        # The database's cap cuts the extra row off: from 1000 on a page looks like the last.
        limit=min(limit + 1, ROW_CAP),
        order=order,
        after=after,
        newer_than=newer_than,
        only_custom=is_truthy(body.get("customIdMode")),
        custom_id=custom_id,
    )
    page = devices[:limit]
    has_overrides = fits_url((device.device_id for device in page), backend.url_limit)
    data = [present(device if has_overrides else replace(device, channel=None)) for device in page]
    if len(devices) <= limit:
        return {"data": data, "hasMore": False}
    cursor = f"{page[-1].updated_at}|{page[-1].device_id}"
    return {"data": data, "nextCursor": cursor, "hasMore": True}


def _read_custom_id(value: Json) -> str | None:
    """Return the requested custom id, trimmed as by the real handler (§18.7)."""
    if value is None:
        return None
    custom_id = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(custom_id) <= _MAX_CUSTOM_ID_LENGTH:
        text = f"custom_id must have 1 to {_MAX_CUSTOM_ID_LENGTH} characters"
        raise make_refusal("invalid_custom_id", text, {"custom_id": value})
    return custom_id


def _read_newer_than(value: Json) -> str | None:
    if not is_truthy(value):
        return None
    moment = None
    if isinstance(value, str) and _UTC_FORMS.fullmatch(value):
        moment = parse_moment(value)
    if moment is None:
        text = "updated_at must be a valid ISO date"
        raise make_refusal("invalid_updated_at", text, {"updated_at": value})
    # JavaScript's dates end at the millisecond.
    return stamp(moment.replace(microsecond=moment.microsecond // 1000 * 1000))


def _read_order(value: Json) -> Order | None:
    if not is_truthy(value):
        return None
    # A tuple, not a set: a list or an object has no hash.
    if value not in ("asc", "desc"):
        raise make_refusal("invalid_order", "order must be asc or desc", {"order": value})
    return cast("Literal['asc', 'desc']", value)


def _read_limit(value: Json) -> int:
    if value is None:
        return PAGE_SIZE
    number = parse_js_number(value)
    if not number.is_integer() or number < 1:
        raise make_refusal("invalid_limit", "limit must be a positive integer", {"limit": value})
    return int(min(number, 10 * ROW_CAP))


def _read_cursor(value: Json) -> Cursor | None:
    """Return the cursor; one without both halves counts as none (page one)."""
    if not isinstance(value, str):
        return None
    moment, _, device_id = value.partition("|")
    return Cursor(moment, device_id) if moment and device_id else None


def present(device: Device) -> JsonObject:
    """Return the JSON of a device; ``channel`` is there only with an override (§17)."""
    fields: dict[str, Json] = {
        "updated_at": make_public_stamp(device.updated_at),
        "device_id": device.device_id,
        "custom_id": device.custom_id,
        "is_prod": device.is_prod,
        "is_emulator": device.is_emulator,
        "install_source": device.install_source,
        "version_name": device.version_name,
        "version": device.version,
        "app_id": device.app_id,
        "platform": device.platform,
        "plugin_version": device.plugin_version,
        "os_version": device.os_version,
        "version_build": device.version_build,
        "key_id": device.key_id,
        "country_code": device.country_code,
    }
    if device.channel is not None:
        fields["channel"] = device.channel
    return fields
