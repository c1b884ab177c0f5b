"""Build the requests of the API as values, by the traits of a revision; nothing is sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import quote, urlencode

from capgo_tui.api.channel_setting import INTERNAL_BUNDLES, format_iso_utc
from capgo_tui.api.errors import (
    InvalidArgument,
    UnsafeBundleName,
    UnsupportedByRevision,
)
from capgo_tui.api.revisions import Extra, Place, Traits
from capgo_tui.api.settings import CHANNEL_SETTINGS, ChannelSettings
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from capgo_tui.api.jsonvalue import JSON

Order: TypeAlias = Literal["asc", "desc"]
Method: TypeAlias = Literal["GET", "POST", "PUT", "DELETE"]

MAX_LIMIT = 150
"""Most devices on a page: a larger one may come without any override (§18.1)."""

MAX_CUSTOM_ID = 36
"""Characters of a custom id that can be looked up (contract §18.7)."""

NO_CUSTOM_IDS = "this server cannot look up custom ids"

MAX_KEY_ID = 20

# semver.org's own expression; the server takes no other bundle name (contract §4).
_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-((?:0|[1-9]\d*|\d*[a-z-][0-9a-z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-z-][0-9a-z-]*))*))?"
    r"(?:\+([0-9a-z-]+(?:\.[0-9a-z-]+)*))?",
    re.IGNORECASE | re.ASCII,
)
_BLANKS = (
    "\t\n\x0b\x0c\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""Blanks of JavaScript's ``trim``, which differ from those of Python's ``strip``."""
_APP_ID = re.compile(r"[a-z0-9]+(\.[\w-]+)+", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """One request without server and API key, to show, to record or to send."""

    operation: str
    """Name of the operation, such as ``set_channel``."""
    method: Method
    path: str
    """Path without query, such as ``/channel``."""
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, JSON] | None = None
    """JSON body or None; must not be modified."""
    writes: bool = False
    needs_key: bool = True
    takes_sessions: bool = False
    """Whether ``authorization`` is for sessions here, so a 401 says nothing of the key (§1)."""
    is_optional: bool = False
    """Whether the reply is optional, so that it is tried only once."""

    @property
    def name(self) -> str:
        """Method and path, such as ``GET /device``."""
        return f"{self.method} {self.path}"

    @property
    def key_header(self) -> str:
        """The header of the API key, which could be read as a session in ``authorization`` (§1)."""
        return "capgkey" if self.takes_sessions else "authorization"

    @property
    def target(self) -> str:
        """Path and percent-encoded query, such as ``/channel?app_id=com.example.app``."""
        query = urlencode(self.query, quote_via=quote, safe="")
        return f"{self.path}?{query}" if query else self.path


class BundleName(str):
    """The name of exactly one bundle: the only thing `delete_bundle` takes.

    An absent or empty name means "delete all" to the server, ``builtin`` and ``unknown`` mean
    "no bundle" (contract §8.2, §11.17); all of these raise UnsafeBundleName.
    """

    __slots__ = ()

    def __new__(cls, name: str) -> BundleName:
        """Check `name` and return it unchanged."""
        if not any(char.isprintable() and char != " " for char in name or ""):
            raise UnsafeBundleName(
                "a bundle name is needed: an empty one would delete every bundle"
            )
        if name.strip().lower() in INTERNAL_BUNDLES:
            raise UnsafeBundleName(f"{name.strip()} is not a bundle but the server's word for none")
        return super().__new__(cls, _check_text("bundle name", name))


def is_version(name: str) -> bool:
    """Return whether a new bundle may have this name: strict semver 2.0 (contract §4)."""
    return _SEMVER.fullmatch(name) is not None


def ping(traits: Traits) -> Request:
    """``GET /ok``: health check, sent without the API key (contract §9)."""
    _require(traits, Extra.OK)
    return Request("ping", "GET", "/ok", needs_key=False)


def list_apps(traits: Traits, *, page: int | None = None) -> Request:
    """``GET /app``: the apps that the API key may see, 50 a page (contract §9)."""
    _require(traits, Extra.APPS)
    return Request("list_apps", "GET", "/app", _make_page_query(page))


def get_app(traits: Traits, app_id: str) -> Request:
    """``GET /app/:app_id`` (contract §9); the id must be a reverse domain name."""
    _require(traits, Extra.APPS)
    if not _APP_ID.fullmatch(app_id):
        raise InvalidArgument(f"{app_id!r} is not an app id such as com.example.app")
    return Request("get_app", "GET", f"/app/{quote(app_id, safe='')}")


def list_audit(traits: Traits, org_id: str, *, table: str, page: int | None = None) -> Request:
    """``GET /organization/audit``: changes of one table, newest first (contract §18.10)."""
    _require(traits, Extra.AUDIT)
    query = (("orgId", _check_text("organization id", org_id)), ("tableName", table))
    return Request(
        "list_audit",
        "GET",
        "/organization/audit",
        (*query, ("limit", "100"), *_make_page_query(page)),
    )


def count_active_devices(traits: Traits, app_id: str, start: date, end: date) -> Request:
    """``GET /statistics/app/:app_id``: cumulative daily statistics of a span (contract §9)."""
    return _make_statistics("active_devices", traits, app_id, start, end)


def get_bundle_usage(traits: Traits, app_id: str, start: date, end: date) -> Request:
    """``GET /statistics/app/:app_id/bundle_usage``: the bundles in use (contract §18.10)."""
    return _make_statistics("bundle_usage", traits, app_id, start, end, path="/bundle_usage")


def count_active_by_platform(traits: Traits, app_id: str, start: date, end: date) -> Request:
    """``GET /statistics/app/:app_id/native_usage``: active devices (contract §18.10)."""
    return _make_statistics("active_by_platform", traits, app_id, start, end, path="/native_usage")


def _make_statistics(
    name: str, traits: Traits, app_id: str, start: date, end: date, *, path: str = ""
) -> Request:
    _require(traits, Extra.STATISTICS)
    return Request(
        name,
        "GET",
        f"/statistics/app/{quote(_check_text('app id', app_id), safe='')}{path}",
        (("from", start.isoformat()), ("to", end.isoformat())),
        takes_sessions=True,
        is_optional=True,
    )


def list_channels(traits: Traits, app_id: str, *, page: int | None = None) -> Request:
    """``GET /channel``: a page of channels; `page` None is the first (contract §6.1)."""
    return Request(
        "list_channels",
        "GET",
        "/channel",
        (*_make_app_query(traits, app_id), *_make_page_query(page)),
    )


def get_channel(traits: Traits, app_id: str, name: str) -> Request:
    """``GET /channel?channel=``: one channel by its exact name (contract §6.1)."""
    query = (*_make_app_query(traits, app_id), ("channel", _check_text("channel name", name)))
    return Request("get_channel", "GET", "/channel", query)


def set_channel(traits: Traits, app_id: str, name: str, settings: ChannelSettings) -> Request:
    """``POST /channel``: create the channel or change what `settings` holds (contract §6.2).

    Raises UnsupportedByRevision for a setting or value the revision lacks, and where the
    revision drops the bundle of a channel when `settings` has none (§11.5).
    """
    body: dict[str, JSON] = {
        "app_id": _check_text("app id", app_id),
        "channel": _check_text("channel name", name),
    }
    values = settings.dump()
    if missing := sorted(values.keys() - traits.channel_fields):
        raise _make_unsupported(
            traits, f"channel setting{'s' * (len(missing) > 1)} {', '.join(missing)}"
        )
    policy = values.get("disable_auto_update")
    if policy is not None and policy not in traits.update_policies:
        raise _make_unsupported(traits, f"update policy {policy}")
    if not traits.clears_bundle and "bundle" in values and values["bundle"] is None:
        raise _make_unsupported(traits, "way to take the bundle off a channel")
    if not traits.keeps_omitted_bundle and "bundle" not in values:
        raise UnsupportedByRevision(
            "this server takes the bundle off a channel when a change does not name it:"
            " give the current bundle too, or None"
        )
    if not traits.sends_null_bundle and values.get("bundle", "") is None:
        del values["bundle"]
    body |= {CHANNEL_SETTINGS[field].wire: value for field, value in values.items()}
    return Request("set_channel", "POST", "/channel", body=body, writes=True)


def delete_channel(
    traits: Traits, app_id: str, name: str, *, delete_bundle: bool = False
) -> Request:
    """``DELETE /channel`` (contract §6.3); `delete_bundle` is for preview keys, live only."""
    names = {
        "app_id": _check_text("app id", app_id),
        "channel": _check_text("channel name", name),
    }
    if not delete_bundle:
        return _delete(traits, "delete_channel", "/channel", names)
    if not traits.deletes_channel_with_bundle:
        raise _make_unsupported(traits, "way to delete the bundle of a channel with it")
    return _delete(traits, "delete_channel", "/channel", names, {"delete_bundle": True})


def list_devices(
    traits: Traits,
    app_id: str,
    *,
    limit: int,
    order: Order | None = None,
    updated_after: datetime | None = None,
    only_custom_id: bool = False,
    page: int | None = None,
    cursor: str | None = None,
) -> Request:
    """``GET /device``: a page of devices (contract §5, §7.1).

    The first request has neither `page` nor `cursor`, later ones the kind that the server uses.
    `limit` is 1-150 rows, `updated_after` an aware moment, exclusive.
    Raises InvalidArgument for a bad limit, order or moment or for both `page` and `cursor`,
    UnsupportedByRevision for a filter that the revision does not have.
    """
    if isinstance(limit, bool) or not 1 <= limit <= MAX_LIMIT:
        raise InvalidArgument(f"limit must be between 1 and {MAX_LIMIT} devices")
    if page is not None and cursor is not None:
        raise InvalidArgument("a device list is read by page or by cursor, never by both")
    filters = make_device_filters(order, updated_after, only_custom_id=only_custom_id)
    if missing := sorted({name for name, _ in filters} - traits.device_filters):
        raise _make_unsupported(traits, f"device filter {', '.join(missing)}")
    # A server that pages by number has no limit.
    limits = (("limit", str(limit)),) if traits.takes_device_limit and page is None else ()
    cursors = () if cursor is None else (("cursor", cursor),)
    query = (*_make_app_query(traits, app_id), *limits, *filters, *cursors, *_make_page_query(page))
    return Request("list_devices", "GET", "/device", query)


def make_device_filters(
    order: Order | None, updated_after: datetime | None, *, only_custom_id: bool
) -> tuple[tuple[str, str], ...]:
    """Return the query parameters of a device list's filters; raises InvalidArgument."""
    filters: list[tuple[str, str]] = []
    if order is not None:
        if order not in ("asc", "desc"):
            raise InvalidArgument("order must be asc or desc")
        filters.append(("order", order))
    if updated_after is not None:
        if updated_after.utcoffset() is None:
            raise InvalidArgument("updated_after needs a time zone")
        filters.append(("updated_at", format_iso_utc(updated_after)))
    if only_custom_id:  # the server takes any text, even "false", as true
        filters.append(("customIdMode", "true"))
    return tuple(filters)


def get_device(traits: Traits, app_id: str, device_id: str) -> Request:
    """``GET /device?device_id=``: one device (contract §7.1)."""
    wire_id = _wire_device_id(traits, device_id)
    query = (
        *_make_app_query(traits, app_id),
        *((param, wire_id) for param in traits.device_params),
    )
    return Request("get_device", "GET", "/device", query)


def find_devices(
    traits: Traits,
    app_id: str,
    custom_id: str,
    *,
    limit: int,
    page: int | None = None,
    cursor: str | None = None,
) -> Request:
    """``GET /device?custom_id=``: the devices of exactly that custom id (contract §18.7).

    It is read by cursor; `page` is never sent.
    A phone can choose any text, so it is sent exactly, without surrounding blanks, which the
    server strips as well. Servers of July 2026 answer with the whole list.
    Raises InvalidArgument for one that no server looks up, UnsupportedByRevision for a
    revision that has no such parameter.
    """
    wire_id = strip_blanks(_check_text("custom id", custom_id))
    if not wire_id:
        raise InvalidArgument("the custom id is empty")
    if len(wire_id.encode("utf-16-le")) // 2 > MAX_CUSTOM_ID:  # as JavaScript counts
        raise InvalidArgument(
            f"a custom id of more than {MAX_CUSTOM_ID} characters cannot be looked up"
        )
    if not traits.takes_custom_id:
        raise UnsupportedByRevision(NO_CUSTOM_IDS)
    del page
    cursors = () if cursor is None else (("cursor", cursor),)
    query = (
        *_make_app_query(traits, app_id),
        ("custom_id", wire_id),
        ("limit", str(limit)),
        *cursors,
    )
    return Request("find_devices", "GET", "/device", query)


def strip_blanks(text: str) -> str:
    """Strip blanks from a text as the server does, which uses JavaScript."""
    return text.strip(_BLANKS)


def link_device(
    traits: Traits, app_id: str, device_id: str, channel: str, *, bundle: str | None = None
) -> Request:
    """``POST /device``: override the device's channel (contract §7.2).

    A `bundle` name is for the older revisions; live raises UnsupportedByRevision.
    """
    body: dict[str, JSON] = {
        "app_id": _check_text("app id", app_id),
        "device_id": _wire_device_id(traits, device_id),
    }
    body |= dict.fromkeys(traits.link_channel_fields, _check_text("channel name", channel))
    if bundle is not None:
        if traits.link_bundle_field is None:
            raise _make_unsupported(traits, "bundle for one device, only a channel")
        body[traits.link_bundle_field] = str(BundleName(bundle))
    return Request("link_device", "POST", "/device", body=body, writes=True)


def unlink_device(traits: Traits, app_id: str, device_id: str) -> Request:
    """``DELETE /device``: remove the device's override; the device stays (contract §7.3)."""
    names = {
        "app_id": _check_text("app id", app_id),
        "device_id": _wire_device_id(traits, device_id),
    }
    return _delete(traits, "unlink_device", "/device", names)


def list_bundles(traits: Traits, app_id: str, *, page: int | None = None) -> Request:
    """``GET /bundle`` or ``/versions``: a page of bundles, newest first (contract §8.1)."""
    query = (("app_id", _check_text("app id", app_id)), *_make_page_query(page))
    return Request("list_bundles", "GET", traits.bundles_path, query)


def delete_bundle(traits: Traits, app_id: str, name: BundleName) -> Request:
    """``DELETE /bundle`` of one bundle, never of all (contract §8.2).

    Raises UnsafeBundleName, whatever was passed for `name`, unless it names one bundle.
    """
    _require(traits, Extra.DELETE_ONE_BUNDLE)
    names = {"app_id": _check_text("app id", app_id), "version": str(BundleName(name))}
    return _delete(traits, "delete_bundle", traits.bundles_path, names)


def delete_all_bundles(traits: Traits, app_id: str) -> Request:
    """``DELETE`` of every bundle, or every unlinked one: see ``traits.delete_all`` (§8.2)."""
    names = {"app_id": _check_text("app id", app_id)}
    return _delete(traits, "delete_all_bundles", traits.bundles_path, names)


def promote_bundle(traits: Traits, app_id: str, bundle_id: int, channel_id: int) -> Request:
    """``PUT /bundle``: make a bundle the stable one of a channel, both by id (contract §8.4).

    Without ``target`` a newer server changes the rollout of a channel that has one (§18.5).
    """
    _require(traits, Extra.PROMOTE)
    body: dict[str, JSON] = {
        "app_id": _check_text("app id", app_id),
        "version_id": bundle_id,
        "channel_id": channel_id,
        "target": "stable",
    }
    return Request("promote_bundle", "PUT", "/bundle", body=body, writes=True)


def set_bundle_metadata(
    traits: Traits,
    app_id: str,
    bundle_id: int,
    *,
    link: str | None = None,
    comment: str | None = None,
) -> Request:
    """``POST /bundle/metadata``: a bundle's link, comment or both (contract §8.5)."""
    _require(traits, Extra.METADATA)
    if link is None and comment is None:
        raise InvalidArgument("give a link or a comment")
    body: dict[str, JSON] = {"app_id": _check_text("app id", app_id), "version_id": bundle_id}
    body |= {
        name: text for name, text in (("link", link), ("comment", comment)) if text is not None
    }
    return Request("set_bundle_metadata", "POST", "/bundle/metadata", body=body, writes=True)


def create_bundle(
    traits: Traits,
    app_id: str,
    name: str,
    *,
    external_url: str,
    checksum: str,
    session_key: str | None = None,
    key_id: str | None = None,
) -> Request:
    """``POST /bundle``: register a zip that lies elsewhere (contract §8.3).

    `name` is strict semver, `external_url` starts ``https://``, `checksum` is the zip's
    SHA-256 in hexadecimal, `key_id` has at most 20 characters; else InvalidArgument.
    """
    _require(traits, Extra.EXTERNAL_BUNDLES)
    if not is_version(name):
        raise InvalidArgument(f"{name!r} is not a version such as 1.2.3 or 1.2.3-beta.1")
    if not external_url.startswith("https://"):
        raise InvalidArgument("the address of a bundle must start with https://")
    if key_id is not None and len(key_id) > MAX_KEY_ID:
        raise InvalidArgument(f"a key id has at most {MAX_KEY_ID} characters")
    body: dict[str, JSON] = {
        "app_id": _check_text("app id", app_id),
        "version": name,
        "external_url": external_url,
        "checksum": _check_text("checksum", checksum),
    }
    optional = (("session_key", session_key), ("key_id", key_id))
    body |= {field: text for field, text in optional if text is not None}
    return Request("create_bundle", "POST", "/bundle", body=body, writes=True)


def _delete(
    traits: Traits,
    operation: str,
    path: str,
    names: Mapping[str, str],
    more: Mapping[str, JSON] | None = None,
) -> Request:
    """Build a DELETE with its names where the revision reads them: query, body or both (§12)."""
    if not traits.delete_names_app and path != traits.bundles_path:
        names = {name: value for name, value in names.items() if name != "app_id"}
    body: dict[str, JSON] = {**names, **(more or {})}
    return Request(
        operation,
        "DELETE",
        path,
        tuple(names.items()) if Place.QUERY in traits.delete_places else (),
        body if Place.BODY in traits.delete_places else None,
        writes=True,
    )


def _make_app_query(traits: Traits, app_id: str) -> tuple[tuple[str, str], ...]:
    app_id = _check_text("app id", app_id)
    return tuple((param, app_id) for param in traits.app_params)


def _make_page_query(page: int | None) -> tuple[tuple[str, str], ...]:
    return () if page is None else (("page", str(page)),)


def _wire_device_id(traits: Traits, device_id: str) -> str:
    device_id = _check_text("device id", device_id)
    return device_id.lower() if traits.lowers_device_ids else device_id


def _check_text(what: str, text: str) -> str:
    """Return a text; raise for an empty one, which servers read as "all", and for surrogates."""
    if not text or text.isspace():
        raise InvalidArgument(f"the {what} is empty")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidArgument(f"the {what} holds half a character and cannot be sent") from None
    return text


def _require(traits: Traits, extra: Extra) -> None:
    # `RECOGNITION_TRAITS` have all extras.
    if extra not in traits.extras:
        raise _make_unsupported(traits, extra.value)


def _make_unsupported(traits: Traits, what: str) -> UnsupportedByRevision:
    return UnsupportedByRevision(
        f"this server's API ({traits.revision or 'unknown'}) has no {what}"
    )
