"""The rules by which a device takes a bundle of a channel or not (contract §6, §18.11).

The update server applies them to what the device sends it. A rule that rests on something the
public API does not tell has the verdict "not known".
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.routing import PLATFORMS
from capgo_tui.workspace.sorting import NO_VERSION, order_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.records import BundleRef
    from capgo_tui.workspace.routing import Flags

_NUMBER: Final = "([0-9]{1,18})"
_CORE: Final = re.compile(rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?![0-9])")


class Verdict(StrEnum):
    """What one rule says of a device."""

    PASSES = "passes"
    BLOCKS = "blocks"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, its verdict, and the facts it rests on."""

    name: str
    verdict: Verdict
    reason: str


def list_channel_rules(device: Device, channel: Channel, flags: Flags) -> Iterator[Rule]:
    """Return what a channel allows: platforms, builds and kinds of device."""
    platform = (device.platform or "").lower()
    if device.channel is not None and platform in PLATFORMS:
        title = PLATFORMS[platform]
        yield _make_flag_rule(
            "platform",
            flags[platform],
            f"{channel.name} serves {title}",
            f"{channel.name} does not serve {title}",
            f"whether {channel.name} serves {title} is unknown",
        )
    yield _make_kind_rule(
        "build",
        device.is_prod,
        ("production build", channel.allow_prod),
        ("development build", channel.allow_dev),
        channel.name,
    )
    yield _make_kind_rule(
        "device",
        device.is_emulator,
        ("emulator", channel.allow_emulator),
        ("physical device", channel.allow_device),
        channel.name,
    )


def _make_flag_rule(name: str, flag: bool | None, yes: str, no: str, unknown: str) -> Rule:
    if flag is None:
        return Rule(name, Verdict.UNKNOWN, unknown)
    return Rule(name, Verdict.PASSES, yes) if flag else Rule(name, Verdict.BLOCKS, no)


def _make_kind_rule(
    name: str,
    is_first: bool | None,
    first: tuple[str, bool | None],
    second: tuple[str, bool | None],
    channel: str,
) -> Rule:
    """Return whether a channel allows the kind of a device: the first one or the second."""
    if is_first is None:
        if first[1] and second[1]:
            return Rule(name, Verdict.PASSES, f"{channel} allows every kind")
        if first[1] is False and second[1] is False:
            return Rule(name, Verdict.BLOCKS, f"{channel} allows neither kind")
        return Rule(name, Verdict.UNKNOWN, f"whether it is a {first[0]} is unknown")
    kind, is_allowed = first if is_first else second
    return _make_flag_rule(
        name,
        is_allowed,
        f"{kind}: {channel} allows it",
        f"{kind}: {channel} does not allow it",
        f"{kind}: whether {channel} allows it is unknown",
    )


def list_bundle_rules(
    device: Device, channel: Channel, offer: BundleRef, bundle: Bundle | None, *, names_it: bool
) -> Iterator[Rule]:
    """Return whether a device takes a bundle: versions and encryption."""
    about = f" for {offer.name}" if names_it and offer.name else ""
    yield _make_policy_rule(device, channel, offer, bundle, f"update policy{about}")
    yield _make_under_native_rule(device, channel, offer, f"not below native{about}")
    yield _make_encryption_rule(device, bundle, f"encryption{about}")


def _make_policy_rule(
    device: Device, channel: Channel, offer: BundleRef, bundle: Bundle | None, name: str
) -> Rule:
    policy, native = channel.disable_auto_update, device.version_build
    if policy == "none":
        return Rule(name, Verdict.PASSES, "none: every version")
    if policy is None:
        return Rule(name, Verdict.UNKNOWN, f"the policy of {channel.name} is unknown")
    if policy == "version_number":
        return _make_minimum_rule(native, bundle, name)
    theirs, mine = _parse_core(offer.name), _parse_core(native)
    if policy not in ("major", "minor", "patch") or theirs is None or mine is None:
        return Rule(name, Verdict.UNKNOWN, f"{policy}: {_describe_versions(offer.name, native)}")
    places = {"major": 1, "minor": 2, "patch": 3}[policy]
    versions = _describe_versions(offer.name, native)
    if policy == "patch":
        # The one policy that wants more: a higher patch of the same minor version.
        passes = theirs[:2] == mine[:2] and theirs[2] > mine[2]
        return _make_verdict(name, passes=passes, reason=f"patch: {versions}")
    return _make_verdict(
        name, passes=theirs[:places] <= mine[:places], reason=f"{policy}: {versions}"
    )


def _make_minimum_rule(native: str | None, bundle: Bundle | None, name: str) -> Rule:
    if bundle is None:
        return Rule(name, Verdict.UNKNOWN, "metadata: the bundle is not loaded")
    minimum = bundle.min_update_version
    if minimum is None:
        if not bundle.has_field("min_update_version"):
            return Rule(name, Verdict.UNKNOWN, "metadata: the minimum version is unknown")
        reason = f"metadata: {bundle.name} has no minimum version, so that no device takes it"
        return Rule(name, Verdict.BLOCKS, reason)
    order = compare_versions(native, minimum)
    if order is None:
        return Rule(name, Verdict.UNKNOWN, f"metadata: needs {minimum}, native is not known")
    return _make_verdict(
        name, passes=order >= 0, reason=f"metadata: needs native {minimum}, has {native}"
    )


def _make_under_native_rule(device: Device, channel: Channel, offer: BundleRef, name: str) -> Rule:
    forbids, native = channel.disable_auto_update_under_native, device.version_build
    if forbids is False:
        return Rule(name, Verdict.PASSES, f"{channel.name} allows versions below the native one")
    order, versions = compare_versions(offer.name, native), _describe_versions(offer.name, native)
    if order is None:
        return Rule(name, Verdict.UNKNOWN, versions)
    if order >= 0:
        return Rule(name, Verdict.PASSES, versions)
    verdict = Verdict.BLOCKS if forbids else Verdict.UNKNOWN
    return Rule(name, verdict, f"below native: {versions}")


def _make_encryption_rule(device: Device, bundle: Bundle | None, name: str) -> Rule:
    if bundle is None:
        return Rule(name, Verdict.UNKNOWN, "the bundle is not loaded")
    if bundle.has_session_key is False:
        return Rule(name, Verdict.PASSES, "not encrypted")
    if bundle.key_id is None or device.key_id is None:
        return Rule(name, Verdict.UNKNOWN, "the key of the bundle or of the device is unknown")
    if bundle.key_id == device.key_id:
        return Rule(name, Verdict.PASSES, f"encrypted for key {bundle.key_id}, which it has")
    reason = f"encrypted for key {bundle.key_id}, the device has {device.key_id}"
    return Rule(name, Verdict.BLOCKS, reason)


def _make_verdict(name: str, *, passes: bool, reason: str) -> Rule:
    return Rule(name, Verdict.PASSES if passes else Verdict.BLOCKS, reason)


def _describe_versions(version: str | None, native: str | None) -> str:
    return f"{version or 'unknown'}, native {native or 'unknown'}"


def _parse_core(version: str | None) -> tuple[int, int, int] | None:
    """Return major, minor and patch of a version; None for what is no version."""
    match = _CORE.match(version or "")
    if match is None:
        return None
    major, minor, patch = (int(part or 0) for part in match.groups())
    return major, minor, patch


def compare_versions(one: str | None, other: str | None) -> int | None:
    """Compare two versions; None where one of them is no version."""
    values = order_version(one), order_version(other)
    first, second = values
    if first is None or second is None:
        return None
    if first.startswith(NO_VERSION) or second.startswith(NO_VERSION):
        return None
    return (first > second) - (first < second)
