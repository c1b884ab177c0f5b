"""A server written from ``tests/data/seed_000_legacy.txt``, from that text and nothing else.

What the text leaves open is answered in the plainest way: an omitted field is left as it is, a
channel without a bundle has a null ``version``, ``channel_id`` and ``version_id`` take a name
(or an id as a text), and one device is asked for by ``channel``, as the text has it.
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
    from tests.letter.letter_server import JSON, Said

_CHANNEL = {"app_id": str, "channel": str, "version": str, "public": bool}
_LINK = {"app_id": str, "device_id": str, "version_id": str, "channel_id": str}


class LegacyServer(LetterServer):
    """One app with three bundles, three channels and two devices."""

    def __init__(self, *, strict: bool = False, slash: Slash = Slash.NEVER) -> None:
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
        """What each device was linked to, which the document has no way to tell."""
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
            "created_at": CREATED,
            "name": name,
            "app_id": APP,
            "version": version,
            "created_by": "someone",
            "updated_at": CREATED,
            "public": public,
            "disableAutoUpdateUnderNative": True,
            "disableAutoUpdateToMajor": False,
        }

    def _device(self, device_id: str, platform: str) -> Row:
        return {
            "created_at": CREATED,
            "updated_at": CREATED,
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

    def _set_channel(self, said: Said) -> JSON:
        _check_app(said.text("app_id"))
        name = said.text("channel")
        version = said.body.get("version")
        bundle = self._id(version) if isinstance(version, str) else None
        channel = self.channels.setdefault(name, self._row(name))
        if bundle is not None:
            channel["version"] = bundle
        if "public" in said.body:
            channel["public"] = said.body["public"]
        return dict(OK)

    def _get_channel(self, said: Said) -> JSON:
        _check_app(said.parameter("appid"))
        if "channel" not in said.query:
            return list(self.channels.values())
        if said.query["channel"] not in self.channels:
            raise Refusal("Cannot find channel")
        return self.channels[said.query["channel"]]

    def _delete_channel(self, said: Said) -> JSON:
        if self.channels.pop(said.text("channel"), None) is None:
            raise Refusal("Cannot find channel")
        return dict(OK)

    def _link(self, said: Said) -> JSON:
        _check_app(said.text("app_id"))
        device_id = said.text("device_id")
        if device_id not in self.devices:
            raise Refusal("Cannot find device")
        link = {
            n: v for n in ("channel_id", "version_id") if isinstance(v := said.body.get(n), str)
        }
        if "channel_id" in link and not _names(link["channel_id"], self.channels):
            raise Refusal("Cannot find channel")
        if "version_id" in link and not _names(link["version_id"], self.versions):
            raise Refusal("Cannot find version")
        self.links[device_id] = {**self.links.get(device_id, {}), **link}
        return dict(OK)

    def _get_device(self, said: Said) -> JSON:
        _check_app(said.parameter("appid"))
        if "channel" not in said.query:
            return list(self.devices.values())
        if said.query["channel"] not in self.devices:
            raise Refusal("Cannot find device")
        return self.devices[said.query["channel"]]

    def _unlink(self, said: Said) -> JSON:
        self.links.pop(said.text("device_id"), None)
        return dict(OK)

    def _get_versions(self, said: Said) -> JSON:
        _check_app(said.parameter("app_id"))
        return list(self.versions.values())

    def _delete_versions(self, said: Said) -> JSON:
        _check_app(said.text("app_id"))
        self.versions.clear()
        return dict(OK)


def _names(text: str, rows: dict[str, Row]) -> bool:
    return text in rows or any(str(row["id"]) == text for row in rows.values())


def _check_app(app_id: str) -> None:
    if app_id != APP:
        raise Refusal("You can't access this app")
