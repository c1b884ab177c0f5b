"""Ids from tickets and spreadsheets, and the devices they mean."""

from __future__ import annotations

import pytest

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.workspace.device_ids import DeviceFinder, Ids, parse_ids
from tests.support.world import open_world

A = "0a1b2c3d-0000-4000-8000-00000000000a"
B = "0a1b2c3d-0000-4000-8000-00000000000b"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", []),
        (" \n\t\n", []),
        (f"{A}\n\n{B}\n", [A, B]),
        (f"{A}, {B};{A}", [A, B]),
        (f"\"{A}\"\r\n'{B}'", [A, B]),
        (f"tester-01,{A},ios\nmy phone,{B},android", [A, B]),
        (f"name;device_id;seen\nx;{A};1\n;{B};\n", [A, B]),
        (f"Device ID\n{A}\n{B}", [A, B]),
        ('device_id,note\nqa-01,"a, b"\nqa-02,', ["qa-01", "qa-02"]),
        ("one two,three", ["one", "two", "three"]),
        (f"device {A} does not update", [A]),
    ],
)
def test_ids_are_found_in_what_people_paste(text: str, ids: list[str]) -> None:
    assert parse_ids(text).ids == ids


def test_words_beside_an_id_are_left_out_and_named() -> None:
    assert parse_ids(f"one two {A}\nthree") == Ids([A, "three"], ["one", "two"])


async def test_ids_are_matched_whatever_their_case_and_asked_for_once() -> None:
    async with open_world(devices=40) as world:
        first, second, third = world.device_ids()[:3]
        world.rename(first, "lab-1")
        world.rename(third, "")
        workspace = world.open()
        await workspace.devices.load_all()
        world.add_device("late-one")
        world.door.requests.clear()
        finder = await DeviceFinder.of(workspace)
        text = (
            f"{first.upper()}\nLAB-1\n{second}\nlate-one\nNever-Seen\nbad\N{REPLACEMENT CHARACTER}"
        )
        matches = finder.find_among_loaded(parse_ids(text).ids)
        assert [one.id for one in matches[:4]] == [first, second, "late-one", "never-seen"]
        assert matches[-1].trouble
        assert not world.door.requests, "what is loaded costs no request"
        counts: list[int] = []
        results = await finder.ask_server(matches, counts.append)
        assert [one.device is not None for one in results] == [True, True, True, False, False]
        assert counts == [1, 2]
        assert world.door.count("GET /device") == 2
        assert "late-one" in workspace.devices.records


async def test_legacy_ids_go_out_as_they_are_listed_or_given() -> None:
    async with open_world("legacy", devices=40) as world:
        world.add_device("MiXed-Case")
        workspace = world.open()
        await workspace.devices.load_all()
        finder = await DeviceFinder.of(workspace)
        assert [one.id for one in finder.find_among_loaded(["mixed-CASE", "Other"])] == [
            "MiXed-Case",
            "Other",
        ]


async def test_a_failed_look_up_asks_no_further() -> None:
    async with open_world(devices=40) as world:
        workspace = world.open()
        finder = await DeviceFinder.of(workspace)
        matches = finder.find_among_loaded([f"id-{number}" for number in range(50)])
        await workspace.client.learn_revision(world.app_id)
        world.door.requests.clear()
        world.door.fail("GET /device", 400, times=50)
        with pytest.raises(CapgoError) as error:
            await finder.ask_server(matches, lambda _: None)
        assert error.value.kind is not ErrorKind.NOT_FOUND
        assert world.door.count("GET /device") <= 8
