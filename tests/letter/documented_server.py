"""A server written from ``tests/data/seed_001_documented.txt``, from that text and nothing else.

What the text leaves open is answered in the plainest way: an omitted field is left as it is, a
channel without a bundle has a null ``version``, a page past the end is an empty list.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from tests.letter.letter_server import (
    APP,
    CREATED,
    OK,
    LetterServer,
    Operation,
    Refusal,
    Row,
    Slash,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.letter.letter_server import JSON, Said

PAGE = 50
POLICIES = ("major", "minor", "version_number", "none")
_FLAGS = (
    *("public", "disableAutoUpdateUnderNative", "ios", "android"),
    *("allow_device_self_set", "allow_emulator", "allow_dev"),
)
_CHANNEL = {
    **dict.fromkeys(("app_id", "channel", "version", "disableAutoUpdate"), str),
    **dict.fromkeys(_FLAGS, bool),
}
_LINK = dict.fromkeys(("app_id", "device_id", "version_id", "channel"), str)
_LIST = frozenset({"app_id", "page"})
_ALONE = (
    *("created_at", "updated_at", "device_id", "version", "app_id", "platform"),
    *("plugin_version", "os_version"),
)
"""What a device tells that is asked for alone: less than its row in the list."""


class DocumentedServer(LetterServer):
    """One app with three bundles, three channels and two devices."""

    def __init__(self, *, strict: bool = False, slash: Slash = Slash.NEVER) -> None:
        self._ids = count(1)
        self.bundles = {name: self._bundle(name) for name in ("1.0.0", "1.1.0", "1.2.0")}
        self.channels: dict[str, Row] = {}
        for name, version in (("production", "1.1.0"), ("beta", "1.2.0"), ("empty", None)):
            self.channels[name] = self._channel(name, version)
        self.channels["production"]["public"] = True
        self.channels["beta"]["disableAutoUpdate"] = "major"
        self.devices = {
            device_id: self._device(device_id, custom_id)
            for device_id, custom_id in (
                ("aaaaaaaa-0000-4000-8000-000000000001", "qa-1"),
                ("bbbbbbbb-0000-4000-8000-000000000002", ""),
            )
        }
        self.links: dict[str, dict[str, str]] = {}
        """What each device was linked to, which the document has no way to tell."""
        super().__init__(
            [
                Operation("POST", "/channel", self._set_channel, body=_CHANNEL),
                Operation("GET", "/channel", self._get_channel, _LIST | {"channel"}),
                Operation(
                    "DELETE", "/channel", self._delete_channel, frozenset({"channel", "app_id"})
                ),
                Operation("POST", "/device", self._link, body=_LINK),
                Operation("GET", "/device", self._get_device, _LIST | {"device_id"}),
                Operation("DELETE", "/device", self._unlink, frozenset({"device_id", "app_id"})),
                Operation("GET", "/bundle", self._get_bundles, _LIST),
                Operation(
                    "DELETE", "/bundle", self._delete_bundles, frozenset({"app_id", "version"})
                ),
            ],
            strict=strict,
            slash=slash,
        )

    def _bundle(self, name: str) -> Row:
        empty = dict.fromkeys(
            ("external_url", "minUpdateVersion", "native_packages", "r2_path", "session_key")
        )
        return {
            **empty,
            "app_id": APP,
            "bucket_id": f"{name}.zip",
            "checksum": "0" * 8,
            "created_at": CREATED,
            "deleted": False,
            "id": next(self._ids),
            "name": name,
            "owner_org": "an-organisation",
            "storage_provider": "r2",
            "updated_at": CREATED,
            "user_id": "someone",
        }

    def _channel(self, name: str, version: str | None = None) -> Row:
        """What the server keeps of a channel; `_shown` is what it tells."""
        return {
            "id": next(self._ids),
            "created_at": CREATED,
            "name": name,
            "app_id": APP,
            "version": version,
            "created_by": "someone",
            "updated_at": CREATED,
            "public": False,
            "disableAutoUpdateUnderNative": True,
            "disableAutoUpdate": "none",
            "ios": True,
            "android": True,
            "allow_device_self_set": False,
            "allow_emulator": True,
            "allow_dev": True,
        }

    def _shown(self, channel: Row) -> Row:
        kept = ("ios", "android", "allow_device_self_set")
        shown = {name: value for name, value in channel.items() if name not in kept}
        shown["version"] = self._reference(channel["version"])
        shown["disableAutoUpdate"] = channel["disableAutoUpdate"] != "none"
        return shown

    def _reference(self, version: JSON) -> JSON:
        if not isinstance(version, str) or version not in self.bundles:
            return None
        return {"id": self.bundles[version]["id"], "name": version}

    def _device(self, device_id: str, custom_id: str) -> Row:
        return {
            "created_at": CREATED,
            "updated_at": CREATED,
            "device_id": device_id,
            "custom_id": custom_id,
            "version": self._reference("1.1.0"),
            "app_id": APP,
            "platform": "ios",
            "plugin_version": "5.0.0",
            "os_version": "17.0",
            "version_build": "1.0.0",
            "is_prod": True,
            "is_emulator": False,
        }

    def _set_channel(self, said: Said) -> JSON:
        _check_app(said.text("app_id"))
        name = said.text("channel")
        version, policy = said.body.get("version"), said.body.get("disableAutoUpdate")
        if version is not None and version not in self.bundles:
            raise Refusal("Cannot find version")
        if policy is not None and policy not in POLICIES:
            raise Refusal("Invalid disableAutoUpdate")
        channel = self.channels.setdefault(name, self._channel(name))
        channel.update({n: v for n, v in said.body.items() if n not in ("app_id", "channel")})
        return dict(OK)

    def _get_channel(self, said: Said) -> JSON:
        _check_app(said.parameter("app_id"))
        if "channel" not in said.query:
            return _page(said, map(self._shown, self.channels.values()))
        if said.query["channel"] not in self.channels:
            raise Refusal("Cannot find channel")
        return self._shown(self.channels[said.query["channel"]])

    def _delete_channel(self, said: Said) -> JSON:
        _check_app(said.parameter("app_id"))
        if self.channels.pop(said.parameter("channel"), None) is None:
            raise Refusal("Cannot find channel")
        return dict(OK)

    def _link(self, said: Said) -> JSON:
        _check_app(said.text("app_id"))
        device_id = said.text("device_id")
        link = {n: v for n in ("channel", "version_id") if isinstance(v := said.body.get(n), str)}
        if link.get("channel", "beta") not in self.channels:
            raise Refusal("Cannot find channel")
        if "version_id" in link and link["version_id"] not in self.bundles:
            raise Refusal("Cannot find version")
        self.links[device_id] = {**self.links.get(device_id, {}), **link}
        return dict(OK)

    def _get_device(self, said: Said) -> JSON:
        _check_app(said.parameter("app_id"))
        if "device_id" not in said.query:
            return _page(said, self.devices.values())
        device = self.devices.get(said.query["device_id"])
        if device is None:
            raise Refusal("Cannot find device")
        return {name: device[name] for name in _ALONE}

    def _unlink(self, said: Said) -> JSON:
        _check_app(said.parameter("app_id"))
        self.links.pop(said.parameter("device_id"), None)
        return dict(OK)

    def _get_bundles(self, said: Said) -> JSON:
        _check_app(said.parameter("app_id"))
        return _page(said, self.bundles.values())

    def _delete_bundles(self, said: Said) -> JSON:
        _check_app(said.parameter("app_id"))
        if "version" not in said.query:
            self.bundles.clear()
        elif self.bundles.pop(said.query["version"], None) is None:
            raise Refusal("Cannot find version")
        return dict(OK)


def _page(said: Said, rows: Iterable[Row]) -> JSON:
    page = said.query.get("page", "0")
    if not page.isdecimal():
        raise Refusal("Invalid page")
    start = int(page) * PAGE
    page_rows: list[JSON] = [*rows]
    return page_rows[start : start + PAGE]


def _check_app(app_id: str) -> None:
    if app_id != APP:
        raise Refusal("You can't access this app")
