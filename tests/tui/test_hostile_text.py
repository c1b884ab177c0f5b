"""Hostile texts of devices: no screen passes them on to the terminal or the layout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from capgo_tui.text import clean
from capgo_tui.tui.controllers.change import ChangeController
from capgo_tui.tui.overlays.confirmation import Yes
from capgo_tui.workspace.changes.batch_plan import BatchPlan
from capgo_tui.workspace.changes.overrides import OverrideChange
from tests.support.hostile import TEXTS, spoiled_page
from tests.support.server import FAULT, Server, answering, rewriting
from tests.support.world import APP, bundle, channel, device, device_id, state, store_of
from tests.tui.driving import assert_sound, on_devices, open_app, post_paste, unsafe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sampling import Sampling
    from tests.support.server import Behaviour

TEXT_NAMES = ("title, clear, colour", "c1 sequences", "bidi", "zero width", "closing tag",
           "link markup", "open bracket", "long", "wide", "combining", "lines", "rtl")  # fmt: skip
"""One text of each kind, for tests with a write each."""
HOSTILE = {name: TEXTS[name] for name in TEXT_NAMES}


@pytest.fixture(scope="module")
def hostile() -> Iterator[Server]:
    """A server with a device, a channel and a bundle for each hostile text."""
    texts = list(HOSTILE.values())
    content = state(
        devices=[
            device(number, custom_id=text, os_version=text, version_build=text, version_name=text,
                   plugin_version=text, install_source=text, country_code=text)
            for number, text in enumerate(texts, 1)
        ],
        channels=[channel(number, f"c{number} {text}") for number, text in enumerate(texts, 1)],
        bundles=[
            bundle(number, name=f"{number} {text}", comment=text, link=text, checksum=text,
                   min_update_version=text, storage_provider=text)
            for number, text in enumerate(texts, 1)
        ],
    )  # fmt: skip
    store = store_of(content)
    yield Server(store, limits="none")
    store.close()


@pytest.fixture
def spoiling(server: Server) -> Server:
    """A server with hostile texts in every list."""
    for path in ("/channel", "/device", "/bundle"):
        server.on("GET", path, rewriting(spoiled_page))
    return server


SIZES = pytest.mark.parametrize("size", [(140, 40)], ids=lambda size: str(size[0]))


@SIZES
@pytest.mark.parametrize("tab", ["1", "2", "3"])
async def test_no_text_of_any_field_steers_any_view(
    spoiling: Server, size: tuple[int, int], tab: str, sampling: Sampling
) -> None:
    """In a sample, the record of each text is opened on one of the tabs."""
    count = len(TEXTS) + 1
    opened = range(count) if sampling.whole else range(int(tab) - 1, count, 3)
    if not sampling.whole:
        sampling.note(len(opened), count)
    async with on_devices(spoiling, size=size, rows=len(TEXTS) + 1) as driver:

        async def look(*keys: str) -> None:
            await driver.type(*keys)
            assert_sound(driver.app, size)

        await look(tab)
        assert_aligned(driver.text)
        await look("G")
        assert_aligned(driver.text)
        await look("w")
        for _ in range(6):
            await look("right")
        await look("w", "g")
        for index in range(count):
            if index in opened:
                await look("enter")
                await look("J")
                await look("J", "escape")
            await look("j")
        await look("exclamation_mark")
        assert "cannot be read" in driver.line(0)
        for _ in range(4):
            await look("pagedown")
        await look("escape", "at", "G")
        await driver.until("rows unreadable")
        await look("escape", "question_mark", "escape")
        assert driver.app.bug is None


@SIZES
async def test_every_column_of_hostile_texts_can_be_sorted_and_filtered(
    spoiling: Server, size: tuple[int, int]
) -> None:
    async with on_devices(spoiling, size=size, rows=len(TEXTS) + 1) as driver:
        for column in range(1, 5):
            await driver.type("s", *["right"] * column, "enter")
            await driver.until(lambda: not driver.main.rows.view.busy, "sorted")
            assert_sound(driver.app, size)
            assert_aligned(driver.text)
        for name in ("closing tag", "open bracket", "reports typed back", "lone surrogates", "rtl"):
            await driver.type("slash")
            post_paste(driver.app, TEXTS[name])
            await driver.settle()
            assert_sound(driver.app, size)
            await driver.type("enter")
            await driver.settle()
            assert_sound(driver.app, size)
            await driver.type("escape")
        assert driver.app.bug is None


def change_of(text: str) -> OverrideChange:
    """Return a change with hostile texts, as read from a hostile server."""
    label = clean(text) or "-"
    return OverrideChange(
        app_id=APP,
        wire_id=f"d{text}",
        label=label,
        before={"channel": label},
        after={"channel": text or "-"},
    )


@pytest.mark.parametrize("name", TEXT_NAMES)
async def test_a_list_of_changes_and_a_run_of_them(name: str, server: Server) -> None:
    size = (80, 24)
    async with on_devices(server, size=size) as driver:
        main = driver.main
        await main.controllers.loader.load()
        assert main.workspace is not None
        message = json.dumps({"error": "invalid_thing", "message": f"no {TEXTS[name]}"}).encode()
        for method in ("POST", "DELETE"):
            server.on(method, "/device", answering(400, message))
        change = change_of(TEXTS[name])
        writing = ChangeController(main, main.workspace)
        title = clean(f"Override {TEXTS[name]}")
        # Another device: the same one would have to wait for a minute (contract §3).
        other = change.model_copy(update={"wire_id": device_id(2), "row_key": device_id(2)})
        main.background.run(writing.confirm_batch(BatchPlan(title, [change, other])), "ask")
        await driver.until(lambda: main.overlays.confirmation.visible, "the list of changes")
        await driver.settle()
        assert_sound(driver.app, size)
        question = main.overlays.confirmation.query_one(Yes)
        await driver.until(lambda: question.is_drawn, "the question drawn")
        await driver.pilot.pause()
        await driver.type("y")
        await driver.until(lambda: main.overlays.batch_dialog.visible, "the run")
        await driver.until("esc close", "the end of the run")
        assert_sound(driver.app, size)
        await driver.type("escape")
        await driver.settle()
        assert_sound(driver.app, size)
        assert driver.app.bug is None


def failures(text: str) -> list[Behaviour]:
    """Return error replies with a text in their fields, their headers, or as the body."""
    body = json.dumps({"error": text, "message": text, "moreInfo": {text: [text]}, "status": text})
    raw = text.encode("utf-8", "surrogatepass")
    header = bytes(byte for byte in raw if byte not in b"\r\n\0")
    headers = [(b"retry-after", header), (b"x-request-id", header), (b"location", header)]
    return [
        answering(429, body.encode(), more=headers),
        answering(302, b"", more=headers),
        answering(502, b"<title>" + raw + b"</title>", media="text/html"),
        answering(400, raw, media="text/plain"),
    ]


@pytest.mark.parametrize("name", ["channels", "devices"])
async def test_no_error_body_or_header_steers_the_terminal(name: str, server: Server) -> None:
    """On the channels while nothing is loaded, on the devices with rows that stay."""
    size = (80, 24)
    server.on("GET", "/channel", FAULT)
    async with on_devices(server, size=size, wait_for="Out to lunch") as driver:
        await driver.type({"channels": "1", "devices": "2"}[name])
        log = driver.main.workspace.requests if driver.main.workspace else None
        assert log is not None
        for text in TEXTS.values():
            for failure in failures(text)[:2] if name == "channels" else failures(text)[2:]:
                server.on("GET", f"/{name[:-1]}", failure)
                before = log.total
                await driver.type("r")
                await driver.until(lambda: log.total > before, "the answer")  # noqa: B023
                await driver.settle()
                assert_sound(driver.app, size)
        await driver.type("at")
        for _ in range(log.total):
            await driver.type("j")
            assert_sound(driver.app, size)
        assert "Requests ·" in driver.line(0)
        assert driver.app.bug is None


async def test_the_list_of_apps_on_the_first_screen_is_plain(server: Server) -> None:
    size = (80, 60)
    apps = [{"app_id": f"com.a{text}", "name": text} for text in TEXTS.values()]
    server.on("GET", "/app", answering(200, json.dumps(apps).encode()))
    async with open_app(server, app_id=None, wait_for="Apps of this key", size=size) as driver:
        assert_sound(driver.app, size)
        for text in TEXTS.values():
            message = json.dumps({"error": "unknown_error", "message": text}).encode()
            server.on("GET", "/app", answering(500, message))
            before = len(server.requests)
            await driver.type("enter")
            await driver.until(lambda: len(server.requests) > before, "the answer")  # noqa: B023
            await driver.settle()
            assert_sound(driver.app, size)


def assert_aligned(text: str) -> None:
    """Assert that the second column begins on the same cell in every row."""
    header, *rows = text.split("\n")[1:-2]
    start = header.index(header.split()[1])
    for row in rows:
        if row.strip() and "│" not in row:
            before = _cells(row, start)
            assert before.endswith(" "), row


def _cells(text: str, cells: int) -> str:
    """Return the first cells of a text."""
    head = ""
    for char in text:
        if cell_len(head + char) > cells:
            break
        head += char
    assert cell_len(head) == cells, f"a wide character stands across cell {cells} of {text!r}"
    return head


async def test_no_text_steers_the_terminal_in_the_form_the_question_or_the_outcome(
    hostile: Server,
) -> None:
    size = (80, 24)
    async with on_devices(hostile, size=size) as driver:
        for number in range(1, len(HOSTILE) + 1):
            await driver.until(lambda: driver.main.focused is driver.main.table)
            await driver.type("o", *f"c{number} ")
            await driver.settle()
            assert_sound(driver.app, size)
            await driver.type("enter")
            await driver.wait_for_question()
            assert_sound(driver.app, size)
            assert f"c{number}" in driver.line(-1), "the channel is named"
            await driver.type("y")
            await driver.until(lambda: driver.status.strip()[:1] in "✓✗!?", "the outcome")
            assert_sound(driver.app, size)
            assert "✓" in driver.status
            await driver.type("j")
        assert len(hostile.overrides()) == len(HOSTILE)
        await driver.type("2", "g", "x")
        await driver.wait_for_question()
        assert_sound(driver.app, size)
        await driver.type("n")


@pytest.mark.parametrize("name", TEXT_NAMES)
async def test_no_text_steers_the_terminal_while_a_change_is_watched(name: str) -> None:
    """The names that the change has, and what a server says of a record it does not show."""
    text, size = TEXTS[name], (80, 24)
    store = store_of(
        state(devices=[device(1, custom_id=text)], channels=[channel(1, "production", public=True),
              channel(2, f"c {text}")])
    )  # fmt: skip
    server = Server(store, limits="none")
    async with on_devices(server, size=size, rows=1) as driver:
        await driver.type("o", "c", "space")
        await driver.settle()
        await driver.type("enter")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until(lambda: "✓" in driver.status, "the outcome")

        async def watch(text: str) -> None:
            await driver.type("W")
            await driver.until(lambda: text in " ".join(driver.status.split()), text)
            assert_sound(driver.app, size)

        await watch("the server shows it")
        server.change("DELETE FROM overrides")
        await watch("still not shown")
        body = json.dumps({"error": "invalid_something", "message": f"no {text}"}).encode()
        server.on("GET", "/device", answering(400, body))
        await watch("not watched any longer")
        assert driver.app.bug is None
    store.close()


async def test_lone_surrogates_and_hostile_errors_are_drawn_as_plain_text() -> None:
    server = Server(store_of(state()))
    async with on_devices(server) as driver:
        row = {
            "device_id": "aaaa\ud800\x1b[31m",
            "custom_id": "\udfff\ud800 lone",
            "platform": "\ud83d",
            "os_version": "[/red]\x00",
            "channel": "\ud800beta",
        }
        server.on("GET", "/device", answering(200, json.dumps({"data": [row]}).encode()))
        await driver.type("r")
        await driver.until("1 loaded")
        assert_sound(driver.app, (80, 24))
        for key in ("enter", "J", "escape", "o", "escape", "x"):
            await driver.type(key)
            await driver.settle()
            assert_sound(driver.app, (80, 24))
        driver.app.export_screenshot().encode()
        await driver.until("half a character")
        row["device_id"] = "aaaa\x1b[31m"
        server.on("GET", "/device", answering(200, json.dumps({"data": [row]}).encode()))
        await driver.type("r")
        await driver.until("▲ aaaa�[31m")
        message = {"error": "unknown_error", "message": "\x1b]0;x\x07\u202e[/red]\ud800 sorry"}
        server.on("GET", "/device", answering(500, json.dumps(message).encode()))
        server.on("GET", "/channel", answering(500, json.dumps(message).encode()))
        await driver.type("r")
        await driver.until("STALE")
        server.on("GET", "/device", answering(200, json.dumps(row).encode()))
        message["error"] = "invalid_something"
        server.on("DELETE", "/device", answering(400, json.dumps(message).encode()))
        await driver.type("x")
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until(lambda: driver.status.strip()[:1] in "✗?!")
        assert "[/red]" in driver.status
        assert_sound(driver.app, (80, 24))
        assert driver.app.bug is None
    server.store.close()


def test_the_check_itself_sees_what_it_looks_for() -> None:
    assert all(unsafe(char) for char in "\x1b\x9b\x07\x00\u202e\u200b\u2028\ud800\ufeff")
    assert not any(unsafe(char) for char in "a漢🙂é\u0301 [/]")
