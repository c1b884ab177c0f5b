"""The catalogue of writes: keys, confirmation, and the expected result.

Every test of all writes goes through it: each write in each revision, the floods of keys, the
production profiles, and the monkey. An action that writes and is not in it fails `test_actions.py`,
a kind of change that meets no faults `tests/workspace/changes/test_faults.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.support.world import APP, CHANNELS, bundle, channel, device_id, state
from tests.tui.bundles import left
from tests.tui.channels import row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.server import Server

JULY: Final = ("live",)
AUTUMN: Final = ("next",)
LIVE: Final = ("live", "next")
NEWER: Final = ("live", "next", "documented")
OLDER: Final = ("documented", "legacy")
ALL: Final = ("live", "next", "documented", "legacy")
SUM: Final = "0a" * 32
UNTOLD: Final = "this server does not report which override it had before"
MARKING: Final = frozenset({"u", "g", "G", "j", "k", "space"})
"""Keys before the key of a write, to mark its records."""
FOR_GOOD: Final = "a deleted bundle cannot be brought back"


class Until(str):
    """A text to wait for between keys."""

    __slots__ = ()


class Row(str):
    """A row of a channel's form to go down to."""

    __slots__ = ()


@dataclass(frozen=True)
class Write:
    """One write and its expected result."""

    name: str
    revisions: tuple[str, ...]
    under: str
    """The record under the cursor."""
    keys: tuple[str, ...]
    holds: Callable[[Server], object]
    """Reads what the write changes from the database..."""
    after: object
    """...and its value after the write."""
    kind: str
    ask: str = ""
    """Empty for a line, ``list`` for a dialog, else what has to be typed."""
    count: int = 1
    """Number of journal entries."""
    state: OutcomeState = OutcomeState.VERIFIED
    undo: str = ""
    """As `ask`, for the undo; ``!`` and the reason if there is none."""
    first: str = ""
    """SQL that prepares the sandbox."""
    devices: tuple[str, ...] = ()
    """The ids of the devices whose overrides it writes."""

    @property
    def action_key(self) -> str:
        """The key of the action: the first one that does not mark."""
        return next(key for key in self.keys if key not in MARKING)

    @property
    def opening(self) -> tuple[str, ...]:
        """The keys that open its form or its question."""
        return self.keys[: self.keys.index(self.action_key) + 1]

    @property
    def has_form(self) -> bool:
        """Whether a form or a text to type comes before the question."""
        return self.keys != self.opening or self.ask not in {"", "list"}

    @property
    def keys_to_question(self) -> tuple[str, ...]:
        """The keys up to the question that ``y`` answers: with the text that has to be typed."""
        if self.ask in {"", "list"}:
            return self.keys
        return (*self.keys, Until(f"type {self.ask} ›"), *self.ask, "enter")

    def split_at_last_wait(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the keys to the question up to the last wait, and those after it."""
        keys = self.keys_to_question
        waits = [at for at, key in enumerate(keys, 1) if isinstance(key, Until | Row)]
        end = waits[-1] if waits else 0
        return keys[:end], keys[end:]


def setting(name: str, field: str) -> Callable[[Server], object]:
    return lambda server: row(server, name).get(field)


def find_bundle(name: str) -> Callable[[Server], object]:
    return setting(name, "bundle")


def overrides(devices: tuple[str, ...]) -> Callable[[Server], object]:
    return lambda server: [server.overrides().get(each) for each in devices]


def rollout(server: Server) -> object:
    beta = row(server, "beta")
    return (
        beta["bundle"],
        beta["rollout_version"],
        beta["rollout_enabled"],
        beta["rollout_percentage_bps"],
        beta["rollout_paused_at"] is not None,
    )


def rollout_if_any(server: Server) -> object:
    return rollout(server) if row(server, "beta") else None


def notes(server: Server) -> object:
    with server.store.open_for_reading() as db:
        return db.execute("SELECT comment FROM bundles WHERE name = '1.0.6'").fetchone()[0]


def defaults(server: Server) -> object:
    return [name for name in CHANNELS if row(server, name).get("public")]


FIRST_THREE: Final = ("u", "g", "space", "space", "space")
LAST_TWO: Final = ("u", "G", "space", "k", "space")
KEEP: Final = (Until("2 unknown to the server, left out"), "k", Until("server, kept"))
NO_BUNDLE: Final = (Until("with a bundle?"), "enter")
REVIEW: Final = (*["pagedown"] * 6, "enter")
"""Enter on the last row of a channel's form."""
UNKNOWN: Final = ("one", "two")
"""Ids of devices that the server does not know."""
TYPE_UNKNOWN: Final = ("O", *"one two", "tab")
OVERRIDE_UNKNOWN: Final = (
    "INSERT OR IGNORE INTO overrides (app_id, device_id, channel_id) SELECT app_id, o.name, id"
    " FROM channels, (SELECT 'one' AS name UNION SELECT 'two') o WHERE channels.name = 'qa'"
)


def device_write(
    name: str,
    revisions: tuple[str, ...],
    devices: tuple[str, ...],
    keys: tuple[str, ...],
    channel: str | None,
    *,
    is_verified: bool,
    first: str = "",
) -> Write:
    """Return a write of overrides: of the device under the cursor, or of some in a dialog."""
    is_one = len(devices) == 1
    ask = "" if is_one else "list"
    return Write(
        name,
        revisions,
        devices[0] if is_one else "",
        keys,
        overrides(devices),
        [channel] * len(devices),
        "device.override",
        ask,
        len(devices),
        OutcomeState.VERIFIED if is_verified else OutcomeState.UNVERIFIED,
        ask if is_verified else f"!{UNTOLD}",
        first,
        devices,
    )


def ids(*numbers: int) -> tuple[str, ...]:
    return tuple(map(device_id, numbers))


def device_writes() -> Iterator[Write]:
    """Yield the writes of the devices: the older revisions tell no override, nor do unknown ids."""
    for is_verified in (True, False):
        revisions = LIVE if is_verified else OLDER
        override = ("o", *"beta", "enter", *(() if is_verified else NO_BUNDLE))
        yield device_write("o", revisions, ids(1), override, "beta", is_verified=is_verified)
        yield device_write("x", revisions, ids(12), ("x",), None, is_verified=is_verified)
        keys = (*FIRST_THREE, *override)
        yield device_write(
            "o marked", revisions, ids(1, 2, 3), keys, "beta", is_verified=is_verified
        )
        keys = (*LAST_TWO, "x")
        yield device_write("x marked", revisions, ids(11, 12), keys, None, is_verified=is_verified)
        with_unknown = LIVE if is_verified else ("documented",)
        keys = (*TYPE_UNKNOWN, "o", *KEEP, *override)
        yield device_write("O, o", with_unknown, UNKNOWN, keys, "beta", is_verified=False)
    keys = (*TYPE_UNKNOWN, "x", *KEEP, "x")
    yield device_write("O, x", ALL, UNKNOWN, keys, None, is_verified=False, first=OVERRIDE_UNKNOWN)


DEVICES: Final = tuple(device_writes())
ROLLOUT: Final = (
    "UPDATE channels SET version = 1, rollout_version = 3, rollout_enabled = {on},"
    " rollout_percentage_bps = 1000, rollout_paused_at = {paused} WHERE name = 'beta'"
)
CHANGE_BY_OTHERS: Final = (
    "INSERT INTO audit_logs (created_at, table_name, record_id, operation, org_id, old_record,"
    " new_record) SELECT '2026-11-21T23:00:00.000000+00:00', 'channels', CAST(id AS TEXT),"
    " 'UPDATE', 'org-1', json_object('id', id, 'version', 6), json_object('id', id, 'version', 1)"
    " FROM channels WHERE name = 'beta'"
)
"""An entry of the audit history, later than all that a test writes."""
ROLLOUT_OFF, ROLLOUT_ON = ROLLOUT.format(on=0, paused="NULL"), ROLLOUT.format(on=1, paused="NULL")
ROLLOUT_NONE: Final = (
    "UPDATE channels SET version = 1, rollout_version = NULL, rollout_enabled = 0,"
    " rollout_percentage_bps = 0, rollout_paused_at = NULL WHERE name = 'beta'"
)
ROLLOUT_PAUSED = ROLLOUT.format(on=1, paused="'2026-11-20T00:00:00.000000+00:00'")
CHANNELS_OWN: Final = (
    Write("n", ALL, "beta",
          ("n", *"pr-7", "down", "down", *"1.0.3", "up", "up", "up", "enter"),
          find_bundle("pr-7"), "1.0.3", "channel.create", undo="pr-7"),
    Write("e", NEWER, "beta", ("e", Row("emulators"), "space", *REVIEW),
          setting("beta", "allow_emulator"), 0, "channel.settings"),
    Write("e", ("legacy",), "beta", ("e", Row("default channel"), "space", *REVIEW), defaults,
          ["beta"], "channel.settings", "list", undo="list"),
    Write("e of a default", NEWER, "beta", ("e", Row("default channel"), "space", *REVIEW),
          defaults, ["beta"], "channel.settings", "list", undo="list"),
    Write("l", ALL, "beta", ("l", *"1.0.5", "enter"), find_bundle("beta"), "1.0.5",
          "channel.promote"),
    Write("l on a default", ALL, "production", ("l", *"1.0.5", "enter"), find_bundle("production"),
          "1.0.5", "channel.promote", "list", undo="list"),
    Write("x", NEWER, "beta", ("x",), find_bundle("beta"), None, "channel.settings"),
    Write("H", LIVE, "beta", ("H", Until("1.0.6 → 1.0.1"), "g", "z"), find_bundle("beta"), "1.0.6",
          "channel.promote", first=CHANGE_BY_OTHERS),
    Write("b", ALL, "qa", ("b",), find_bundle("qa"), "1.0.3", "channel.rollback"),
    Write("start", LIVE, "beta", ("e", Row("▸ start"), "enter"), rollout,
          ("1.0.1", 3, 1, 1000, False), "channel.settings", first=ROLLOUT_OFF),
    Write("pause", LIVE, "beta", ("e", Row("▸ pause"), "enter"), rollout,
          ("1.0.1", 3, 1, 1000, True), "channel.settings", first=ROLLOUT_ON),
    Write("resume", LIVE, "beta", ("e", Row("▸ resume"), "enter"), rollout,
          ("1.0.1", 3, 1, 1000, False), "channel.settings", first=ROLLOUT_PAUSED),
    Write("promote to stable", LIVE, "beta", ("e", Row("▸ promote to stable"), "enter"), rollout,
          ("1.0.3", None, 0, 0, False), "channel.settings", first=ROLLOUT_ON),
    Write("roll back", LIVE, "beta", ("e", Row("▸ roll back"), "enter"), rollout,
          ("1.0.1", None, 0, 0, False), "channel.settings", first=ROLLOUT_ON),
    Write("R, start", LIVE, "beta",
          ("R", "t", *"1.0.3", "enter", Until("target 1.0.3"), "s"), rollout,
          ("1.0.1", 3, 1, 1000, False), "channel.settings", first=ROLLOUT_NONE),
    Write("R, on", LIVE, "beta", ("R", "s"), rollout, ("1.0.1", 3, 1, 1000, False),
          "channel.settings", first=ROLLOUT_OFF),
    Write("R, resume", LIVE, "beta", ("R", "s"), rollout, ("1.0.1", 3, 1, 1000, False),
          "channel.settings", first=ROLLOUT_PAUSED),
    Write("R, share", LIVE, "beta", ("R", "right", "s"), rollout,
          ("1.0.1", 3, 1, 2500, False), "channel.settings", first=ROLLOUT_ON),
    Write("R, typed share", LIVE, "beta", ("R", "3", "2", "s"), rollout,
          ("1.0.1", 3, 1, 3200, False), "channel.settings", first=ROLLOUT_ON),
    Write("R, other target", LIVE, "beta",
          ("R", "t", *"1.0.4", "enter", Until("chosen 1.0.4"), "s"), rollout,
          ("1.0.1", 4, 1, 1000, False), "channel.settings", first=ROLLOUT_PAUSED),
    Write("R, pause", LIVE, "beta", ("R", "p"), rollout, ("1.0.1", 3, 1, 1000, True),
          "channel.settings", first=ROLLOUT_ON),
    Write("R, finish", LIVE, "beta", ("R", "f"), rollout, ("1.0.3", None, 0, 0, False),
          "channel.settings", first=ROLLOUT_ON),
    Write("R, stop", LIVE, "beta", ("R", "k"), rollout, ("1.0.1", None, 0, 0, False),
          "channel.settings", first=ROLLOUT_PAUSED),
    *(
        write
        for first, on, is_paused in (
            (ROLLOUT_ON, 1, False), (ROLLOUT_PAUSED, 1, True), (ROLLOUT_OFF, 0, False)
        )
        for write in (
            Write("l, rollout", JULY, "beta", ("l", *"1.0.5", "enter"), rollout,
                  ("1.0.5", 3, on, 1000, is_paused), "channel.promote", "list", undo="list",
                  first=first),
            Write("l, rollout", AUTUMN, "beta", ("l", *"1.0.5", "enter"), rollout,
                  ("1.0.5", None, 0, 1000, False), "channel.promote", "list", undo="list",
                  first=first),
            Write("x, rollout", JULY, "beta", ("x",), rollout, (None, 3, on, 1000, is_paused),
                  "channel.settings", "list", undo="list", first=first),
            Write("x, rollout", AUTUMN, "beta", ("x",), rollout, (None, None, 0, 1000, False),
                  "channel.settings", "list", undo="list", first=first),
            Write("b, rollout", JULY, "beta", ("b",), rollout, ("1.0.1", 3, on, 1000, is_paused),
                  "channel.rollback", "list", undo="list",
                  first=first.replace("version = 1,", "version = 2,", 1)),
            Write("b, rollout", AUTUMN, "beta", ("b",), rollout, ("1.0.1", None, 0, 1000, False),
                  "channel.rollback", "list", undo="list",
                  first=first.replace("version = 1,", "version = 2,", 1)),
            Write("D, rollout", LIVE, "beta", ("D",), rollout_if_any,
                  None, "channel.delete", "beta", undo="list", first=first),
        )
    ),
    Write("switched off", JULY, "beta", ("e", Row("rollout on"), "space", *REVIEW), rollout,
          ("1.0.1", 3, 0, 1000, False), "channel.settings", first=ROLLOUT_ON),
    Write("switched off", AUTUMN, "beta", ("e", Row("rollout on"), "space", *REVIEW), rollout,
          ("1.0.1", None, 0, 1000, False), "channel.settings", "list", undo="list",
          first=ROLLOUT_ON),
    Write("D", ALL, "internal", ("D",), find_bundle("internal"), None, "channel.delete", "internal",
          undo="list"),
)  # fmt: skip
NEWEST_DELETED: Final = "UPDATE bundles SET deleted = 1 WHERE name = '1.0.6'"
HALF_DELETED: Final = "UPDATE bundles SET deleted = 1 WHERE name IN ('1.0.3', '1.0.5', '1.0.6')"
UNLINK_ALL: Final = "UPDATE channels SET version = NULL"
BUNDLES: Final = (
    Write("l", ALL, "1.0.6", ("l", *"beta", Until("of 6 channels"), "enter"), find_bundle("beta"),
          "1.0.6", "channel.promote"),
    Write("l marked", ALL, "1.0.6",
          ("l", *"beta", Until("of 6 channels"), "space", "space", Until("2 marked"), "enter"),
          lambda server: [find_bundle(name)(server) for name in ("beta", "beta-two")],
          ["1.0.6", "1.0.6"], "channel.promote", "list", 2, undo="list"),
    Write("e", LIVE, "1.0.6", ("e", "end", *" again", "ctrl+s", "enter"), notes,
          "build 6 again", "bundle.notes"),
    Write("n", LIVE, "1.0.6",
          ("n", *"2.0.0", "tab", *"https://e.com/z", "tab", *SUM, "ctrl+s", "enter"),
          lambda server: "2.0.0" in left(server), True, "bundle.register", undo="2.0.0"),
    Write("D", NEWER, "1.0.6", ("D",), lambda server: "1.0.6" in left(server), False,
          "bundle.delete", "1.0.6", undo=f"!{FOR_GOOD}"),
    Write("D marked", NEWER, "", ("g", "space", "j", "space", "D"), left,
          ["1.0.1", "1.0.2", "1.0.4"], "bundle.delete", "2", 2, undo=f"!{FOR_GOOD}",
          first=NEWEST_DELETED),
    Write("C", NEWER, "", ("C", Until("deletes"), "backspace", "backspace", "1",
          Until("deletes 1 of 3"), "ctrl+s", "enter"), left, ["1.0.1", "1.0.4"], "bundle.delete",
          "1.0.2", undo=f"!{FOR_GOOD}", first=HALF_DELETED),
    Write("C, all", NEWER, "", ("C", Until("Delete all"), "up", "up", "enter"), left, [],
          "bundle.delete_all", APP, undo=f"!{FOR_GOOD}", first=UNLINK_ALL),
    Write("C, all", ("legacy",), "", ("C", Until("Delete all"), "enter"), left, [],
          "bundle.delete_all", APP, undo=f"!{FOR_GOOD}"),
)  # fmt: skip
OLDER_KINDS: Final = {"channel.promote": "channel.settings", "channel.rollback": "channel.settings"}
"""Without ``PUT /bundle`` a bundle is a setting like others."""
WRITES: Final = {"1": CHANNELS_OWN, "2": DEVICES, "3": BUNDLES}
"""The writes of each tab, by its digit, in an order in which one app can make them."""


def list_ways(tab: str) -> list[Write]:
    """Return the writes of a tab once for each way that their keys go."""
    ways: dict[tuple[str, tuple[str, ...]], Write] = {}
    for write in WRITES[tab]:
        ways.setdefault((write.name, write.keys), write)
    return list(ways.values())


def shop() -> dict[str, object]:
    """Return the state that the writes start from."""
    lists = [
        # Its devices run a native version above all bundles, which is no matter to them.
        channel(n, name, version=4, disable_auto_update_under_native=False)
        if name == "qa"
        else channel(n, name)
        for n, name in enumerate(CHANNELS, 1)
    ]
    return state(
        channels=lists,
        bundles=[bundle(number) for number in range(1, 7)],
        overrides={device_id(11): "qa", device_id(12): "qa"},
    )
