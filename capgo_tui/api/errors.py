"""Errors of the server and the network, and refusals before anything is sent."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from capgo_tui.api.jsonvalue import JSON


class ErrorKind(StrEnum):
    """What an error means for the user (contract §2, §12)."""

    KEY_REFUSED = "key_refused"
    """The key is missing, wrong or expired. Do not try again: 20 failures lock the address."""
    NOT_ALLOWED = "not_allowed"
    """The key is good but may not do this, or the app does not exist: the server says the same."""
    NOT_FOUND = "not_found"
    """No such channel, device, bundle, app or route."""
    RATE_LIMITED = "rate_limited"
    """Too many requests; see ``retry_after``."""
    RULE = "rule"
    """A rule of Capgo forbids it: linked bundle, public channel override, taken name…"""
    BAD_REQUEST = "bad_request"
    """The server does not understand a value that was sent."""
    SERVER_FAULT = "server_fault"
    """The server failed, or answered something that is not Capgo's API."""
    UNREACHABLE = "unreachable"
    """No answer: name, network, TLS, time-out, dropped connection."""


class Scope(StrEnum):
    """What an error is about, beyond the one request that met it."""

    DEVICE = "device"
    """Requests about the same device."""
    KEY = "key"
    """Every request with the same key."""
    ADDRESS = "address"
    """Every request from the same network address."""


LOCK_REASON: Final = "too_many_failed_auth_attempts"
_ADDRESS_LIMITS: Final = (LOCK_REASON, "ip_rate_limit_exceeded")
_ARGUMENT_OF_CODE: Final = {
    "invalid_version_format": "version",
    "version_already_exists": "version",
    "missing_version": "version",
    "invalid_protocol": "external_url",
    "missing_external_url": "external_url",
    "missing_checksum": "checksum",
    "encryption_required": "session_key",
    "encryption_key_required": "key_id",
    "encryption_key_mismatch": "key_id",
}
"""What is wrong with a new bundle, by the code of the refusal (contract §8.3)."""
_OF_RATE_LIMITERS: Final = ("rate limited", "too many requests")
LOCKED_SECONDS: Final = 15 * 60
"""Seconds that an address is locked after 20 refused API keys (§3)."""


class CapgoError(Exception):
    """A request failed. Every text in it is clean and without the API key.

    ``kind``: what it means. ``status``: HTTP status, None without an answer.
    ``code``: Capgo's own error code. ``message``: one line to show.
    ``detail``: ``moreInfo`` or the older revisions' error detail.
    ``retry_after``: seconds to wait, if the server says so. ``request``: such as ``GET /device``.
    ``request_id``: the ``X-Request-Id`` header. ``maybe_sent``: the request was a write and
    may have taken effect, so read again before trying again. ``lasting``: the
    same request would fail again.
    ``is_revision_guessed``: the revision was only guessed when the request was built, which
    may be the cause. ``hint``: a possible cause, in our words.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: ErrorKind,
        status: int | None = None,
        code: str | None = None,
        detail: JSON = None,
        retry_after: float | None = None,
        request: str = "",
        request_id: str | None = None,
        maybe_sent: bool = False,
        lasting: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.request = request
        self.request_id = request_id
        self.maybe_sent = maybe_sent
        self.lasting = lasting
        self.is_revision_guessed = False
        self.hint = ""

    @property
    def scope(self) -> Scope | None:
        """What else is refused with it; None where the server tells of nothing else (§3)."""
        if self.kind is ErrorKind.KEY_REFUSED:
            return Scope.KEY
        if self.kind is not ErrorKind.RATE_LIMITED or not isinstance(self.detail, dict):
            return None
        reason = self.detail.get("reason")
        if reason is not None:
            return Scope.ADDRESS if reason in _ADDRESS_LIMITS else Scope.KEY
        return Scope.DEVICE if "device_id" in self.detail else None

    @property
    def locks_address(self) -> bool:
        """Whether the server locks this address for a while (contract §3)."""
        detail = self.detail
        return isinstance(detail, dict) and detail.get("reason") == LOCK_REASON

    @property
    def is_name_taken(self) -> bool:
        """Whether a bundle's name seems to be taken, which no reply says of a deleted one's."""
        return self.code == "cannot_create_bundle" and self.message == "Cannot create bundle"

    @property
    def argument(self) -> str | None:
        """The argument of a new bundle that the server refused; None where it names none."""
        return "version" if self.is_name_taken else _ARGUMENT_OF_CODE.get(self.code or "")

    def __repr__(self) -> str:
        return f"CapgoError({self.message!r}, kind={self.kind.value}, status={self.status})"


def is_from_rate_limiter(message: str) -> bool:
    """Whether the message of an error is a rate limiter's, which no limit counts (contract §3)."""
    return any(words in message.lower() for words in _OF_RATE_LIMITERS)


class EndlessList(CapgoError):  # noqa: N818  # it names what the list is
    """A list is longer than any real one; reading continues on request."""

    def __init__(self, records: int) -> None:
        super().__init__(
            f"the list does not come to an end: {records:,} records so far".replace(",", " "),
            kind=ErrorKind.SERVER_FAULT,
            lasting=True,
        )


class Refusal(ValueError):  # noqa: N818  # one of the reasons below, not a fault  # it names what happened, not a fault
    """Refused by the client before a request was built: nothing was sent."""


class InsecureServer(Refusal):
    """The server address is unencrypted or unusable."""


class InvalidEnvironment(Refusal):
    """A variable names a proxy or certificates that cannot be used."""


class ReadOnlyError(Refusal):
    """The client was opened read-only and this is a write."""


class UnsupportedByRevision(Refusal):
    """The server's revision of the API has no such operation, setting or filter."""


class UnsafeBundleName(Refusal):
    """A bundle name that a delete must never carry: empty means "all" to the server (§8.2)."""


class InvalidSetting(Refusal):
    """A value outside the range or the choices of contract §6.2 and §6.4."""


class InvalidArgument(Refusal):
    """An argument that no revision can take: an empty name, a limit above 150."""
