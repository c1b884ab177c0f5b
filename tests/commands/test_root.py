"""Tests of ``capgo-tui`` up to the start of the interface: options, mistakes, exit codes."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from capgo_tui import __version__
from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import Revision
from capgo_tui.commands import interface
from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.root import capgo_tui
from capgo_tui.sandbox.store import Store
from capgo_tui.tui.launch import StartRecord
from tests.arsenal.servers import make_answer, raw_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from capgo_tui.tui.launch import Launch

KEY = "2c1eb96d-8677-57f8-8bd7-09e59dbbe943"
OK, USAGE = 0, 2


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty home and an empty project folder."""
    for name in ("CAPGO_TOKEN", "CAPGO_APP_ID", "CAPGO_API_URL"):
        monkeypatch.delenv(name, raising=False)
    home, folder = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(folder)
    return tmp_path


@contextmanager
def on_a_terminal() -> Iterator[None]:
    """Connect standard input and output to a real terminal."""
    ours, theirs = pty.openpty()
    # Not in a fixture: pytest puts its own streams there again before the test begins.
    with (
        os.fdopen(ours, "rb"),
        os.fdopen(os.dup(theirs), "r") as reading,
        os.fdopen(theirs, "w") as writing,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(sys, "stdin", reading)
        patch.setattr(sys, "stdout", writing)
        yield


class Start:
    """Result of one start of the command."""

    def __init__(self, code: int, errors: str, launches: list[Launch]) -> None:
        self.code, self.errors, self.launches = code, errors, launches

    @property
    def launch(self) -> Launch:
        assert self.errors == ""
        (launch,) = self.launches
        assert self.code == OK
        assert self.errors == ""
        return launch

    @property
    def mistake(self) -> str:
        assert self.launches == []
        assert self.code == USAGE
        assert "Traceback" not in self.errors
        return self.errors


def start(*arguments: str, ends_with: int = OK) -> Start:
    """Start the command on a terminal, up to the interface, and return the result."""
    launches: list[Launch] = []

    def record_launch(launch: Launch) -> int:
        launches.append(launch)
        return ends_with

    errors = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, on_a_terminal():
        patch.setattr(interface, "run_interface", record_launch)
        patch.setattr(sys, "stderr", errors)
        with pytest.raises(SystemExit) as left:
            capgo_tui(list(arguments))
    code = left.value.code
    assert isinstance(code, int)
    return Start(code, errors.getvalue(), launches)


# Without a terminal


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(capgo_tui, ["--version"])
    assert result.exit_code == OK
    assert result.output == f"capgo-tui, version {__version__}\n"


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_every_option_and_verb(option: str) -> None:
    result = CliRunner().invoke(capgo_tui, [option])
    assert result.exit_code == OK
    for word in (
        "--app",
        "--api-url",
        "--apikey",
        "--revision",
        "--device",
        "--log-file",
        "--demo",
        "sandbox",
    ):
        assert word in result.output
    assert "CAPGO_TOKEN" in result.output
    assert "--read-only" in result.output


@pytest.mark.parametrize("arguments", [[], ["--demo"], ["--app", "com.acme.shop", "-a", KEY]])
def test_the_interface_needs_a_terminal(arguments: list[str]) -> None:
    result = CliRunner().invoke(capgo_tui, arguments)
    assert result.exit_code == USAGE
    assert "needs a terminal" in result.output
    assert KEY not in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["no-such-verb"],
        ["--revision", "newest"],
        ["--app"],
        ["sandbox", "--port", "many"],
    ],
)
def test_a_mistake_in_the_arguments_is_a_usage_error(arguments: list[str]) -> None:
    result = CliRunner().invoke(capgo_tui, arguments)
    assert result.exit_code == USAGE
    assert "Error: " in result.output


@pytest.mark.parametrize(
    "options",
    [
        ["--app", "com.acme.shop"],
        ["--api-url", "http://localhost:1"],
        ["-a", KEY],
        ["--revision", "auto"],
        ["--device", "3f2a"],
        ["--demo"],
    ],
    ids=lambda options: options[0],
)
def test_an_option_before_a_verb_is_a_mistake_and_not_forgotten(options: list[str]) -> None:
    result = CliRunner().invoke(capgo_tui, [*options, "sandbox", "--port", "0"])
    assert result.exit_code == USAGE
    assert "options go after the verb 'sandbox'" in result.output
    assert KEY not in result.output


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["-a", KEY], "apikey"),
        (["--app", "com.acme.shop"], "app_id"),
        (["--api-url", "http://localhost:1"], "api_url"),
    ],
)
def test_the_demo_takes_no_account(options: list[str], name: str) -> None:
    mistake = start("--demo", *options).mistake
    assert f"--demo brings its own {name}" in mistake
    assert KEY not in mistake


@pytest.mark.parametrize("device", ["", "  "])
def test_an_empty_device_is_a_mistake(device: str) -> None:
    assert "--device is empty" in start("-a", KEY, "--device", device).mistake


@pytest.mark.parametrize("name", ["channel", "bundle"])
def test_the_app_opens_on_a_channel_or_a_bundle(name: str) -> None:
    launch = start("-a", KEY, "--app", "com.acme.shop", f"--{name}", "x").launch
    assert (launch.record, launch.start) == (StartRecord(f"{name}s", "x"), f"{name}s")
    assert f"--{name} is empty" in start("-a", KEY, f"--{name}", " ").mistake
    assert "give one of" in start("-a", KEY, f"--{name}", "x", "--device", "y").mistake


def test_open_starts_the_app_on_a_record_of_that_name() -> None:
    launch = start("open", "beta", "com.acme.shop", "-a", KEY, "--read-only").launch
    assert launch.record == StartRecord("", "beta")
    assert (launch.app_id, launch.read_only) == ("com.acme.shop", True)
    before = start("--app", "com.acme.shop", "-a", KEY, "--refresh", "9", "open", "beta").launch
    assert (before.app_id, before.refresh_seconds) == ("com.acme.shop", 9)
    assert start("--demo", "open", "beta").launch.record == StartRecord("", "beta")
    assert "the name is empty" in start("open", " ").mistake
    assert "two apps" in start("open", "a", "com.acme.a", "--app", "com.acme.b").mistake
    assert "is for the app, not for open" in start("--device", "x", "open", "beta").mistake


def test_the_package_runs_as_a_module_and_says_where_it_needs_a_terminal() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "capgo_tui"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == USAGE
    assert process.stdout == "", "standard output is for data"
    assert "needs a terminal" in process.stderr


# On a terminal


def test_everything_that_was_said_reaches_the_interface() -> None:
    launch = start(
        *("--app", " com.acme.shop ", "--api-url", "http://localhost:8787/", "-a", KEY),
        *("--revision", "auto", "--device", "3f2a"),
    ).launch
    assert launch.app_id == "com.acme.shop"
    assert launch.server == "http://localhost:8787"
    assert launch.api_key == ApiKey(KEY)
    assert launch.revision is None
    assert launch.device == "3f2a"
    assert launch.asgi_app is None
    assert launch.target is not None
    assert launch.target.app_id == "com.acme.shop"


@pytest.mark.parametrize(
    ("word", "revision"), [("auto", None), *((revision.value, revision) for revision in Revision)]
)
@pytest.mark.parametrize("demo", [False, True])
def test_every_revision_can_be_told(word: str, revision: Revision | None, demo: bool) -> None:
    more = ["--demo"] if demo else ["--app", "com.acme.shop", "-a", KEY]
    launch = start(*more, "--revision", word).launch
    assert launch.revision == revision
    assert launch.target is not None
    assert launch.target.revision == revision


def test_writes_are_noted_in_the_users_state_folder(state_home: Path) -> None:
    target = start("-a", KEY, "--app", "com.acme.shop").launch.target
    assert target is not None
    assert target.journal == state_home / "capgo-tui" / "journal.sqlite3"
    assert not target.read_only
    assert not any(state_home.iterdir()), "and nothing is made before there is one"


@pytest.mark.parametrize("more", [["--demo"], ["-a", KEY, "--app", "com.acme.shop"]])
def test_read_only_reaches_the_client(more: list[str]) -> None:
    target = start(*more, "--read-only").launch.target
    assert target is not None
    assert target.read_only


def test_what_a_profile_guards_holds_whatever_replaced_its_values(state_home: Path) -> None:
    folder = state_home / "no-settings" / "capgo-tui"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        "[profiles.prod]\napp = 'com.acme.shop'\nkey_file = 'none'\nread_only = true\n"
        "production = true\nrevision = 'legacy'\n"
    )
    options = (
        "--profile",
        "prod",
        "-a",
        KEY,
        "--app",
        "com.acme.till",
        "--api-url",
        "https://other",
    )
    target = start(*options).launch.target
    assert target is not None
    assert (target.app_id, target.server) == ("com.acme.till", "https://other")
    assert target.revision is Revision.LEGACY
    assert target.read_only
    assert target.production
    assert target.read_only_by == "profile prod"
    mistake = start("--profile", "prod").mistake
    assert "config.toml:3: profiles.prod.key_file cannot be read" in mistake
    assert "Traceback" not in mistake
    assert start("--profile", "prd").mistake.strip().endswith("did you mean prod?")
    assert "--demo brings its own profile" in start("--demo", "--profile", "prod").mistake
    assert start("--demo").launch.profile is None


def test_the_demo_leaves_nothing_in_the_journal() -> None:
    target = start("--demo").launch.target
    assert target is not None
    assert target.journal is None


def test_a_server_that_only_the_folder_names_is_asked_about_first(
    empty_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = empty_machine / "project" / "capacitor.config.json"
    updater = {"localApi": "https://evil.example"}
    config.write_text(json.dumps({"plugins": {"CapacitorUpdater": updater}}))
    launch = start("-a", KEY, "--app", "com.acme.shop").launch
    assert launch.server == "https://evil.example"
    assert launch.server_named_by == "capacitor.config.json"
    assert launch.target is None, "nothing is opened before somebody says yes"
    assert launch.remember_server is not None
    assert start("-a", KEY, "--app", "com.acme.shop").launch.target is None
    launch.remember_server()
    again = start("-a", KEY, "--app", "com.acme.shop").launch
    assert again.server_named_by is None
    assert again.target is not None
    updater["localApi"] = "http://127.0.0.1:8000"
    config.write_text(json.dumps({"plugins": {"CapacitorUpdater": updater}}))
    assert start("-a", KEY, "--app", "com.acme.shop").launch.target is None, "this machine neither"
    updater["localApi"] = "https://evil.example"
    config.write_text(json.dumps({"plugins": {"CapacitorUpdater": updater}}))
    launch = start("-a", KEY, "--app", "com.acme.shop", "--api-url", "https://evil.example").launch
    assert launch.server_named_by is None
    assert launch.target is not None
    monkeypatch.setenv("CAPGO_API_URL", "https://evil.example")
    assert start("-a", KEY, "--app", "com.acme.shop").launch.target is not None


def test_consent_to_the_server_of_a_profile_opened_later_is_remembered_for_that_server(
    empty_machine: Path, state_home: Path
) -> None:
    config = empty_machine / "project" / "capacitor.config.json"
    updater = {"localApi": "https://of-the-folder.example"}
    config.write_text(json.dumps({"plugins": {"CapacitorUpdater": updater}}))
    key_file = empty_machine / "key"
    key_file.write_text(KEY)
    folder = state_home / "no-settings" / "capgo-tui"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        f"[profiles.shop]\napp = 'com.acme.shop'\nkey_file = '{key_file}'\n"
    )
    first = start("-a", KEY, "--app", "com.acme.till", "--api-url", "https://of-mine").launch
    assert first.launch_profile is not None
    later = first.launch_profile(first, "shop")
    assert later.server_named_by == "capacitor.config.json"
    assert later.remember_server is not None
    later.remember_server()
    assert start("-a", KEY, "--app", "com.acme.shop").launch.target is not None


def test_why_the_app_is_not_certain_reaches_the_interface(empty_machine: Path) -> None:
    config = empty_machine / "project" / "capacitor.config.ts"
    config.write_text("export default {\n  appId: process.env.APP,\n};\n")
    launch = start("-a", KEY).launch
    assert launch.app_id is None
    assert launch.app_doubt is not None
    assert launch.app_doubt.startswith("capacitor.config.ts:2: appId: ")


def test_a_current_folder_that_is_gone_is_told(empty_machine: Path) -> None:
    (empty_machine / "project").rmdir()
    assert "the current folder is gone; give both --app and --api-url" in start("-a", KEY).mistake


def test_what_was_not_said_is_found(empty_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_machine / "home" / ".capgo").write_text(f"{KEY}\n")
    (empty_machine / "project" / "capacitor.config.json").write_text('{"appId": "com.acme.shop"}')
    monkeypatch.setenv("CAPGO_API_URL", "http://localhost:1")
    launch = start().launch
    assert launch.api_key == ApiKey(KEY)
    assert launch.app_id == "com.acme.shop"
    assert launch.server == "http://localhost:1"
    assert launch.revision is None


def test_what_is_not_found_is_left_to_ask_for() -> None:
    launch = start().launch
    assert launch.api_key is None
    assert launch.app_id is None
    assert launch.server == "https://api.capgo.app"
    assert launch.target is None
    half = start("-a", KEY).launch
    assert half.target is None, "a key alone opens nothing"


def test_a_bad_app_id_is_named_with_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    mistake = start("--app", KEY, "-a", KEY).mistake
    assert "--app holds no app id; one looks like com.example.app" in mistake
    assert KEY not in mistake, "whatever was put in the wrong place"
    monkeypatch.setenv("CAPGO_APP_ID", "com..acme")
    mistake = start("-a", KEY).mistake
    assert "CAPGO_APP_ID holds no app id" in mistake
    assert "com..acme" not in mistake


@pytest.mark.parametrize("bad", ["Bearer {key}", "{key}\u00e9", ""])
def test_a_bad_key_is_named_with_its_source_and_never_shown(
    bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = bad.format(key=KEY)
    mistake = start("--app", "com.acme.shop", "-a", bad).mistake
    assert "-a: the API key" in mistake
    assert KEY not in mistake
    if bad:
        monkeypatch.setenv("CAPGO_TOKEN", bad)
        mistake = start("--app", "com.acme.shop").mistake
        assert "CAPGO_TOKEN: the API key" in mistake
        assert KEY not in mistake


def test_a_broken_config_is_named_with_its_line(empty_machine: Path) -> None:
    (empty_machine / "project" / "capacitor.config.json").write_text('{\n"appId": \n')
    assert "capacitor.config.json:3: not valid JSON" in start("-a", KEY).mistake


# The log file


def test_a_log_file_is_opened_before_the_start(empty_machine: Path) -> None:
    path = empty_machine / "requests.log"
    launch = start("-a", KEY, "--app", "com.acme.shop", "--log-file", str(path)).launch
    assert launch.log_file is not None
    assert launch.target is not None
    assert launch.target.log_file is launch.log_file
    assert path.stat().st_mode & 0o777 == 0o600
    assert start("--demo", "--log-file", str(path)).launch.log_file is not None
    assert start("-a", KEY).launch.log_file is None


@pytest.mark.parametrize("code", [OK, Exit.FAILED])
def test_what_was_opened_is_closed_when_the_command_ends(
    code: int, empty_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores: list[Store] = []
    close = Store.close

    def record_closing(store: Store) -> None:
        stores.append(store)
        close(store)

    monkeypatch.setattr(Store, "close", record_closing)
    path = empty_machine / "requests.log"
    (launch,) = start("--demo", "--log-file", str(path), ends_with=code).launches
    assert len(stores) == 1, "the demo's data"
    assert launch.log_file is not None
    launch.log_file.write("too late")
    assert path.read_bytes() == b""


@pytest.mark.parametrize("path", ["no/such/folder/x.log", ".", "", "/dev/null", "a\0b"])
def test_a_log_that_cannot_be_written_is_a_mistake(path: str) -> None:
    mistake = start("-a", KEY, "--log-file", path).mistake
    assert "--log-file" in mistake
    assert "cannot be written: " in mistake


def test_no_launch_shows_its_key() -> None:
    assert KEY not in repr(start("-a", KEY, "--app", "com.acme.shop").launch)


@pytest.mark.parametrize("code", [OK, Exit.FAILED])
def test_the_interfaces_end_is_the_commands_end(code: int) -> None:
    outcome = start("--app", "com.acme.shop", "-a", KEY, ends_with=code)
    assert outcome.code == code
    assert len(outcome.launches) == 1


def test_a_verb_runs_without_a_terminal_and_without_the_interface() -> None:
    result = CliRunner().invoke(capgo_tui, ["sandbox", "--help"])
    assert result.exit_code == OK
    assert "--state" in result.output


def every_command(command: click.Command) -> Iterator[click.Command]:
    """Yield a command and all below it."""
    yield command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from every_command(inner)


def test_wherever_a_key_can_be_given_its_help_says_who_sees_it() -> None:
    takes_key = [
        (command, option)
        for command in every_command(capgo_tui)
        for option in command.params
        if isinstance(option, click.Option) and "--apikey" in option.opts
    ]
    assert len(takes_key) >= 8
    for command, option in takes_key:
        assert "process list" in str(option.help), command.name


# The network


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("HTTPS_PROXY", "socks4://proxy", "HTTPS_PROXY names a kind of proxy"),
        ("ALL_PROXY", "http://proxy:99999", "ALL_PROXY is no address of a proxy"),
        ("SSL_CERT_FILE", "/missing.pem", "SSL_CERT_FILE: /missing.pem: No such file"),
        ("SSL_CERT_DIR", "/missing", "SSL_CERT_DIR: /missing: No such file"),
    ],
)
def test_a_network_that_cannot_be_used_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, problem: str
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    assert problem in start("--app", "com.example.app", "-a", KEY).mistake
    verb = CliRunner().invoke(capgo_tui, ["channel", "list", "com.example.app", "-a", KEY])
    assert verb.exit_code == USAGE
    (line,) = [line for line in verb.stderr.splitlines() if line.startswith("Error")]
    assert problem in line
    here = "http://localhost:1"
    assert start("--api-url", here).launch.server == here, "this machine needs none of them"


@pytest.mark.parametrize(
    ("status", "body", "line", "code"),
    [
        (
            "404 Not Found",
            b'{"message":"no Route matched with those values"}',
            "no Route matched with those values: the address may lack its path, such as"
            " /functions/v1",
            Exit.NOT_FOUND,
        ),
        (
            "401 Unauthorized",
            b'{"msg":"Invalid JWT"}',
            "the key was refused: Invalid JWT",
            Exit.NOT_ALLOWED,
        ),
    ],
)
def test_what_another_server_answers_is_told(
    status: str, body: bytes, line: str, code: Exit
) -> None:
    with raw_server(lambda _: make_answer(status, body)) as server:
        words = ["channel", "list", "com.example.app", "-a", KEY, "--api-url", server.url]
        result = CliRunner().invoke(capgo_tui, words)
    assert result.exit_code == code
    assert result.stderr.strip().endswith(line)


def test_an_entry_of_no_proxy_that_cannot_be_read_is_ignored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "fd07::/999,[,http://[::1")
    assert start("--app", "com.example.app", "-a", KEY).launch.api_key == ApiKey(KEY)


def test_no_verb_but_the_log_needs_the_models_of_changes_to_begin() -> None:
    verbs = [name for name in capgo_tui.list_commands(click.Context(capgo_tui)) if name != "log"]
    program = f"""
import sys
from capgo_tui.commands.root import capgo_tui
for verb in {verbs}:
    assert capgo_tui.get_command(None, verb) is not None
    assert "capgo_tui.workspace.changes.change" not in sys.modules, verb
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
