"""Tests of the reading commands: output, messages and exit codes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.commands.machine import find_environment
from capgo_tui.commands.verbs import VERBS
from tests.commands.shell import Shell, shell_on
from tests.support.hostile import HUGE, TEXTS, spoiled_page
from tests.support.pseudo_terminal import COMMAND
from tests.support.sandbox_thread import serving_generated
from tests.support.server import Server, answering, rewriting
from tests.support.world import (
    ALL,
    APP,
    CHANNELS,
    OTHER_APP,
    OUTSIDER,
    SECRETS,
    WRONG,
    device,
    device_id,
    state,
    store_of,
)
from tests.tui.driving import list_unsafe
from tests.workspace.export.test_formats import assert_aligned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

OK, FAILED, USAGE, NOT_FOUND, NOT_ALLOWED, RATE_LIMITED, IN_PART = range(7)
LISTS = ("channel", "device", "bundle")
FORMS = ("--table", "--csv", "--json", "--ndjson")
ROUTES = {"channel": "/channel", "device": "/device", "bundle": "/bundle", "app": "/app"}


@pytest.fixture
def shell(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    return shell_on(server, monkeypatch, tmp_path)


@pytest.fixture
def server() -> Iterator[Server]:
    store = store_of(state())
    yield Server(store)
    store.close()


def rows_of(form: str, text: str) -> list[dict[str, Any]]:
    match form:
        case "--csv":
            csv.field_size_limit(2 * len(HUGE))
            return list(csv.DictReader(io.StringIO(text)))
        case "--json":
            rows: list[dict[str, Any]] = json.loads(text)
            return rows
        case _:
            return [json.loads(line) for line in text.splitlines()]


def check_failure(result: Result, code: int, message: str) -> None:
    assert result.exit_code == code, result.output
    assert result.stdout == "", "standard output is for data"
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert not [secret for secret in SECRETS if secret in result.output]


# Lists


@pytest.mark.parametrize("form", FORMS[1:])
def test_a_list_in_every_format(shell: Shell, form: str) -> None:
    name = "name" if "json" in form else "channel"
    assert [row[name] for row in rows_of(form, shell.data("channel", "list", form))] == list(
        CHANNELS
    )
    rows = rows_of(form, shell.data("device", "list", form))
    name = "device_id" if "json" in form else "device"
    assert [row[name] for row in rows] == [device_id(at) for at in range(1, 13)]
    assert len(rows_of(form, shell.data("bundle", "list", form))) == 5
    apps = rows_of(form, shell.data("app", "list", form))
    assert APP in [row["app_id" if "json" in form else "app"] for row in apps]
    assert shell.server.writes == 0


def test_without_a_format_it_is_a_table(shell: Shell) -> None:
    title, *lines = shell.data("channel", "list").splitlines()
    assert title.split()[:2] == ["CHANNEL", "BUNDLE"]
    assert [line.split()[0] for line in lines] == list(CHANNELS)
    assert shell.data("channel", "list", "--table") == shell.data("channel", "list")


def test_bundles_tell_the_channels_that_carry_them(shell: Shell) -> None:
    rows = rows_of("--csv", shell.data("bundle", "list", "--csv"))
    assert any("production" in row["channels"] for row in rows)
    shell.server.requests.clear()
    shell.data("bundle", "list", "--json")
    assert shell.server.count("GET", "/channel") == 0, "only where it is written"


def test_everything_is_read_page_by_page_unless_a_limit_ends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = store_of(state(devices=[device(number) for number in range(1, 1_203)]))
    shell = shell_on(Server(store), monkeypatch, tmp_path)
    assert len(rows_of("--json", shell.data("device", "list", "--json"))) == 1_202
    assert shell.server.count("GET", "/device") == 9, "50 devices, then 150 at a time"
    shell.server.requests.clear()
    assert len(rows_of("--csv", shell.data("device", "list", "--csv", "--limit", "7"))) == 7
    assert [request.query.get("limit") for request in shell.server.requests] == [None]
    shell.server.requests.clear()
    assert len(shell.data("device", "list", "--ndjson", "--limit", "501").splitlines()) == 501
    sizes = [request.query.get("limit") for request in shell.server.requests]
    assert sizes == [None, "150", "150", "150", "150"]
    store.close()


@pytest.mark.parametrize("revision", ["documented", "legacy"])
@pytest.mark.parametrize("form", FORMS)
def test_the_older_servers_are_read_as_well(
    revision: str, form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A legacy server tells a bundle's id only; its name comes from the list of bundles."""
    store = store_of(state())
    shell = shell_on(Server(store, revision=revision), monkeypatch, tmp_path)
    for noun in LISTS:
        assert shell.data(noun, "list", form)
    text = shell.data("channel", "list", form)
    assert "#" not in text
    if "json" not in form:
        assert "1.0.1" in text
    assert device_id(2) in shell.data("device", "get", device_id(2), form)
    check_failure(shell("app", "list", "--revision", revision), FAILED, "has no")
    store.close()


def test_an_empty_list_is_said_beside_the_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = store_of(state(devices=[]))
    shell = shell_on(Server(store), monkeypatch, tmp_path)
    result = shell("device", "list", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (OK, [])
    assert result.stderr == "capgo-tui: there are no devices\n"
    store.close()


# One record


@pytest.mark.parametrize(("noun", "name"), [("channel", "beta"), ("device", device_id(3))])
def test_one_record_in_every_format(shell: Shell, noun: str, name: str) -> None:
    key = "name" if noun == "channel" else "device_id"
    assert json.loads(shell.data(noun, "get", name, "--json"))[key] == name
    (line,) = shell.data(noun, "get", name, "--ndjson").splitlines()
    assert json.loads(line)[key] == name
    (row,) = rows_of("--csv", shell.data(noun, "get", name, "--csv"))
    assert row[noun] == name
    assert name in shell.data(noun, "get", name)


def test_a_bundle_is_looked_for_in_the_list(shell: Shell) -> None:
    text = shell.data("bundle", "get", "1.0.1")
    assert text.splitlines()[0] == "1.0.1"
    assert "production" in text
    check_failure(shell("bundle", "get", "9.9.9"), NOT_FOUND, "no bundle '9.9.9'")


def test_the_app_can_be_the_last_word(shell: Shell) -> None:
    shell.environ.delenv("CAPGO_APP_ID")
    check_failure(shell("channel", "list"), USAGE, "no app was given")
    assert shell.data("channel", "list", APP) == shell.data("channel", "list", "--app", APP)
    assert "beta" in shell.data("channel", "get", "beta", APP)
    check_failure(shell("channel", "list", APP, "--app", OTHER_APP), USAGE, "two apps were given")
    check_failure(shell("channel", "list", ALL), USAGE, "holds no app id")


@pytest.mark.parametrize("form", FORMS)
def test_apps_are_listed_without_an_app(shell: Shell, form: str) -> None:
    with_one = shell.data("app", "list", form)
    shell.environ.delenv("CAPGO_APP_ID")
    assert shell.data("app", "list", form) == with_one
    assert APP in with_one
    assert {request.path for request in shell.server.requests} == {"/app"}


@pytest.mark.parametrize("place", ["environment", "profile", "config", "broken config"])
def test_a_wrong_app_keeps_nobody_from_listing_those_there_are(
    shell: Shell, place: str, tmp_path: Path, state_home: Path
) -> None:
    shell.environ.delenv("CAPGO_APP_ID")
    words = ["app", "list"]
    match place:
        case "environment":
            shell.environ.setenv("CAPGO_APP_ID", "nonsense")
        case "profile":
            profiles(state_home, PROFILES.replace("com.acme.shop", "nonsense"))
            words += ["--profile", "shop"]
        case "config":
            (tmp_path / "capacitor.config.json").write_text(json.dumps({"appId": "nonsense"}))
        case _:
            (tmp_path / "capacitor.config.json").write_text("{")
            words += ["--api-url", "https://api.capgo.app"]
    assert APP in shell.data(*words)
    check_failure(
        shell("channel", *words[1:]), USAGE, "capacitor" if "config" in place else "no app id"
    )
    check_failure(shell(*words, "--app", "nonsense"), USAGE, "--app holds no app id")


def test_what_else_needs_an_app_says_so_before_it_asks(shell: Shell) -> None:
    shell.environ.delenv("CAPGO_APP_ID")
    for noun in LISTS:
        check_failure(shell(noun, "list"), USAGE, "no app was given")
        check_failure(shell(noun, "get", "x"), USAGE, "no app was given")
    assert shell.server.requests == []


# How it ends


def test_what_is_not_there_is_not_found(shell: Shell) -> None:
    check_failure(shell("channel", "get", "nowhere"), NOT_FOUND, "no channel 'nowhere'")
    for noun, name, near in (("channel", "betta", "beta"), ("bundle", "1.0.1x", "1.0.1")):
        message = f"no {noun} '{name}'; {near} is near"
        check_failure(shell(noun, "get", name), NOT_FOUND, message)
    check_failure(shell("device", "get", "nowhere"), NOT_FOUND, "capgo-tui: ")


@pytest.mark.parametrize(
    ("key", "message"), [(WRONG, "the key was refused"), (OUTSIDER, "may not")]
)
def test_a_key_that_may_not(shell: Shell, key: str, message: str) -> None:
    for words in (("channel", "list"), ("device", "get", device_id(1)), ("bundle", "list")):
        check_failure(shell(*words, "-a", key), NOT_ALLOWED, message)


def test_too_many_requests(shell: Shell) -> None:
    body = b'{"error": "too_many_requests", "message": "slow down"}'
    shell.server.on("GET", "/channel", answering(429, body, more=[(b"retry-after", b"3600")]))
    check_failure(
        shell("channel", "list"),
        RATE_LIMITED,
        "the server asks to slow down; it takes more in 3600",
    )


def test_a_server_that_fails(shell: Shell) -> None:
    shell.server.on("GET", "/channel", answering(500, b'{"error": "x", "message": "out to lunch"}'))
    check_failure(shell("channel", "list"), FAILED, "out to lunch")


@pytest.mark.parametrize("form", FORMS)
def test_what_was_read_before_a_failure_is_written_and_said_to_be_in_part(
    form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = store_of(state(devices=[device(number) for number in range(1, 600)]))
    server = Server(store)
    shell = shell_on(server, monkeypatch, tmp_path)

    async def first_only(app: Any, scope: Any, receive: Any, send: Any) -> None:
        again = server.count("GET", "/device") > 1
        refuse = answering(401, b'{"error": "invalid_apikey", "message": "Invalid apikey"}')
        await (refuse(app, scope, receive, send) if again else app(scope, receive, send))

    server.on("GET", "/device", first_only)
    result = shell("device", "list", form)
    assert result.exit_code == IN_PART
    assert "only the first 50: the key was refused" in result.stderr
    if form == "--table":
        assert len(result.stdout.splitlines()) == 51
    else:
        assert len(rows_of(form, result.stdout)) == 50
    store.close()


def test_rows_that_cannot_be_read_are_counted_and_left_out(shell: Shell) -> None:
    shell.server.on("GET", "/channel", answering(200, b'[{"id": 1, "name": "a"}, {"x": 1}, 7]'))
    result = shell("channel", "list", "--json")
    assert result.exit_code == IN_PART
    assert [row["name"] for row in json.loads(result.stdout)] == ["a"]
    assert "2 of the channels could not be read" in result.stderr


def test_rows_that_are_only_counted_and_a_page_that_is_too_large_are_told(shell: Shell) -> None:
    good = [{"id": number, "name": f"c{number}", "rolloutEnabled": False} for number in range(900)]
    body = json.dumps([*good, *({"x": number} for number in range(300))]).encode()
    shell.server.on("GET", "/channel", answering(200, body))
    result = shell("channel", "list", "--json", "--revision", "live")
    assert result.exit_code == IN_PART
    assert len(json.loads(result.stdout)) == 900
    assert "of the channels could not be read" in result.stderr
    assert "a page of the channels had more rows than any of such a server should" in result.stderr


def test_a_missing_key_and_a_server_nobody_agreed_to_are_mistakes(
    shell: Shell, tmp_path: Path
) -> None:
    shell.environ.delenv("CAPGO_TOKEN")
    check_failure(shell("channel", "list"), USAGE, "no API key was found")
    check_failure(shell("channel", "list", "-a", "two words"), USAGE, "-a: the API key")
    config = {"plugins": {"CapacitorUpdater": {"localApi": "https://evil.example"}}}
    (tmp_path / "capacitor.config.json").write_text(json.dumps(config))
    result = shell("channel", "list", "-a", ALL)
    check_failure(result, USAGE, "names the server https://evil.example")
    assert "--api-url https://evil.example" in result.output
    assert shell.server.requests == []
    find_environment().agree("https://evil.example")
    shell.data("channel", "list", "-a", ALL)
    options = ("--api-url", "https://evil.example", "-a", ALL)
    check_failure(shell("channel", "list", *options, "--log-file", "."), USAGE, "--log-file")
    check_failure(
        shell("channel", "list", "-a", ALL, "--api-url", "http://a.example"), USAGE, "https"
    )


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_explains_itself(shell: Shell, verb: str) -> None:
    assert VERBS[verb] in shell.data("--help")
    assert "Usage: capgo-tui" in shell.data(verb, "--help")


def test_options_before_a_verb_count_as_behind_it(shell: Shell) -> None:
    shell.environ.delenv("CAPGO_APP_ID")
    lists = [
        shell.data(*words)
        for words in (
            ("--app", APP, "--json", "channel", "list"),
            ("channel", "--app", APP, "--json", "list"),
            ("channel", "list", "--app", APP, "--json"),
        )
    ]
    assert lists == [lists[0]] * 3
    assert APP in shell.data("--app", APP, "info")


# Settings


def test_info_says_where_each_setting_comes_from_and_asks_nobody(shell: Shell) -> None:
    document = json.loads(shell.data("info", "--json"))
    fingerprint = ApiKey(ALL).fingerprint
    assert document["key"] == {"value": f"#{fingerprint}", "source": "CAPGO_TOKEN"}
    assert document["app"] == {"value": APP, "source": "CAPGO_APP_ID"}
    assert document["server"] == {"value": "https://api.capgo.app", "source": "default"}
    assert document["journal"]["value"].endswith("journal.sqlite3")
    lines = shell.data("info").splitlines()
    assert lines[0].split() == ["key", f"#{fingerprint}", "CAPGO_TOKEN"]
    shell.environ.delenv("CAPGO_TOKEN")
    shell.environ.delenv("CAPGO_APP_ID")
    lines = shell.data("info").splitlines()[:2]
    assert [" ".join(line.split()) for line in lines] == [
        "key not found set CAPGO_TOKEN, or write it to ~/.capgo",
        "app not found give --app ID",
    ]
    assert json.loads(shell.data("info", "--json"))["app"] is None
    assert "-a" in shell.data("info", "-a", ALL)
    assert ALL not in shell.data("info", "-a", ALL)
    check_failure(shell("info", "--app", "nonsense"), USAGE, "--app holds no app id")
    assert shell.server.requests == []


def test_info_tells_the_proxy_without_its_password(shell: Shell) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        shell.environ.delenv(name, raising=False)

    def proxy(*words: str) -> object:
        return json.loads(shell.data("info", "--json", *words))["proxy"]

    assert proxy() == {"value": "none", "source": "the environment"}
    shell.environ.setenv("ALL_PROXY", "socks://ann:password@proxy.acme.com")
    address = {"value": "socks5://proxy.acme.com:1080", "source": "ALL_PROXY"}
    assert proxy() == address
    assert proxy("--api-url", "https://localhost:1") == proxy("--api-url", "http://localhost:1")
    assert proxy("--api-url", "https://localhost:1") != address
    shell.environ.setenv("NO_PROXY", ".capgo.app")
    assert proxy() != address
    shell.environ.setenv("HTTPS_PROXY", "ftp://ann:password@proxy")
    shell.environ.setenv("NO_PROXY", "")
    text = shell.data("info")
    assert "not usable" in text
    assert "HTTPS_PROXY names a kind of proxy" in text
    assert "password" not in text


# What it writes


@pytest.mark.sampled
@pytest.mark.parametrize("noun", [*LISTS, "app"])
@pytest.mark.parametrize("form", FORMS)
def test_the_corpus_in_every_field_of_a_list(shell: Shell, noun: str, form: str) -> None:
    for path in ROUTES.values():
        shell.server.on("GET", path, rewriting(spoiled_apps if path == "/app" else spoiled_page))
    result = shell(noun, "list", form)
    assert result.exit_code == IN_PART, "what is no row is left out"
    assert not list_unsafe(result.output)
    count = len(TEXTS) + 1
    if form == "--table":
        assert_aligned(result.stdout, count)
    else:
        assert len(rows_of(form, result.stdout)) == count


def spoiled_apps(document: Any) -> Any:
    """Return a malformed page of apps, whose ids are texts."""
    page = spoiled_page(document)
    for row in page:
        if isinstance(row, dict) and "name" in row:
            row["app_id"] = row["name"]
    return page


@pytest.mark.parametrize("name", TEXTS)
def test_the_corpus_in_one_record_and_in_an_error(shell: Shell, name: str) -> None:
    text = TEXTS[name]
    row = {"id": 1, "name": "beta", "disable_auto_update": text, "version": text, text: text}
    shell.server.on("GET", "/channel", answering(200, json.dumps(row).encode()))
    for form in FORMS:
        result = shell("channel", "get", "beta", form)
        assert result.exit_code == OK
        assert not list_unsafe(result.output)
    message = {"error": "unknown_error", "message": text, "moreInfo": {text: text}}
    shell.server.on("GET", "/channel", answering(500, json.dumps(message).encode()))
    result = shell("channel", "list")
    assert result.exit_code == FAILED
    assert not list_unsafe(result.output)


def test_a_key_that_the_server_echoes_is_nowhere(shell: Shell, tmp_path: Path) -> None:
    def echoing(document: Any) -> Any:
        return [{**row, "description": ALL, "comment": ALL} for row in document]

    for path in ("/channel", "/bundle"):
        shell.server.on("GET", path, rewriting(echoing))
    log = tmp_path / "requests.log"
    for noun in ("channel", "bundle"):
        for form in FORMS:
            assert ALL not in shell.data(noun, "list", form, "--log-file", str(log))
    assert "[key hidden]" in shell.data("bundle", "list", "--json")
    assert ALL not in log.read_text()
    assert "GET /bundle" in log.read_text()


# As a process


@pytest.fixture(scope="module")
def environ() -> Iterator[dict[str, str]]:
    with serving_generated(devices=2000) as sandbox:
        yield sandbox.environ


def test_a_reader_that_has_had_enough_is_no_failure(environ: dict[str, str]) -> None:
    for form in ("--ndjson", "--csv", "--json", "--table"):
        ran = subprocess.run(
            ["/bin/bash", "-o", "pipefail", "-c", f"{COMMAND} device list {form} | head -n 1"],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (OK, "")
        assert len(ran.stdout.splitlines()) == 1


def test_a_message_that_nobody_reads_leaves_the_exit_code(environ: dict[str, str]) -> None:
    verb = f"{COMMAND} device list -a c591b04e-cf29-4945-b9a0-000000000000"
    ran = subprocess.run(
        ["/bin/sh", "-c", f'{{ {{ {verb}; echo "code $?" >&3; }} 2>&1 | true; }} 3>&2'],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == f"code {NOT_ALLOWED}\n"


def test_a_full_disk_is_said(environ: dict[str, str]) -> None:
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(
            [str(COMMAND), "channel", "list"],
            env=environ,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode == FAILED
    assert ran.stderr == "capgo-tui: the output cannot be written: No space left on device\n"


def test_a_pipe_gets_utf_8(environ: dict[str, str]) -> None:
    more = {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ran = subprocess.run(
        [str(COMMAND), "channel", "list"], env=environ | more, capture_output=True, check=True
    )
    assert "✓" in ran.stdout.decode("utf-8")
    assert ran.stderr == b""


# Profiles


PROFILES = """\
[profiles.shop]
app = "com.acme.shop"
api_url = "http://localhost:8787"
key_command = "cat key"
production = true
"""


def profiles(state_home: Path, text: str = PROFILES) -> Path:
    folder = state_home / "no-settings" / "capgo-tui"
    folder.mkdir(parents=True)
    (folder / "key").write_text(ALL)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return folder / "config.toml"


def test_a_profile_is_enough_to_read_with(shell: Shell, state_home: Path) -> None:
    file = profiles(state_home)
    for name in ("CAPGO_TOKEN", "CAPGO_APP_ID"):
        shell.environ.delenv(name)
    assert "beta" in shell.data("channel", "list", "--profile", "shop")
    shell.environ.setenv("CAPGO_PROFILE", "shop")
    assert "com.acme.till" in shell.data("app", "list")
    document = json.loads(shell.data("info", "--json"))
    source = f'profile "shop" in {file}'
    assert document["key"] == {"value": f"#{ApiKey(ALL).fingerprint}", "source": source}
    assert document["app"] == {"value": APP, "source": source}
    assert document["server"] == {"value": "http://localhost:8787", "source": source}
    assert document["revision"] == {"value": "auto", "source": "default"}
    assert document["profile"] == {"value": "shop, production", "source": "CAPGO_PROFILE"}
    assert document["config"]["value"] == str(file)
    assert ALL not in shell.data("info")


@pytest.mark.parametrize("verb", [["channel", "list"], ["device", "get", "x"], ["info"]])
def test_a_mistake_in_the_profiles_ends_every_verb(
    shell: Shell, state_home: Path, verb: list[str]
) -> None:
    file = profiles(state_home, PROFILES.replace("production", "prodution"))
    message = f"{file}:5: profiles.shop.prodution: no such key; did you mean production?"
    check_failure(shell(*verb), USAGE, message)
    assert shell.server.requests == []
