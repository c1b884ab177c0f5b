"""Send requests, parse their replies, and learn the server's revision from them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from capgo_tui.api.errors import CapgoError, ErrorKind, ReadOnlyError
from capgo_tui.api.listing import Listing, UnreadableReplyError, parse_head, parse_list, parse_one
from capgo_tui.api.recognition import can_narrow, find_common, find_revisions, recognise
from capgo_tui.api.records import Unreadable
from capgo_tui.api.retry_policy import Attempts
from capgo_tui.api.revisions import RECOGNITION_TRAITS, TRAITS, Paging, Revision, Traits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence, Set

    from capgo_tui.api.records import RecordT
    from capgo_tui.api.requests import Request
    from capgo_tui.api.retry_policy import PendingRetry, RetryPolicy
    from capgo_tui.api.transport import Transport

_DEVICE_LISTS = {"list_devices", "find_devices"}
_LONG_REPLY = 64 * 1024  # bytes; parsing more takes milliseconds
_YIELD_SECONDS = 0.001  # seconds
_PARSE_IN_THREAD = 128 * 1024  # bytes; parsing more would hold up the event loop
MOST_IN_A_PAGE = 1_000
"""Rows of the largest page that a server which pages its lists gives (contract §5)."""

ResultT = TypeVar("ResultT")


def _is_misunderstood(error: CapgoError) -> bool:
    """Return whether a server does not know a parameter; live would send a code."""
    return error.status == 400 and error.kind is ErrorKind.BAD_REQUEST and error.code is None


def _ignore(_request: Request, _why: str) -> None:
    """Do nothing."""


class Caller:
    """Calls to one server with one API key."""

    def __init__(
        self,
        transport: Transport,
        *,
        revision: Revision | None,
        read_only: bool,
        retry_policy: RetryPolicy | None = None,
        on_retry: Callable[[PendingRetry], None] | None = None,
        on_unreadable: Callable[[Request, str], None] | None = None,
    ) -> None:
        self._candidates = frozenset(Revision if revision is None else {revision})
        self.traits = RECOGNITION_TRAITS if revision is None else TRAITS[revision]
        """The traits of the revision; while unknown, those that most revisions share for reads."""
        self.is_understood = False
        """Whether the server has answered a read that was built by these traits."""
        self.read_only = read_only
        self.attempts = Attempts(retry_policy, on_retry)
        self._transport = transport
        self._on_unreadable = on_unreadable or _ignore

    @property
    def revision(self) -> Revision | None:
        """The revision given or learned; None while unknown."""
        return self.traits.revision

    @property
    def key_refused(self) -> bool:
        """Whether the server has refused the API key."""
        return self.attempts.refusal is not None

    def narrow(self, fits: Callable[[Traits], bool]) -> None:
        """Note the traits that a reply shows."""
        self._narrow(find_revisions(fits))

    def _narrow(self, revisions: Set[Revision]) -> None:
        """Keep the candidates that may have sent a reply, unless there are none.

        A revision that the others extend is used until a reply shows one of them.
        """
        self._candidates = self._candidates & revisions or self._candidates
        common = find_common(self._candidates)
        if common is not None and common is not self.revision:
            self.traits = TRAITS[common]

    async def ask(
        self,
        build: Callable[[Traits], Request],
        send: Callable[[Request], Awaitable[ResultT]],
    ) -> ResultT:
        """Send a read built by the current traits, then once by others if it is not understood.

        The others are the traits learned meanwhile, else ``Traits.fallback``; if the server
        understands them, they are used from then on.
        """
        traits = self.traits
        try:
            result = await send(build(traits))
        except CapgoError as error:
            other = self._find_other_traits(traits)
            if not _is_misunderstood(error) or other is None or build(other) == build(traits):
                raise self.mark_guess(error) from None
            first = error
        else:
            self.is_understood = True
            return result
        try:
            result = await send(build(other))
        except CapgoError as error:
            if _is_misunderstood(error):
                raise self.mark_guess(first) from None
            if error.kind in (ErrorKind.NOT_FOUND, ErrorKind.NOT_ALLOWED):
                self._use(other)
            raise
        self._use(other)
        return result

    def _find_other_traits(self, traits: Traits) -> Traits | None:
        """Return the traits to try after a read built by `traits` was refused."""
        if self.traits is traits or traits.fallback is None:
            return traits.fallback if self.traits is traits else self.traits
        return traits.fallback if self.revision is traits.fallback.revision else self.traits

    def _use(self, traits: Traits) -> None:
        """Use traits that the server has understood, unless another revision was recognised."""
        if traits.revision is not None and self.revision in (None, traits.revision):
            self._candidates = frozenset({traits.revision})
            self.traits = traits
            self.is_understood = True

    def mark_guess(self, error: CapgoError) -> CapgoError:
        """Mark an error that a wrongly guessed revision may have caused."""
        doubtful = (ErrorKind.BAD_REQUEST, ErrorKind.NOT_FOUND, ErrorKind.SERVER_FAULT)
        error.is_revision_guessed = self.revision is None and error.kind in doubtful
        return error

    async def send(self, request: Request) -> bytes:
        """Send one request, as `Attempts.make` does.

        Raises ReadOnlyError for a write of a read-only client.
        """
        if request.writes and self.read_only:
            raise ReadOnlyError(f"this client is read-only: {request.name} was not sent")
        body = await self.attempts.make(request, partial(self._transport.send, request))
        self._narrow(self._recognise(request, body))
        return body

    async def list(
        self,
        model: type[RecordT],
        request: Request,
        paging: Callable[[Traits], Paging] = lambda _: Paging.PAGES,
        *,
        slashes: Sequence[bool] = (False, True),
    ) -> Listing[RecordT]:
        """Send a list request; `paging` returns from the traits how this list is paged.

        `slashes` is passed to `Transport.read`.
        """
        listing = await self._read(request, partial(parse_list, model), slashes)
        unreadable = [row for row in listing.rows if isinstance(row, Unreadable)]
        if unreadable:
            count = len(unreadable) + listing.extra_unreadable
            rows = "1 row" if count == 1 else f"{count} rows"
            self._on_unreadable(request, f"{rows} unreadable: {unreadable[0].why}")
        known_paging = None if self.revision is None else paging(self.traits)
        if known_paging is Paging.WHOLE:
            return Listing(listing.rows, whole=True, extra_unreadable=listing.extra_unreadable)
        # Other lists in an object with `data` (§12) know page numbers only.
        return replace(
            listing,
            by_cursor=listing.by_cursor and request.operation in _DEVICE_LISTS,
            by_number=known_paging is Paging.PAGES,
            too_many=known_paging is not None and listing.count > MOST_IN_A_PAGE,
        )

    async def read_one(
        self, model: type[RecordT], request: Request, is_wanted: Callable[[RecordT], bool]
    ) -> RecordT:
        """Send a request for one row; some servers send a list, in which `is_wanted` finds it."""
        reply = await self._read(request, partial(parse_one, model))
        rows = reply.rows if isinstance(reply, Listing) else (reply,)
        for row in rows:
            if isinstance(row, model) and is_wanted(row):
                return row
        what = request.operation.removeprefix("get_")
        raise CapgoError(
            f"Cannot find {what}", kind=ErrorKind.NOT_FOUND, status=200, request=request.name
        )

    async def _read(
        self,
        request: Request,
        parse: Callable[[bytes], ResultT],
        slashes: Sequence[bool] = (False, True),
    ) -> ResultT:
        """Send a read and parse its reply; an unparsable reply counts as a failed try."""

        async def attempt(number: int) -> ResultT:
            body = await self._transport.read(request, number, slashes=slashes)
            result = await self._parse(request, body, parse)
            if len(body) > _LONG_REPLY:
                # Parsing and processing the rows each block the loop: yield in between.
                await asyncio.sleep(_YIELD_SECONDS)
            return result

        return await self.attempts.make(request, attempt)

    async def _parse(
        self, request: Request, body: bytes, parse: Callable[[bytes], ResultT]
    ) -> ResultT:
        def work() -> tuple[ResultT, frozenset[Revision]]:
            return parse(body), self._recognise(request, body)

        try:
            if len(body) < _PARSE_IN_THREAD:
                result, revisions = work()
            else:
                result, revisions = await asyncio.to_thread(work)
        except UnreadableReplyError as error:
            self._on_unreadable(request, f"unreadable: {error}")
            raise CapgoError(
                f"{request.name} answered something unexpected: {error}",
                kind=ErrorKind.SERVER_FAULT,
                status=200,
                request=request.name,
            ) from None
        except Exception as fault:
            raise CapgoError(
                f"the answer to {request.name} cannot be read ({type(fault).__name__})",
                kind=ErrorKind.SERVER_FAULT,
                status=200,
                request=request.name,
                lasting=True,
            ) from fault
        self._narrow(revisions)
        return result

    def _recognise(self, request: Request, body: bytes) -> frozenset[Revision]:
        if not can_narrow(self._candidates, request.name):
            return self._candidates
        try:
            return recognise(request.name, parse_head(body))
        except ValueError:
            return self._candidates
