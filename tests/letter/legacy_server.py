"""A server written only from ``tests/data/seed_000_legacy.txt``.

Where the text is silent, the server does the simplest thing: an omitted field stays, a
channel without a bundle has a null ``version``, ``channel_id`` and ``version_id`` take a name
(or an id as a text), and one device is requested by ``channel``, as in the text.
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
    from tests.letter.letter_server import JSON, Input

_CHANNEL = {"app_id": str, "channel": str, "version": str, "public": bool}
_LINK = {"app_id": str, "device_id": str, "version_id": str, "channel_id": str}


class LegacyServer(LetterServer):
    """One app with three bundles, three channels and two devices."""

    def __init__(self, *, strict: bool = False, slash: Slash = Slash.NONE) -> None:
        self._ids = count(1)
        self.versions = {name: self._row(name) for name in ("1.0.0", "1.1.0", "1.2.0")}
        for row in self.versions.values():
            row["version"] = row["id"]
        self.channels = {
            "production": self._row("production", public=True, version=self._id("1.1.0")),
            "beta": self._row("beta", version=self._id("1.2.0")),
            "empty": self._row("empty"),
        }
        self.channels["beta"]["disableAutoUpdateToMajor"] = True
        self.devices = {
            device_id: self._device(device_id, platform)
            for device_id, platform in (
                ("AAAAAAAA-0000-4000-8000-000000000001", "ios"),
                ("bbbbbbbb-0000-4000-8000-000000000002", "android"),
            )
        }
        self.links: dict[str, dict[str, str]] = {}
        """The links of each device, which no operation of the document returns."""
        super().__init__(
            [
                Operation("POST", "/channel", self._set_channel, body=_CHANNEL),
                Operation("GET", "/channel", self._get_channel, frozenset({"appid", "channel"})),
                Operation("DELETE", "/channel", self._delete_channel, body={"channel": str}),
                Operation("POST", "/device", self._link, body=_LINK),
                Operation("GET", "/device", self._get_device, frozenset({"appid", "channel"})),
                Operation("DELETE", "/device", self._unlink, body={"device_id": str}),
                Operation("GET", "/versions", self._get_versions, frozenset({"app_id"})),
                Operation("DELETE", "/versions", self._delete_versions, body={"app_id": str}),
            ],
            strict=strict,
            slash=slash,
        )

    def _row(self, name: str, *, public: bool = False, version: JSON = None) -> Row:
        return {
            "id": next(self._ids),
            "created_at": CREATION_TIME,
            "name": name,
            "app_id": APP,
            "version": version,
            "created_by": "someone",
            "updated_at": CREATION_TIME,
            "public": public,
            "disableAutoUpdateUnderNative": True,
            "disableAutoUpdateToMajor": False,
        }

    def _device(self, device_id: str, platform: str) -> Row:
        return {
            "created_at": CREATION_TIME,
            "updated_at": CREATION_TIME,
            "device_id": device_id,
            "version": self._id("1.1.0"),
            "app_id": APP,
            "platform": platform,
            "plugin_version": "4.1.0",
            "os_version": "16.1",
        }

    def _id(self, version: str) -> JSON:
        if version not in self.versions:
            raise Refusal("Cannot find version")
        return self.versions[version]["id"]

    def _set_channel(self, request: Input) -> JSON:
        _check_app(request.text("app_id"))
        name = request.text("channel")
        version = request.body.get("version")
        bundle = self._id(version) if isinstance(version, str) else None
        channel = self.channels.setdefault(name, self._row(name))
        if bundle is not None:
            channel["version"] = bundle
        if "public" in request.body:
            channel["public"] = request.body["public"]
        return dict(OK)

    def _get_channel(self, request: Input) -> JSON:
        _check_app(request.parameter("appid"))
        if "channel" not in request.query:
            return list(self.channels.values())
        if request.query["channel"] not in self.channels:
            raise Refusal("Cannot find channel")
        return self.channels[request.query["channel"]]

    def _delete_channel(self, request: Input) -> JSON:
        if self.channels.pop(request.text("channel"), None) is None:
            raise Refusal("Cannot find channel")
        return dict(OK)

    def _link(self, request: Input) -> JSON:
        _check_app(request.text("app_id"))
        device_id = request.text("device_id")
        if device_id not in self.devices:
            raise Refusal("Cannot find device")
        link = {
            n: v for n in ("channel_id", "version_id") if isinstance(v := request.body.get(n), str)
        }
        if "channel_id" in link and not _names(link["channel_id"], self.channels):
            raise Refusal("Cannot find channel")
        if "version_id" in link and not _names(link["version_id"], self.versions):
            raise Refusal("Cannot find version")
        self.links[device_id] = {**self.links.get(device_id, {}), **link}
        return dict(OK)

    def _get_device(self, request: Input) -> JSON:
        _check_app(request.parameter("appid"))
        if "channel" not in request.query:
            return list(self.devices.values())
        if request.query["channel"] not in self.devices:
            raise Refusal("Cannot find device")
        return self.devices[request.query["channel"]]

    def _unlink(self, request: Input) -> JSON:
        self.links.pop(request.text("device_id"), None)
        return dict(OK)

    def _get_versions(self, request: Input) -> JSON:
        _check_app(request.parameter("app_id"))
        return list(self.versions.values())

    def _delete_versions(self, request: Input) -> JSON:
        _check_app(request.text("app_id"))
        self.versions.clear()
        return dict(OK)


def _names(text: str, rows: dict[str, Row]) -> bool:
    return text in rows or any(str(row["id"]) == text for row in rows.values())


def _check_app(app_id: str) -> None:
    if app_id != APP:
        raise Refusal("You can't access this app")
