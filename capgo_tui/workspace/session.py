"""A workspace: one app's three lists, what joins them, and what can be done to them.

It knows no screen. The client it speaks through is made by `open_workspace`, which is also
what imports the HTTP library: callers that paint first call it from a thread.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Protocol

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.workspace.audit import AuditHistory
from capgo_tui.workspace.bundle_links import BundleLinks
from capgo_tui.workspace.cells import Surroundings
from capgo_tui.workspace.changes.states import read_channel_state
from capgo_tui.workspace.collection import Collection, Event, Progressed
from capgo_tui.workspace.fleet_size import FleetSize
from capgo_tui.workspace.journal import Journal
from capgo_tui.workspace.list_state import Loading
from capgo_tui.workspace.load_effort import LoadEffort
from capgo_tui.workspace.pacing import Pacing
from capgo_tui.workspace.request_log import RequestLog
from capgo_tui.workspace.waiting import Waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.patience import Wait
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.target import Target

    AnyCollection: TypeAlias = Collection[Channel] | Collection[Device] | Collection[Bundle]


JUST_READ: Final = timedelta(seconds=5)
"""A record read so lately is not read once more before it is written to."""
KEPT_LOOKS: Final = 100
"""Of so many devices at most is remembered when they were looked up."""


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


class Write(Protocol):
    """What has to be known of a change to show its record as being written."""

    @property
    def noun(self) -> str:
        """``device``, ``channel`` or ``bundle``."""
        ...

    @property
    def row(self) -> str | None:
        """The key of its record in its list; None where it is in none."""
        ...


class Workspace:
    """One app's channels, devices and bundles behind one client."""

    def __init__(
        self,
        target: Target,
        client: CapgoClient,
        now: Callable[[], datetime] = utc_now,
        requests: RequestLog | None = None,
        waits: Waits | None = None,
    ) -> None:
        self.target = target
        self.requests = RequestLog(target, now) if requests is None else requests
        self.client = client
        self.now = now
        app = target.app_id
        self.fleet_size = FleetSize(client, app, now)
        self.channels: Collection[Channel] = Collection(
            "channels",
            walk=lambda: client.channels(app),
            key=lambda channel: str(channel.id),
            now=now,
        )
        self.devices: Collection[Device] = Collection(
            "devices",
            walk=lambda: client.devices(app),
            key=attrgetter("wire_key"),
            read_one=lambda device_id: client.device(app, device_id),
            effort=self.load_effort,
            now=now,
        )
        self.bundles: Collection[Bundle] = Collection(
            "bundles",
            walk=lambda: client.bundles(app),
            key=lambda bundle: str(bundle.id),
            now=now,
        )
        self._looked_up: dict[str, datetime] = {}
        """When devices were looked up one by one, by their ids."""
        self.waits = waits or Waits(now)
        self.waits.of_lists(
            {
                "list_channels": self.channels.note_wait,
                "list_devices": self.devices.note_wait,
                "list_bundles": self.bundles.note_wait,
            }
        )
        self._links = BundleLinks()
        self.channels.listen(self._relink)
        self.writing: set[tuple[str, str]] = set()
        """The list and the key of each record a write is under way for."""
        self.pacing = Pacing(now, lambda: client.traits.same_link_seconds)
        self.audit = AuditHistory(client, app)
        self.journal = Journal(
            target.journal,
            server=target.server,
            app_id=app,
            key_fingerprint=client.key_fingerprint,
            now=now,
        )

    def surroundings(self) -> Surroundings:
        """What cells need beside their record, as of now."""
        return Surroundings(
            self.now(),
            self._links,
            self._name_of_bundle,
            self.tells_overrides,
            self.client.traits,
            self.unread_channels,
        )

    @property
    def unread_channels(self) -> str:
        """What stands for channels that may carry a bundle and are not loaded; empty for none."""
        channels = self.channels
        if channels.ended and not channels.incomplete:
            return ""
        return "…" if channels.error is None else "?"

    async def look_up_device(self, device_id: str) -> Device | None:
        """Ask the server for exactly one device; None when it does not know it.

        Raises:
            CapgoError: for every failure other than an unknown device.

        """
        device_id = device_id.strip()
        if not device_id:
            return None
        try:
            device = await self.client.device(self.target.app_id, device_id)
        except CapgoError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                return None
            raise
        self.devices.put(device)
        if len(self._looked_up) >= KEPT_LOOKS:
            self._looked_up.clear()
        self._looked_up[device.wire_key] = self.now()
        return device

    def has_just_read(self, device_id: str) -> bool:
        """Whether a device was looked up so lately that a change of it can rest on that."""
        then = self._looked_up.get(device_id)
        return then is not None and timedelta() <= self.now() - then < JUST_READ

    def load_effort(self, loaded: int) -> LoadEffort:
        """What it takes to load all devices when so many are loaded."""
        return LoadEffort(
            expected=self.fleet_size.active,
            loaded=loaded,
            page_size=lambda: self.client.device_page_size,
            is_slowed=lambda: self.client.is_slowed,
            began=self.now(),
        )

    @contextmanager
    def marked_as_writing(self, change: Write) -> Iterator[None]:
        """Show the target of a change as being written while this lasts."""
        if change.row is None:
            yield
            return
        mark = (f"{change.noun}s", change.row)
        self.writing.add(mark)
        self._touch(*mark)
        try:
            yield
        finally:
            self.writing.discard(mark)
            self._touch(*mark)

    def _touch(self, name: str, key: str) -> None:
        for collection in (self.channels, self.devices, self.bundles):
            if collection.name == name:
                collection.touch(key)

    def state_of(self, channel: Channel) -> State:
        """A channel's settings as changes speak of them."""
        return read_channel_state(channel, self._exact_name_of_bundle)

    def linked_bundles(self) -> set[str]:
        """Keys of the loaded bundles that a loaded channel carries or rolls out."""
        return {key for key, bundle in self.bundles.records.items() if self.channels_with(bundle)}

    def channels_with(self, bundle: Bundle) -> list[str]:
        """Names of the loaded channels that carry a bundle or roll it out."""
        return self._links.channel_names(bundle)

    def asked_by_a_guess(self) -> list[AnyCollection]:
        """The lists that failed before the server's revision was known, once it is."""
        if self.client.revision is None:
            return []
        return [
            each
            for each in (self.channels, self.devices, self.bundles)
            if each.error is not None
            and each.error.is_revision_guessed
            and each.loading is Loading.NOTHING
        ]

    @property
    def tells_overrides(self) -> bool:
        """Whether this server's device rows name the override (contract §7.1)."""
        return self.client.traits.tells_overrides

    def knows_override(self, device: Device) -> bool:
        """Whether it is known which override a device has, or that it has none."""
        return device.channel is not None or (self.tells_overrides and device.is_override_known)

    @property
    def joins_bundle_names(self) -> bool:
        """Whether bundles are only known by name once the bundles are loaded (contract §6.1)."""
        return not self.client.traits.tells_bundle_names

    async def aclose(self) -> None:
        """Close the connections to the server, and the journal."""
        await self.client.aclose()
        self.journal.close()

    def _name_of_bundle(self, bundle_id: int) -> str | None:
        bundle = self.bundles.records.get(str(bundle_id))
        return bundle.name if bundle else None

    def _exact_name_of_bundle(self, bundle_id: int) -> str | None:
        bundle = self.bundles.records.get(str(bundle_id))
        return bundle.wire_key if bundle else None

    def _relink(self, event: Event) -> None:
        if isinstance(event, Progressed):
            return
        self._links = BundleLinks.of(self.channels.records.values(), ())


def open_client(
    target: Target,
    log: RequestLog | None = None,
    on_wait: Callable[[Wait], None] | None = None,
) -> CapgoClient:
    """Make the client for a target, a patient one unless that says otherwise; nothing is sent yet.

    What it sends is noted in `log`; without one, in the target's log file alone. It takes up
    to 0.3 s: an interface calls it in a thread.

    Raises:
        InsecureServer: when the key would travel unprotected to `target.server`.

    """
    from capgo_tui.api.client import CapgoClient  # noqa: PLC0415 - 0.2 s, after the first paint
    from capgo_tui.api.patience import Patience  # noqa: PLC0415 - as above

    if log is None:
        log = RequestLog(target, utc_now)
    client = CapgoClient(
        target.key,
        server=target.server,
        revision=target.revision,
        read_only=target.read_only,
        asgi_app=target.asgi_app() if target.asgi_app else None,
        on_exchange=log.note,
        on_unreadable=log.note_unreadable,
        patience=target.patience or Patience(),
        on_wait=on_wait,
    )
    client.prepare()
    return client


def open_workspace(target: Target, now: Callable[[], datetime] = utc_now) -> Workspace:
    """Make a workspace and the client it speaks through, as `open_client` does."""
    requests, waits = RequestLog(target, now), Waits(now)
    return Workspace(target, open_client(target, requests, waits.note), now, requests, waits)
