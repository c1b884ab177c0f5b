"""The client: Capgo's operations as methods, for every revision of the API."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

from capgo_tui.api import requests
from capgo_tui.api.caller import MOST_IN_A_PAGE, Caller
from capgo_tui.api.channel_setting import UNSET
from capgo_tui.api.custom_ids import CustomIds
from capgo_tui.api.device_pages import DevicePages
from capgo_tui.api.errors import CapgoError, ErrorKind, ReadOnlyError, UnsupportedByRevision
from capgo_tui.api.listing import Listing
from capgo_tui.api.models import AppInfo, AuditEntry, Bundle, Channel, Device
from capgo_tui.api.paging import Pager, Position
from capgo_tui.api.replies import is_end_of_bundle_list
from capgo_tui.api.requests import MAX_LIMIT, BundleName, Order, Request
from capgo_tui.api.revisions import (
    DOCUMENTED,
    LEGACY,
    RECOGNITION_TRAITS,
    Paging,
    Revision,
    Traits,
)
from capgo_tui.api.servers import DEFAULT_SERVER
from capgo_tui.api.statistics import (
    Usage,
    read_active_by_platform,
    read_active_devices,
    read_usage,
)
from capgo_tui.api.transport import Exchange, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime
    from types import TracebackType

    from capgo_tui.api.custom_ids import CustomIdMatches
    from capgo_tui.api.http_client import Timeouts
    from capgo_tui.api.key import ApiKey
    from capgo_tui.api.retry_policy import PendingRetry, RetryPolicy
    from capgo_tui.api.settings import ChannelSettings


NO_DEVICES = "devices_not_found"
"""Error code of a next server for an app without devices (contract §18.7)."""
AuditTable: TypeAlias = Literal["channels", "app_versions", "apps", "orgs", "org_users"]
"""The tables that the server keeps an audit log of."""


class CapgoClient:
    """A client with one API key for one server: an async context manager, or call `aclose`.

    ``server`` must be https unless it is this machine (else `InsecureServer`). ``revision``
    None means: learn it from replies (contract §0, §12); reads work meanwhile, a write first
    makes one or two cheap reads. ``read_only`` refuses every write with `ReadOnlyError`.
    ``asgi_app`` replaces the network; ``on_exchange`` is called with every exchange.

    Every method raises `CapgoError` for an error of the server or the network, and `Refusal`
    when nothing was sent. After the first KEY_REFUSED every call raises that same error, for 20
    failures lock the address (contract §1, §3): make a new client then.

    With ``retry_policy`` reads are retried and requests are rate-limited (§3); ``on_retry`` is
    called when the wait for a retry begins and when it is over. Without a policy every request is
    sent once and at once.
    A write is never sent twice.
    """

    def __init__(
        self,
        key: ApiKey,
        *,
        server: str = DEFAULT_SERVER,
        revision: Revision | None = None,
        read_only: bool = False,
        asgi_app: Callable[..., Any] | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
        on_unreadable: Callable[[Request, str], None] | None = None,
        timeouts: Timeouts | None = None,
        retry_policy: RetryPolicy | None = None,
        on_retry: Callable[[PendingRetry], None] | None = None,
    ) -> None:
        self._transport = Transport(
            server, key, timeouts=timeouts, asgi_app=asgi_app, on_exchange=on_exchange
        )
        self._caller = Caller(
            self._transport,
            revision=revision,
            read_only=read_only,
            retry_policy=retry_policy,
            on_retry=on_retry,
            on_unreadable=on_unreadable,
        )
        self._key = key
        self._device_pages = DevicePages()
        self._custom_ids = CustomIds(self._caller, self._read_device_page)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; may be called again."""
        await self._transport.aclose()

    def cancel_waits(self) -> None:
        """Cancel all pending retries, present and future; no read is retried any more."""
        self._caller.attempts.cancel_waits()

    @property
    def server(self) -> str:
        """The server's base address, without a closing slash."""
        return self._transport.server

    def prepare(self) -> None:
        """Do the slow set-up of the first request now, in a thread without an event loop."""
        self._transport.prepare()

    @property
    def revision(self) -> Revision | None:
        """The revision given or learned; None while unknown."""
        return self._caller.revision

    @property
    def traits(self) -> Traits:
        """The traits of that revision; while unknown, those that most revisions share for reads."""
        return self._caller.traits

    @property
    def key_refused(self) -> bool:
        """Whether the server has refused the API key: nothing more is sent (contract §1)."""
        return self._caller.key_refused

    @property
    def device_page_size(self) -> int:
        """Most devices on the next page of a list."""
        return self._device_pages.limit

    @property
    def is_slowed(self) -> bool:
        """Whether requests keep the documented rate, because the server asked to slow down."""
        return self._caller.attempts.is_slowed

    @property
    def read_only(self) -> bool:
        """Whether every write is refused."""
        return self._caller.read_only

    @property
    def key_fingerprint(self) -> str:
        """`ApiKey.fingerprint` of the API key in use."""
        return self._key.fingerprint

    async def send(self, request: Request) -> bytes:
        """Send a request built by `capgo_tui.api.requests` and return the body of its reply.

        For a request that is shown before it is sent; ``read_only`` applies as to the methods.
        """
        return await self._caller.send(request)

    # Reads

    def list_channels(self, app_id: str) -> Pager[Channel]:
        """Walk the app's channels, oldest first on live (contract §6.1)."""

        async def fetch(position: Position) -> Listing[Channel]:
            return await self._caller.ask(
                lambda traits: requests.list_channels(traits, app_id, page=position.page),
                lambda request: self._caller.list(
                    Channel, request, lambda traits: traits.channels_paging
                ),
            )

        return Pager(fetch)

    def list_devices(
        self,
        app_id: str,
        *,
        limit: int = MAX_LIMIT,
        order: Order | None = None,
        updated_after: datetime | None = None,
        only_custom_id: bool = False,
    ) -> Pager[Device]:
        """Walk the app's devices, at most `limit` (1-150) a page (contract §5, §7.1, §18.1).

        Pages are smaller when ids are long, and one that was too large for its overrides is
        read again; if the server still sends too many rows, their overrides are unknown.
        `order` sorts by update time; None is by device id. `updated_after` is exclusive.
        A server whose revision lacks a filter makes the pager raise UnsupportedByRevision,
        rather than give rows that were not asked for.
        """
        build = partial(
            requests.list_devices,
            app_id=app_id,
            order=order,
            updated_after=updated_after,
            only_custom_id=only_custom_id,
        )
        build(RECOGNITION_TRAITS, limit=limit)  # raises for a bad argument at once
        has_filters = bool(
            requests.make_device_filters(order, updated_after, only_custom_id=only_custom_id)
        )

        async def fetch(position: Position) -> Listing[Device]:
            if has_filters:
                # A server that does not know a filter ignores it silently.
                await self.learn_revision(app_id)
            listing = await self._read_device_page(build, limit, position)
            if has_filters and not listing.by_cursor:
                raise UnsupportedByRevision("this server's API cannot sort or filter devices")
            return listing

        return Pager(fetch)

    def list_bundles(self, app_id: str) -> Pager[Bundle]:
        """Walk the app's bundles, newest first (contract §8.1); an empty list is no error."""

        async def fetch(position: Position) -> Listing[Bundle]:
            return await self._read_bundle_page(app_id, position.page)

        return Pager(fetch)

    def list_apps(self) -> Pager[AppInfo]:
        """Walk the apps that the key may see (contract §9; live only)."""

        async def fetch(position: Position) -> Listing[AppInfo]:
            request = requests.list_apps(self.traits, page=position.page)
            listing = await self._caller.list(AppInfo, request, lambda _: Paging.PAGES)
            # The docs show {"data": […]}, yet /app knows page numbers only.
            return Listing(
                listing.rows, extra_unreadable=listing.extra_unreadable, too_many=listing.too_many
            )

        return Pager(fetch)

    async def get_channel(self, app_id: str, name: str) -> Channel:
        """Read one channel by its exact name; NOT_FOUND when there is none (contract §6.1)."""
        return await self._caller.ask(
            lambda traits: requests.get_channel(traits, app_id, name),
            lambda request: self._caller.read_one(
                Channel, request, lambda row: row.wire_id == name
            ),
        )

    async def get_device(self, app_id: str, device_id: str) -> Device:
        """Read one device; NOT_FOUND when it is unknown (contract §7.1)."""
        lowercase_id = device_id.lower()
        return await self._caller.ask(
            lambda traits: requests.get_device(traits, app_id, device_id),
            lambda request: self._caller.read_one(
                Device, request, lambda row: row.wire_id.lower() == lowercase_id
            ),
        )

    async def find_devices_by_custom_id(self, app_id: str, custom_id: str) -> CustomIdMatches:
        """Find the devices of exactly one custom id (contract §18.7).

        The server's revision is learned first. A reply is trusted only if all of its rows have
        that custom id: a server that ignores the parameter sends the whole list, and is not
        asked again. Raises UnsupportedByRevision for such a server, and for a revision
        without the parameter; InvalidArgument for a text that no server looks up.
        """
        await self.learn_revision(app_id)
        return await self._custom_ids.find(app_id, custom_id)

    async def get_app(self, app_id: str) -> AppInfo:
        """Read one app (contract §9; live only). An unknown app is NOT_ALLOWED, says live."""
        request = requests.get_app(self.traits, app_id)
        return await self._caller.read_one(AppInfo, request, lambda row: row.wire_id == app_id)

    async def list_audit(
        self, org_id: str, *, table: AuditTable, page: int | None = None
    ) -> Sequence[AuditEntry]:
        """Read a page of up to 100 changes of a table, newest first (contract §18.10).

        `page` counts from 0. NOT_ALLOWED without the right to read the organization's audit.
        """
        request = requests.list_audit(self.traits, org_id, table=table, page=page)
        listing = await self._caller.list(AuditEntry, request)
        return [row for row in listing.rows if isinstance(row, AuditEntry)]

    async def count_active_devices(self, app_id: str, *, start: date, end: date) -> int | None:
        """Return the approximate number of devices active in a span of days; None if unknown.

        The device list also has inactive devices (contract §9; live only).
        """
        request = requests.count_active_devices(self.traits, app_id, start, end)
        return read_active_devices(await self.send(request))

    async def get_bundle_usage(self, app_id: str, *, start: date, end: date) -> Usage | None:
        """Return the share of devices on each bundle, day by day; None if unknown (§18.10)."""
        request = requests.get_bundle_usage(self.traits, app_id, start, end)
        return read_usage(await self.send(request))

    async def count_active_by_platform(
        self, app_id: str, *, start: date, end: date
    ) -> Mapping[str, int] | None:
        """Return the active devices of ``ios``, ``android``, ``electron`` and ``unknown``.

        None if unknown (contract §18.10).
        """
        request = requests.count_active_by_platform(self.traits, app_id, start, end)
        return read_active_by_platform(await self.send(request))

    async def ping(self) -> None:
        """Check that the server answers (contract §9; live only); needs no valid API key."""
        await self.send(requests.ping(self.traits))

    async def learn_revision(self, app_id: str) -> Revision:
        """Return the server's revision, after one or two cheap reads while it is unknown."""
        if self._caller.revision is None:
            await self._ask_one_device(app_id)
        if self._caller.revision is None:
            is_there = True
            try:
                await self._read_bundles_at(DOCUMENTED, app_id, None)
            except CapgoError as error:
                if error.status != 404:
                    raise
                is_there = False
            self._caller.narrow(lambda each: _has_same_path(DOCUMENTED, each) is is_there)
            # One that pages devices by cursor would have shown it in the reply before.
            self._caller.narrow(lambda each: each.devices_paging is not Paging.CURSOR)
        return self._caller.revision or Revision.LIVE

    # Writes

    @property
    def known_traits(self) -> Traits | None:
        """The traits by which a write would be built; None where it would learn them first."""
        is_certain = self.traits.fallback is None or self._caller.is_understood
        return self.traits if self.revision is not None and is_certain else None

    async def get_traits_for_write(self, app_id: str) -> Traits:
        """Return the traits of the server's revision, learned if necessary, to build a write.

        Raises:
            ReadOnlyError: when this client refuses writes.
            CapgoError: when the revision could not be learned.

        """
        if self._caller.read_only:
            raise ReadOnlyError("this client is read-only: nothing was sent")
        await self.learn_revision(app_id)
        if self.traits.fallback is not None and not self._caller.is_understood:
            await self._ask_one_device(app_id)
        return self.traits

    async def set_channel(self, app_id: str, name: str, settings: ChannelSettings) -> None:
        """Create a channel, or change what `settings` holds on an existing one (§6.2).

        Where the server would drop the bundle because `settings` does not name it (§11.5),
        the channel is read first and its present bundle sent along.
        """
        settings.dump()
        traits = await self.get_traits_for_write(app_id)
        if settings.bundle is UNSET and not traits.keeps_omitted_bundle:
            settings = settings.with_bundle(await self._read_bundle_name(app_id, name))
        await self.send(requests.set_channel(traits, app_id, name, settings))

    async def delete_channel(self, app_id: str, name: str, *, delete_bundle: bool = False) -> None:
        """Delete a channel and with it its device overrides (contract §6.3)."""
        traits = await self.get_traits_for_write(app_id)
        await self.send(requests.delete_channel(traits, app_id, name, delete_bundle=delete_bundle))

    async def link_device(
        self, app_id: str, device_id: str, channel: str, *, bundle: str | None = None
    ) -> None:
        """Override a device's channel; `bundle` is for older revisions (contract §7.2)."""
        traits = await self.get_traits_for_write(app_id)
        await self.send(requests.link_device(traits, app_id, device_id, channel, bundle=bundle))

    async def unlink_device(self, app_id: str, device_id: str) -> None:
        """Remove a device's override; no error when there is none (contract §7.3)."""
        traits = await self.get_traits_for_write(app_id)
        await self.send(requests.unlink_device(traits, app_id, device_id))

    async def delete_bundle(self, app_id: str, name: str) -> None:
        """Delete the one bundle of that exact name (contract §8.2).

        Raises UnsafeBundleName for a name that the server would take for "all" or "none".
        """
        bundle_name = BundleName(name)
        traits = await self.get_traits_for_write(app_id)
        await self.send(requests.delete_bundle(traits, app_id, bundle_name))

    async def delete_all_bundles(self, app_id: str) -> None:
        """Delete every bundle that ``traits.delete_all`` covers (contract §8.2)."""
        traits = await self.get_traits_for_write(app_id)
        await self.send(requests.delete_all_bundles(traits, app_id))

    async def promote_bundle(self, app_id: str, bundle_id: int, channel_id: int) -> None:
        """Put a bundle on a channel, both by id (contract §8.4; live only)."""
        traits = await self.get_traits_for_write(app_id)
        await self.send(requests.promote_bundle(traits, app_id, bundle_id, channel_id))

    async def create_bundle(
        self,
        app_id: str,
        name: str,
        *,
        external_url: str,
        checksum: str,
        session_key: str | None = None,
        key_id: str | None = None,
    ) -> None:
        """Register a zip that lies elsewhere as a bundle (contract §8.3; live only)."""
        traits = await self.get_traits_for_write(app_id)
        await self.send(
            requests.create_bundle(
                traits,
                app_id,
                name,
                external_url=external_url,
                checksum=checksum,
                session_key=session_key,
                key_id=key_id,
            )
        )

    async def set_bundle_metadata(
        self, app_id: str, bundle_id: int, *, link: str | None = None, comment: str | None = None
    ) -> None:
        """Set a bundle's link, comment or both (contract §8.5; live only)."""
        traits = await self.get_traits_for_write(app_id)
        await self.send(
            requests.set_bundle_metadata(traits, app_id, bundle_id, link=link, comment=comment)
        )

    async def _read_bundle_name(self, app_id: str, name: str) -> str | None:
        try:
            bundle = (await self.get_channel(app_id, name)).bundle
        except CapgoError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                return None
            raise
        if bundle is not None and bundle.wire_name is None:
            raise UnsupportedByRevision(
                f"the bundle of channel {name} has no name to send along: name one, or None"
            )
        return None if bundle is None else bundle.wire_name

    async def _read_device_page(
        self, build: Callable[..., Request], limit: int, position: Position
    ) -> Listing[Device]:
        """Read a page of devices, and a smaller one when its overrides were lost."""
        pages, requests_made = self._device_pages, 0
        page_limit = min(limit, pages.limit)
        while True:
            try:
                listing = await self._caller.ask(
                    partial(build, limit=page_limit, page=position.page, cursor=position.cursor),
                    lambda request: self._caller.list(
                        Device, request, lambda traits: traits.devices_paging
                    ),
                )
            except CapgoError as error:
                if error.code != NO_DEVICES:
                    raise
                listing = Listing((), by_cursor=True, has_more=False)
            requests_made += 1
            devices = [row for row in listing.rows[:MOST_IN_A_PAGE] if isinstance(row, Device)]
            pages.note(devices)
            if not listing.by_cursor or pages.tells_overrides(devices, listing.count):
                break
            if pages.limit >= page_limit:  # a smaller limit would not help
                for device in listing.rows:
                    if isinstance(device, Device):
                        device.mark_override_unknown()
                break
            page_limit = min(limit, pages.limit)
        return replace(listing, requests=requests_made)

    async def _ask_one_device(self, app_id: str) -> None:
        try:
            await self._caller.ask(
                lambda traits: requests.list_devices(traits, app_id, limit=1),
                lambda request: self._caller.list(Device, request),
            )
        except CapgoError as error:
            # A key that may not read devices may still write elsewhere; next refuses an app
            # without devices (§18.7).
            if error.kind is not ErrorKind.NOT_ALLOWED and error.code != NO_DEVICES:
                raise
            if error.code is not None:
                self._caller.narrow(lambda each: each.sends_error_codes)

    async def _read_bundle_page(self, app_id: str, page: int | None) -> Listing[Bundle]:
        if self._caller.revision is not None:
            return await self._read_bundles_at(self.traits, app_id, page)
        # Until the revision is known a 404 may mean the oldest one (contract §0, §12), and only
        # when neither address is there, a server that insists on a slash.
        no_route: CapgoError | None = None
        ways = itertools.product((False, True), (RECOGNITION_TRAITS, LEGACY))
        for number, (slash, traits) in enumerate(ways, 1):
            try:
                listing = await self._read_bundles_at(traits, app_id, page, slashes=(slash,))
            except CapgoError as error:
                if error.status != 404:
                    raise self._caller.mark_guess(error) from None
                no_route = no_route or error
                if number == 4:
                    raise self._caller.mark_guess(no_route) from None
            else:
                self._caller.narrow(partial(_has_same_path, traits))
                return replace(listing, requests=number)
        raise RuntimeError("no way to the bundles was tried")

    async def _read_bundles_at(
        self,
        traits: Traits,
        app_id: str,
        page: int | None,
        *,
        slashes: Sequence[bool] = (False, True),
    ) -> Listing[Bundle]:
        request = requests.list_bundles(traits, app_id, page=page)
        try:
            listing = await self._caller.list(
                Bundle, request, lambda traits: traits.bundles_paging, slashes=slashes
            )
        except CapgoError as error:
            if not is_end_of_bundle_list(error):
                raise
            return Listing(())
        if not listing.rows and self._caller.revision is not None:
            self._caller.narrow(lambda each: each.sends_empty_bundle_page)
        return replace(listing, whole=True) if traits.bundles_paging is Paging.WHOLE else listing


def _has_same_path(one: Traits, other: Traits) -> bool:
    return one.bundles_path == other.bundles_path
