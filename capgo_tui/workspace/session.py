"""Workspaces: the lists of one app, their joins, its journal and its client.

It knows no screen. The client it speaks through is made by `open_workspace`, which is also
what imports the HTTP library: callers that paint first call it from a thread.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.records import Record
from capgo_tui.workspace.audit import AuditHistory
from capgo_tui.workspace.bundle_links import BundleLinks
from capgo_tui.workspace.cells import CellContext
from capgo_tui.workspace.changes.states import read_channel_state
from capgo_tui.workspace.collection import Collection, Event, StateChange
from capgo_tui.workspace.fleet_size import FleetSize
from capgo_tui.workspace.insight.adoption import (
    Adoption,
    UsageReader,
    make_adoption_of_survey,
    make_adoption_of_usage,
)
from capgo_tui.workspace.insight.routes import NO_FLAGS, FlagsByChannel, read_flags
from capgo_tui.workspace.insight.survey import Survey, take_survey
from capgo_tui.workspace.known_names import KINDS, keep_names
from capgo_tui.workspace.list_state import Loading
from capgo_tui.workspace.missing_rights import MissingRights
from capgo_tui.workspace.pending_retries import PendingRetries
from capgo_tui.workspace.request_log import RequestLog
from capgo_tui.workspace.resources.bundle import BUNDLES
from capgo_tui.workspace.resources.channel import CHANNELS
from capgo_tui.workspace.resources.device import DEVICES, load_effort
from capgo_tui.workspace.resources.registry import RESOURCES
from capgo_tui.workspace.resources.resource import Source
from capgo_tui.workspace.write_limits import WriteLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.retry_policy import PendingRetry
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.journal import Journal
    from capgo_tui.workspace.load_effort import LoadEffort
    from capgo_tui.workspace.resources.resource import ListedResource
    from capgo_tui.workspace.target import Target


T = TypeVar("T", bound=Record)

JUST_READ: Final = timedelta(seconds=5)
"""A record read so recently is not read again before a write."""
KEPT_LOOKS: Final = 100
"""Most devices whose look-up times are kept."""


def read_utc_clock() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class Write(Protocol):
    """What is needed of a change to mark its record as being written."""

    @property
    def noun(self) -> str:
        """``device``, ``channel`` or ``bundle``."""
        ...

    @property
    def row_key(self) -> str | None:
        """The row key of its record; None where it is in no list."""
        ...


class Workspace:
    """The lists of one app, with their client."""

    def __init__(
        self,
        target: Target,
        client: CapgoClient,
        now: Callable[[], datetime] = read_utc_clock,
        requests: RequestLog | None = None,
        pending_retries: PendingRetries | None = None,
    ) -> None:
        self.target = target
        self.requests = RequestLog(target, now) if requests is None else requests
        self.client = client
        self.now = now
        app = target.app_id
        self.fleet_size = FleetSize(client, app, now)
        self._source = Source(client, app, now, self.fleet_size)
        self.collections: dict[str, Collection[Any]] = {
            resource.name: _make_collection(resource, self._source) for resource in RESOURCES
        }
        """The list of each resource, by its name; `list_of` gives it with its type."""
        self._looked_up: dict[str, datetime] = {}
        """The times of device look-ups, by device id."""
        self.pending_retries = pending_retries or PendingRetries(now)
        self.pending_retries.set_lists(
            {
                resource.operation: self.list_of(resource).note_pending_retry
                for resource in RESOURCES
            }
        )
        self._links = BundleLinks()
        self.channels.listen(self._relink)
        self.devices.listen(self._note_devices)
        self.survey = Survey()
        """The last survey of the loaded devices; empty before the first."""
        self.is_survey_due = False
        """Whether the devices have changed since."""
        self.usage = UsageReader(client, app, now)
        self.adoption: Adoption | None = None
        """The adoption by the statistics, else by the survey; None while neither is known."""
        self.override_times: Mapping[str, tuple[datetime, datetime]] | None = None
        """When this program first and last set the override of each device; None until read."""
        self.writing: set[tuple[str, str]] = set()
        """The list and row key of each record with a write under way."""
        self.write_limits = WriteLimits(now, lambda: client.traits.same_link_seconds)
        self.missing_rights = MissingRights()
        self.audit = AuditHistory(client, app)
        self.told_flags: FlagsByChannel = NO_FLAGS
        """The platforms of channels as the audit history tells them."""

    @cached_property
    def journal(self) -> Journal:
        """The journal, which is opened at the first need."""
        from capgo_tui.workspace.journal import Journal  # noqa: PLC0415 - it brings SQLite

        return Journal(
            self.target.journal,
            server=self.target.server,
            app_id=self.target.app_id,
            key_fingerprint=self.client.key_fingerprint,
            now=self.now,
        )

    def list_of(self, resource: ListedResource[T]) -> Collection[T]:
        """Return the list of a resource."""
        return self.collections[resource.name]

    @property
    def channels(self) -> Collection[Channel]:
        """The channels."""
        return self.list_of(CHANNELS)

    @property
    def devices(self) -> Collection[Device]:
        """The devices."""
        return self.list_of(DEVICES)

    @property
    def bundles(self) -> Collection[Bundle]:
        """The bundles."""
        return self.list_of(BUNDLES)

    def make_cell_context(self) -> CellContext:
        """Return the present cell context."""
        return CellContext(
            self.now(),
            self._links,
            self._name_of_bundle,
            self.tells_overrides,
            self.client.traits,
            self.survey.bundle_identities,
            self.survey.is_whole,
            self.unread_channels,
            self.adoption,
            self.survey,
            self.override_times,
        )

    @property
    def unread_channels(self) -> str:
        """The sign for channels that may carry a bundle and are not loaded; empty for none."""
        channels = self.channels
        if channels.at_end and not channels.incomplete:
            return ""
        return "…" if channels.error is None else "?"

    async def update_survey(self) -> None:
        """Count the loaded devices again."""
        self.is_survey_due = False
        self.survey = await take_survey(self.devices, self.now())
        self._join_adoption()

    async def read_usage(self) -> None:
        """Read the use of bundles, unless that is settled."""
        await self.usage.read()
        self._join_adoption()

    async def read_audit(self) -> None:
        """Read the latest changes in the audit history, and the platforms that they tell."""
        await self.audit.read_latest()
        self.told_flags = read_flags(self.audit.latest or ())

    def _join_adoption(self) -> None:
        if self.usage.usage is not None:
            self.adoption = make_adoption_of_usage(self.usage.usage)
        elif self.survey.device_count:
            self.adoption = make_adoption_of_survey(self.survey)
        else:
            self.adoption = None

    async def look_up_device(self, device_id: str) -> Device | None:
        """Look up a device on the server; return None when it is unknown.

        Raises:
            CapgoError: for every failure other than an unknown device.

        """
        device_id = device_id.strip()
        if not device_id:
            return None
        try:
            device = await self.client.get_device(self.target.app_id, device_id)
        except CapgoError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                return None
            raise
        self.devices.put(device)
        if len(self._looked_up) >= KEPT_LOOKS:
            self._looked_up.clear()
        self._looked_up[device.wire_id] = self.now()
        return device

    def has_just_read(self, device_id: str) -> bool:
        """Whether a device was looked up so recently that a change can rest on that."""
        read_at = self._looked_up.get(device_id)
        return read_at is not None and timedelta() <= self.now() - read_at < JUST_READ

    def load_effort(self, loaded_count: int) -> LoadEffort:
        """Return the effort of loading all devices when so many are loaded."""
        return load_effort(self._source, loaded_count)

    @contextmanager
    def mark_as_writing(self, change: Write) -> Iterator[None]:
        """Mark the record of a change as being written during this context."""
        if change.row_key is None:
            yield
            return
        mark = (f"{change.noun}s", change.row_key)
        self.writing.add(mark)
        self._touch(*mark)
        try:
            yield
        finally:
            self.writing.discard(mark)
            self._touch(*mark)

    def _touch(self, name: str, key: str) -> None:
        if (collection := self.collections.get(name)) is not None:
            collection.touch(key)

    def get_state(self, channel: Channel) -> State:
        """A channel's settings as changes speak of them."""
        return read_channel_state(channel, self._find_exact_bundle_name)

    def list_linked_bundles(self) -> set[str]:
        """Return the row keys of the loaded bundles that a loaded channel carries or rolls out."""
        return {
            key for key, bundle in self.bundles.records.items() if self.list_channels_with(bundle)
        }

    def list_channels_with(self, bundle: Bundle) -> list[str]:
        """Return the names of the loaded channels that carry a bundle or roll it out."""
        return self._links.list_channel_names(bundle)

    def find_lists_read_by_guess(self) -> list[Collection[Any]]:
        """Return the lists that failed while the revision was unknown, once it is known."""
        if self.client.revision is None:
            return []
        return [
            each
            for each in self.collections.values()
            if each.error is not None
            and each.error.is_revision_guessed
            and each.loading is Loading.NOTHING
        ]

    @property
    def tells_overrides(self) -> bool:
        """Whether this server's device rows name the override (contract §7.1)."""
        return self.client.traits.tells_overrides

    def has_known_override(self, device: Device) -> bool:
        """Whether the override of a device is known, also that it has none."""
        return device.channel is not None or (self.tells_overrides and device.is_override_known)

    @property
    def joins_bundle_names(self) -> bool:
        """Whether the names of bundles are unknown until the bundles are loaded (contract §6.1)."""
        return not self.client.traits.tells_bundle_names

    async def aclose(self) -> None:
        """Close the connections to the server and the journal, and keep the names of its lists."""
        await self.client.aclose()
        if "journal" in vars(self):
            self.journal.close()
        names = {kind: [*map(_wire_id, self.collections[kind].records.values())] for kind in KINDS}
        whole = {kind for kind in KINDS if self.collections[kind].at_end}
        names = {kind: each for kind, each in names.items() if each}
        await asyncio.to_thread(keep_names, self.target, names, whole)

    def _name_of_bundle(self, bundle_id: int) -> str | None:
        bundle = self.bundles.records.get(str(bundle_id))
        return bundle.name if bundle else None

    def _find_exact_bundle_name(self, bundle_id: int) -> str | None:
        bundle = self.bundles.records.get(str(bundle_id))
        return bundle.wire_id if bundle else None

    def _note_devices(self, event: Event) -> None:
        is_whole = self.devices.at_end and not self.devices.incomplete
        if not isinstance(event, StateChange) or is_whole is not self.survey.is_whole:
            self.is_survey_due = True

    def _relink(self, event: Event) -> None:
        if isinstance(event, StateChange):
            return
        self._links = BundleLinks.of(self.channels.records.values(), ())


def _wire_id(record: Channel | Bundle) -> str:
    return record.wire_id


def _make_collection(resource: ListedResource[T], source: Source) -> Collection[T]:
    """Return the list of a resource, which is empty until it is loaded."""
    read_one, effort = resource.read_one, resource.effort
    return Collection(
        resource.name,
        walk=partial(resource.walk, source),
        row_key=resource.row_key,
        read_one=None if read_one is None else partial(read_one, source),
        effort=None if effort is None else partial(effort, source),
        now=source.now,
    )


def open_client(
    target: Target,
    log: RequestLog | None = None,
    on_retry: Callable[[PendingRetry], None] | None = None,
) -> CapgoClient:
    """Return the client of a target, with retries unless the target says otherwise; sends nothing.

    What it sends is noted in `log`; without one, in the target's log file alone. It takes up
    to 0.3 s: an interface calls it in a thread.

    Raises:
        InsecureServer: when the key would travel unprotected to `target.server`.

    """
    from capgo_tui.api.client import CapgoClient  # noqa: PLC0415 - 0.2 s, after the first paint
    from capgo_tui.api.retry_policy import RetryPolicy  # noqa: PLC0415 - as above

    if log is None:
        log = RequestLog(target, read_utc_clock)
    client = CapgoClient(
        target.api_key,
        server=target.server,
        revision=target.revision,
        read_only=target.read_only,
        asgi_app=target.asgi_app() if target.asgi_app else None,
        on_exchange=log.note,
        on_unreadable=log.note_unreadable,
        retry_policy=target.retry_policy or RetryPolicy(),
        on_retry=on_retry,
    )
    client.prepare()
    return client


def open_workspace(target: Target, now: Callable[[], datetime] = read_utc_clock) -> Workspace:
    """Open a workspace and its client, as `open_client` does."""
    requests, pending_retries = RequestLog(target, now), PendingRetries(now)
    return Workspace(
        target, open_client(target, requests, pending_retries.note), now, requests, pending_retries
    )
