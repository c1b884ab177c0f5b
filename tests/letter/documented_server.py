"""A server written only from ``tests/data/seed_001_documented.txt``.

Where the text is silent, the server does the simplest thing: an omitted field stays, a
channel without a bundle has a null ``version``, a page past the end is an empty list.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from tests.letter.letter_server import (
    APP,
    CREATION_TIME,
    OK,
    LetterServer,
    Operation,
    Refusal,
    Row,
    Slash,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.letter.letter_server import JSON, Input

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
"""The fields of a single device: fewer than in the list."""


class DocumentedServer(LetterServer):
    """One app with three bundles, three channels and two devices."""

    def __init__(self, *, strict: bool = False, slash: Slash = Slash.NONE) -> None:
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
        """The links of each device, which no operation of the document returns."""
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
            "created_at": CREATION_TIME,
            "deleted": False,
            "id": next(self._ids),
            "name": name,
            "owner_org": "an-organisation",
            "storage_provider": "r2",
            "updated_at": CREATION_TIME,
            "user_id": "someone",
        }

    def _channel(self, name: str, version: str | None = None) -> Row:
        """A channel with all its fields; ``_present`` returns the ones of a reply."""
        return {
            "id": next(self._ids),
            "created_at": CREATION_TIME,
            "name": name,
            "app_id": APP,
            "version": version,
            "created_by": "someone",
            "updated_at": CREATION_TIME,
            "public": False,
            "disableAutoUpdateUnderNative": True,
            "disableAutoUpdate": "none",
            "ios": True,
            "android": True,
            "allow_device_self_set": False,
            "allow_emulator": True,
            "allow_dev": True,
        }

    def _present(self, channel: Row) -> Row:
        private_fields = ("ios", "android", "allow_device_self_set")
        fields = {name: value for name, value in channel.items() if name not in private_fields}
        fields["version"] = self._reference(channel["version"])
        fields["disableAutoUpdate"] = channel["disableAutoUpdate"] != "none"
        return fields

    def _reference(self, version: JSON) -> JSON:
        if not isinstance(version, str) or version not in self.bundles:
            return None
        return {"id": self.bundles[version]["id"], "name": version}

    def _device(self, device_id: str, custom_id: str) -> Row:
        return {
            "created_at": CREATION_TIME,
            "updated_at": CREATION_TIME,
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

    def _set_channel(self, request: Input) -> JSON:
        _check_app(request.text("app_id"))
        name = request.text("channel")
        version, policy = (
            request.body.get("version"),
            request.body.get("disableAutoUpdate"),
        )
        if version is not None and version not in self.bundles:
            raise Refusal("Cannot find version")
        if policy is not None and policy not in POLICIES:
            raise Refusal("Invalid disableAutoUpdate")
        channel = self.channels.setdefault(name, self._channel(name))
        channel.update({n: v for n, v in request.body.items() if n not in ("app_id", "channel")})
        return dict(OK)

    def _get_channel(self, request: Input) -> JSON:
        _check_app(request.parameter("app_id"))
        if "channel" not in request.query:
            return _page(request, map(self._present, self.channels.values()))
        if request.query["channel"] not in self.channels:
            raise Refusal("Cannot find channel")
        return self._present(self.channels[request.query["channel"]])

    def _delete_channel(self, request: Input) -> JSON:
        _check_app(request.parameter("app_id"))
        if self.channels.pop(request.parameter("channel"), None) is None:
            raise Refusal("Cannot find channel")
        return dict(OK)

    def _link(self, request: Input) -> JSON:
        _check_app(request.text("app_id"))
        device_id = request.text("device_id")
        link = {
            n: v for n in ("channel", "version_id") if isinstance(v := request.body.get(n), str)
        }
        if link.get("channel", "beta") not in self.channels:
            raise Refusal("Cannot find channel")
        if "version_id" in link and link["version_id"] not in self.bundles:
            raise Refusal("Cannot find version")
        self.links[device_id] = {**self.links.get(device_id, {}), **link}
        return dict(OK)

    def _get_device(self, request: Input) -> JSON:
        _check_app(request.parameter("app_id"))
        if "device_id" not in request.query:
            return _page(request, self.devices.values())
        device = self.devices.get(request.query["device_id"])
        if device is None:
            raise Refusal("Cannot find device")
        return {name: device[name] for name in _ALONE}

    def _unlink(self, request: Input) -> JSON:
        _check_app(request.parameter("app_id"))
        self.links.pop(request.parameter("device_id"), None)
        return dict(OK)

    def _get_bundles(self, request: Input) -> JSON:
        _check_app(request.parameter("app_id"))
        return _page(request, self.bundles.values())

    def _delete_bundles(self, request: Input) -> JSON:
        _check_app(request.parameter("app_id"))
        if "version" not in request.query:
            self.bundles.clear()
        elif self.bundles.pop(request.query["version"], None) is None:
            raise Refusal("Cannot find version")
        return dict(OK)


def _page(request: Input, rows: Iterable[Row]) -> JSON:
    page = request.query.get("page", "0")
    if not page.isdecimal():
        raise Refusal("Invalid page")
    start = int(page) * PAGE
    page_rows: list[JSON] = [*rows]
    return page_rows[start : start + PAGE]


def _check_app(app_id: str) -> None:
    if app_id != APP:
        raise Refusal("You can't access this app")
