"""What is copied of records: harmless, exact where it can be, and without the key."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.errors import Refusal
from capgo_tui.api.key import ApiKey
from capgo_tui.api.listing import parse_list
from capgo_tui.api.models import AppInfo, Bundle, Channel, Device
from capgo_tui.api.records import Record
from capgo_tui.api.revisions import DOCUMENTED, LEGACY, LIVE
from capgo_tui.cells import measure_width
from capgo_tui.profiles import Profile
from capgo_tui.text import clean
from capgo_tui.workspace.command_line import format_reading_command
from capgo_tui.workspace.copying import Copying, Part
from capgo_tui.workspace.target import Target
from tests.support.hostile import TEXTS
from tests.tui.driving import unsafe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.api.records import RecordT

KEY = "5e3c9a10-1111-4222-8333-444455556666"
TARGET = Target(ApiKey(KEY), "com.acme.shop", "http://127.0.0.1:8787")


def read(model: type[RecordT], *rows: JSON) -> list[RecordT]:
    listing = parse_list(model, json.dumps(list(rows)).encode())
    return [row for row in listing.rows if isinstance(row, Record)]


def copying(records: Sequence[Record], target: Target = TARGET) -> Copying:
    noun = type(records[0]).__name__.lower()
    return Copying(
        noun, records, [[str(record.row_key), "漢", "b"] for record in records], target, LIVE
    )


ONE = read(Device, {"device_id": "3F2A", "custom_id": "qa-07", "n": [1]})
TWO = read(Device, {"device_id": "3f2a", "custom_id": "qa-07"}, {"device_id": "b"})
CHANNELS = read(Channel, {"id": 7, "name": "be ta"})
BUNDLES = read(Bundle, {"id": 8, "name": "2.4.1"}, {"id": 9, "name": "2.4.0"})


@pytest.mark.parametrize(
    ("records", "part", "text", "description"),
    [
        (ONE, Part.ID, "3F2A", "the id of qa-07"),
        (ONE, Part.NAME, "qa-07", "the name of qa-07"),
        (TWO, Part.NAME, "qa-07\nb", "the names of 2 devices"),
        (TWO, Part.ROW, "3f2a  漢  b\nb     漢  b", "the rows of 2 devices"),
        (CHANNELS, Part.ID, "7", "the id of be ta"),
        (BUNDLES, Part.NAME, "2.4.1\n2.4.0", "the names of 2 bundles"),
        (BUNDLES, Part.JSON, '{"id": 8, "name": "2.4.1"}\n{"id": 9, "name": "2.4.0"}',
         "the JSON of 2 bundles"),
        (BUNDLES, Part.CURL,
         "curl -sS -H \"authorization: $CAPGO_TOKEN\""
         " 'http://127.0.0.1:8787/bundle?app_id=com.acme.shop'",
         "the curl of 2 bundles"),
        (CHANNELS, Part.COMMAND,
         "capgo-tui channel get --api-url http://127.0.0.1:8787 'be ta' com.acme.shop",
         "the command line of be ta"),
    ],
)  # fmt: skip
def test_each_part(records: Sequence[Record], part: Part, text: str, description: str) -> None:
    copy = copying(records)
    assert copy.format_text(part) == text
    assert part.describe(records, copy.noun) == description


def test_what_no_request_reads_by_itself_has_an_id_and_no_curl() -> None:
    copy = copying(read(AppInfo, {"app_id": "com.acme.shop", "name": "Shop"}))
    assert (copy.format_text(Part.ID), copy.format_text(Part.NAME)) == ("com.acme.shop", "Shop")
    for part in (Part.CURL, Part.COMMAND):
        with pytest.raises(Refusal, match="reads one appinfo by itself"):
            copy.format_text(part)


def test_the_json_of_one_record_is_for_reading() -> None:
    text = copying(ONE).format_text(Part.JSON)
    assert json.loads(text) == {"device_id": "3F2A", "custom_id": "qa-07", "n": [1]}
    assert text.splitlines()[1] == '  "device_id": "3F2A",'


def test_a_session_key_is_nobody_s_business() -> None:
    bundles = read(Bundle, {"id": 8, "name": "2.4.1", "session_key": "secret"})
    for part in Part:
        assert "secret" not in copying(bundles).format_text(part)


def test_the_request_is_the_one_of_the_server_s_revision() -> None:
    for traits in (LIVE, DOCUMENTED, LEGACY):
        text = replace(copying(BUNDLES), traits=traits).format_text(Part.CURL)
        assert f"8787{traits.bundles_path}?" in text


@pytest.mark.parametrize("name", TEXTS)
def test_the_corpus_as_every_name(name: str) -> None:
    text = TEXTS[name]
    for records in (
        read(Device, {"device_id": f"d{text}", "custom_id": text, text: text}),
        read(Channel, {"id": 1, "name": f"c{text}", text: text}),
        read(Bundle, {"id": 1, "name": f"b{text}", "comment": text}),
    ):
        for part in (Part.NAME, Part.JSON, Part.COMMAND, Part.CURL):
            copied_text = copying(records).format_text(part)
            assert not [char for char in copied_text if unsafe(char) and char not in "\n\u200d"], (
                part
            )
            assert KEY not in copied_text
        assert measure_width(part.describe(records, "device")) < 50
        command = copying(records).format_text(Part.COMMAND)
        assert "\n" not in command


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "lone surrogates"])
def test_a_shell_hands_the_exact_name_to_the_command(name: str) -> None:
    exact = TEXTS[name].replace("\0", "") or "x"  # no argument can hold a NUL
    command = format_reading_command("device", exact, TARGET)
    script = f"printf '%s\\n' {command.removeprefix('capgo-tui')} | od -An -v -tx1"
    ran = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, check=True)
    output = bytes.fromhex(re.sub(r"\s", "", ran.stdout)).decode()
    dashes = "--\n" if exact.startswith("-") else ""
    assert output == (
        f"device\nget\n--api-url\nhttp://127.0.0.1:8787\n{dashes}{exact}\ncom.acme.shop\n"
    )


def test_a_name_that_looks_like_an_option_is_none() -> None:
    target = replace(TARGET, server="https://api.capgo.app")
    words = shlex.split(format_reading_command("channel", "--help", target))
    assert words == ["capgo-tui", "channel", "get", "--", "--help", "com.acme.shop"]


def test_the_key_of_a_profile_is_found_where_it_was() -> None:
    target = replace(TARGET, server="https://api.capgo.app", profile=Profile("prod"))
    words = shlex.split(format_reading_command("channel", "beta", target))
    assert words == ["capgo-tui", "channel", "get", "--profile", "prod", "beta", "com.acme.shop"]


def test_the_name_in_the_sentence_is_clean() -> None:
    device = read(Device, {"device_id": "a\x1b[31m", "custom_id": ""})
    assert Part.ID.describe(device, "device") == f"the id of {clean('a' + chr(27) + '[31m')}"
