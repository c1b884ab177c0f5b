"""The catalogue of writes: keys, confirmation, and the expected result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from capgo_tui.workspace.changes.outcome import OutcomeState
from tests.support.world import APP, CHANNELS, bundle, channel, device_id, state
from tests.tui.bundles import confirm, left
from tests.tui.channels import go_to, review, row, wait_for_dialog, workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.workspace.journal_entry import Entry
    from tests.support.server import Server
    from tests.tui.driving import Driver

JULY: Final = ("live",)
AUTUMN: Final = ("next",)
LIVE: Final = ("live", "next")
NEWER: Final = ("live", "next", "documented")
OLDER: Final = ("documented", "legacy")
ALL: Final = ("live", "next", "documented", "legacy")
SUM: Final = "0a" * 32
UNTOLD: Final = "this server does not tell which override it had before"
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


def setting(name: str, field: str) -> Callable[[Server], object]:
    return lambda server: row(server, name).get(field)


def bundle_of(name: str) -> Callable[[Server], object]:
    return setting(name, "bundle")


def overrides(*numbers: int) -> Callable[[Server], object]:
    return lambda server: [server.overrides().get(device_id(number)) for number in numbers]


def unknown_overrides(server: Server) -> object:
    return [server.overrides().get(name) for name in ("one", "two")]


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
    with server.store.reading() as db:
        return db.execute("SELECT comment FROM bundles WHERE name = '1.0.6'").fetchone()[0]


def defaults(server: Server) -> object:
    return [name for name in CHANNELS if row(server, name).get("public")]


FIRST_THREE: Final = ("u", "g", "space", "space", "space")
LAST_TWO: Final = ("u", "G", "space", "k", "space", "x")
KEEP: Final = (Until("2 unknown to the server, left out"), "k", Until("server, kept"))
NO_BUNDLE: Final = (Until("with a bundle?"), "enter")
DEVICES: Final = (
    Write("o", LIVE, device_id(1), ("o", *"beta", "enter"), overrides(1), ["beta"],
          "device.override"),
    Write("o", OLDER, device_id(1), ("o", *"beta", "enter", *NO_BUNDLE), overrides(1), ["beta"],
          "device.override", state=OutcomeState.UNVERIFIED, undo=f"!{UNTOLD}"),
    Write("x", LIVE, device_id(12), ("x",), overrides(12), [None], "device.override"),
    Write("x", OLDER, device_id(12), ("x",), overrides(12), [None], "device.override",
          state=OutcomeState.UNVERIFIED, undo=f"!{UNTOLD}"),
    Write("o marked", LIVE, "", (*FIRST_THREE, "o", *"beta", "enter"), overrides(1, 2, 3),
          ["beta"] * 3, "device.override", "list", 3, undo="list"),
    Write("o marked", OLDER, "", (*FIRST_THREE, "o", *"beta", "enter", *NO_BUNDLE),
          overrides(1, 2, 3), ["beta"] * 3, "device.override", "list", 3, OutcomeState.UNVERIFIED,
          f"!{UNTOLD}"),
    Write("x marked", LIVE, "", LAST_TWO, overrides(11, 12), [None] * 2,
          "device.override", "list", 2, undo="list"),
    Write("x marked", OLDER, "", LAST_TWO, overrides(11, 12),
          [None] * 2, "device.override", "list", 2, OutcomeState.UNVERIFIED, f"!{UNTOLD}"),
    Write("O, o", LIVE, "", ("O", *"one two", "tab", "o", *KEEP, "o", *"beta", "enter"),
          unknown_overrides, ["beta"] * 2,
          "device.override", "list", 2, OutcomeState.UNVERIFIED, f"!{UNTOLD}"),
    Write("O, o", ("documented",), "",
          ("O", *"one two", "tab", "o", *KEEP, "o", *"beta", "enter", *NO_BUNDLE),
          unknown_overrides, ["beta"] * 2,
          "device.override", "list", 2, OutcomeState.UNVERIFIED, f"!{UNTOLD}"),
    Write("O, x", ALL, "", ("O", *"one two", "tab", "x", *KEEP, "x"), unknown_overrides, [None] * 2,
          "device.override", "list", 2, OutcomeState.UNVERIFIED, f"!{UNTOLD}",
          "INSERT OR IGNORE INTO overrides (app_id, device_id, channel_id) SELECT app_id, o.name,"
          " id FROM channels, (SELECT 'one' AS name UNION SELECT 'two') o"
          " WHERE channels.name = 'qa'"),
)  # fmt: skip
ROLLOUT: Final = (
    "UPDATE channels SET version = 1, rollout_version = 3, rollout_enabled = {on},"
    " rollout_percentage_bps = 1000, rollout_paused_at = {paused} WHERE name = 'beta'"
)
ROLLOUT_OFF, ROLLOUT_ON = ROLLOUT.format(on=0, paused="NULL"), ROLLOUT.format(on=1, paused="NULL")
ROLLOUT_PAUSED = ROLLOUT.format(on=1, paused="'2026-11-20T00:00:00.000000+00:00'")
CHANNELS_OWN: Final = (
    Write("n", ALL, "beta",
          ("n", *"pr-7", "down", "down", *"1.0.3", "up", "up", "up", "enter"),
          bundle_of("pr-7"), "1.0.3", "channel.create", undo="pr-7"),
    Write("e", NEWER, "beta", ("e", Row("emulators"), "space"),
          setting("beta", "allow_emulator"), 0, "channel.settings"),
    Write("e", ("legacy",), "beta", ("e", Row("default channel"), "space"), defaults, ["beta"],
          "channel.settings", "list", undo="list"),
    Write("e of a default", NEWER, "beta", ("e", Row("default channel"), "space"), defaults,
          ["beta"], "channel.settings", "list", undo="list"),
    Write("l", ALL, "beta", ("l", *"1.0.5", "enter"), bundle_of("beta"), "1.0.5",
          "channel.promote"),
    Write("l on a default", ALL, "production", ("l", *"1.0.5", "enter"), bundle_of("production"),
          "1.0.5", "channel.promote", "list", undo="list"),
    Write("x", NEWER, "beta", ("x",), bundle_of("beta"), None, "channel.settings"),
    Write("b", ALL, "qa", ("b",), bundle_of("qa"), "1.0.3", "channel.rollback"),
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
    Write("switched off", JULY, "beta", ("e", Row("rollout on"), "space"), rollout,
          ("1.0.1", 3, 0, 1000, False), "channel.settings", first=ROLLOUT_ON),
    Write("switched off", AUTUMN, "beta", ("e", Row("rollout on"), "space"), rollout,
          ("1.0.1", None, 0, 1000, False), "channel.settings", "list", undo="list",
          first=ROLLOUT_ON),
    Write("D", ALL, "internal", ("D",), bundle_of("internal"), None, "channel.delete", "internal",
          undo="list"),
)  # fmt: skip
UNLINK_ALL: Final = "UPDATE channels SET version = NULL"
BUNDLES: Final = (
    Write("l", ALL, "1.0.6", ("l", *"beta", Until("of 6 channels"), "enter"), bundle_of("beta"),
          "1.0.6", "channel.promote"),
    Write("e", LIVE, "1.0.6", ("e", "end", *" again", "ctrl+s", "enter"), notes,
          "build 6 again", "bundle.notes"),
    Write("n", LIVE, "1.0.6",
          ("n", *"2.0.0", "tab", *"https://e.com/z", "tab", *SUM, "ctrl+s", "enter"),
          lambda server: "2.0.0" in left(server), True, "bundle.register", undo="2.0.0"),
    Write("D", NEWER, "1.0.6", ("D",), lambda server: "1.0.6" in left(server), False,
          "bundle.delete", "1.0.6", undo=f"!{FOR_GOOD}"),
    Write("D marked", NEWER, "", ("g", "space", "j", "space", "D"), left,
          ["1.0.1", "1.0.2", "1.0.4"], "bundle.delete", "2", 2, undo=f"!{FOR_GOOD}"),
    Write("C", NEWER, "", ("C", Until("deletes"), "backspace", "backspace", "1",
          Until("deletes 1 of 3"), "ctrl+s", "enter"), left, ["1.0.1", "1.0.4"], "bundle.delete",
          "1.0.2", undo=f"!{FOR_GOOD}"),
    Write("C, all", NEWER, "", ("C", Until("Delete all"), "up", "up", "enter"), left, [],
          "bundle.delete_all", APP, undo=f"!{FOR_GOOD}", first=UNLINK_ALL),
    Write("C, all", ("legacy",), "", ("C", Until("Delete all"), "enter"), left, [],
          "bundle.delete_all", APP, undo=f"!{FOR_GOOD}"),
)  # fmt: skip
OLDER_KINDS: Final = {"channel.promote": "channel.settings", "channel.rollback": "channel.settings"}
"""Without ``PUT /bundle`` a bundle is a setting like others."""
WRITES: Final = {"1": CHANNELS_OWN, "2": DEVICES, "3": BUNDLES}


def shop() -> dict[str, object]:
    """Return the state that the writes start from."""
    lists = [
        channel(n, name, version=4 if name == "qa" else 1) for n, name in enumerate(CHANNELS, 1)
    ]
    return state(
        channels=lists,
        bundles=[bundle(number) for number in range(1, 7)],
        overrides={device_id(11): "qa", device_id(12): "qa"},
    )


async def type_all(driver: Driver, write: Write) -> None:
    """Put the cursor on the record and type the keys, waiting for texts between them."""
    if write.under:
        records = driver.main.rows.view.collection.records
        names = {getattr(each, "name", key): key for key, each in records.items()}
        driver.main.table.move_to_key(names[write.under])
        await driver.settle()
    for key in write.keys:
        if isinstance(key, Row):
            await go_to(driver, key)
        elif isinstance(key, Until):
            await driver.until(str(key))
        else:
            await driver.type(key)
    if driver.overlays.channel_form.is_open and "enter" not in write.keys:
        await review(driver)


async def answer(driver: Driver, ask: str) -> None:
    """Confirm the write and wait for its end."""
    if not ask:
        await driver.wait_for_question()
        await driver.type("y")
    elif ask == "list":
        await wait_for_dialog(driver)
        await driver.type("y")
    else:
        await confirm(driver, ask)
    await wait_for_end(driver)


async def wait_for_end(driver: Driver) -> None:
    """Wait for the outcome and dismiss it."""
    dialog = driver.overlays.batch_dialog

    def has_ended() -> bool:
        return "esc close" in driver.text or driver.main.status.message[:1] in {"✓", "?", "!"}

    await driver.until(has_ended, "an end")
    if dialog.visible:
        await driver.type("enter")
        await driver.until(lambda: not dialog.visible, "the run closed")
    await driver.settle()
    dismiss(driver)


def dismiss(driver: Driver) -> None:
    while driver.main.status.message:
        driver.main.status.dismiss()


def journal(driver: Driver) -> Sequence[Entry]:
    return workspace(driver).journal.entries()
