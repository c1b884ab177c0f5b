"""Every command of the README and of the help is run as it is written, against a sandbox.

A command that is in none of the tables below fails the first test: say what it shows, or why it
cannot be run.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from tests.documents.sandbox import Desk, open_desk
from tests.documents.test_jobs import NEWEST, QA
from tests.documents.texts import README, ROOT, Command, commands, fences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Run(NamedTuple):
    """What a command shows, and what it leaves behind."""

    shows: str
    """A pattern in its output."""
    leaves: Callable[[Desk], bool] = lambda _: True
    first: str = ""
    """A command before it, for the state in which it makes sense."""


NOT_RUN: Final = {
    "python3 -m venv .venv && . .venv/bin/activate && pip install -q .": (
        "installs from the network; .ci/run does the same, with the tests' packages"
    ),
    "pip install textual-serve": "installs from the network",
    """python -c 'from textual_serve.server import Server; Server("capgo-tui").serve()'""": (
        "needs a browser: tests/terminal/test_in_chromium.py"
    ),
    "python -m tests.budgets": "takes minutes: tests/budgets/test_budgets.py",
    "python -m tests.environments": "takes minutes: tests/environments/test_environments.py",
}
"""Commands that are not run here, with the reason."""
APPS: Final = {
    "capgo-tui": "1 Channels 6",
    "capgo-tui --app com.acme.shop": "1 Channels 6",
    "capgo-tui --demo": "production",
    "capgo-tui --device qa-08": QA,
    "capgo-tui --channel beta --read-only": "beta",
    "capgo-tui open 2.4.1": "2.4.1",
}
"""Commands that open the app, each with what it shows."""
SERVERS: Final = {
    "capgo-tui sandbox": "ctrl+c stops",
    "capgo-tui sandbox --fault 502@device.list:25%": "ctrl+c stops",
}
"""Commands that serve until ctrl+c, run on a free port."""
SCRIPT: Final = next(
    code.strip() for code in fences(README.read_text("utf-8"), "sh") if "ids.txt" in code
)
LINK: Final = "capgo-tui device link qa-08 beta --yes"
RUNS: Final = {
    SCRIPT: Run(
        "Undo.*100 done",
        lambda desk: (
            desk.count_overrides("beta") == 2
            and len((desk.folder / "ids.txt").read_text("utf-8").split()) == 100
        ),
    ),
    "capgo-tui device link qa-08 beta": Run(
        "✓ .*override is beta", lambda desk: desk.override_of(QA) == "beta"
    ),
    f"capgo-tui bundle promote {NEWEST} production": Run(
        f"✓ .*bundle is {NEWEST}", lambda desk: desk.bundle_of("production") == NEWEST
    ),
    f"capgo-tui rollout start production --bundle {NEWEST} --share 25%": Run(
        "✓ production: 25 % of devices",
        lambda desk: desk.bundle_of("production", "rollout_version") == NEWEST,
    ),
    "capgo-tui rollback production": Run(
        "2.4.1 → 2.4.0", lambda desk: desk.bundle_of("production") == "2.4.0"
    ),
    "capgo-tui bundle cleanup --keep 10 --older-than 30d": Run(
        r"type \d+ to go on", lambda desk: 10 <= desk.count_bundles() < 48
    ),
    "capgo-tui undo": Run("override is none", lambda desk: desk.override_of(QA) == "", LINK),
    "capgo-tui log": Run(f"{QA}.*none → beta", first=LINK),
    "capgo-tui log --since 2d": Run(f"{QA}.*none → beta", first=LINK),
    "capgo-tui info": Run("com.acme.shop"),
    "capgo-tui help": Run("exit-codes +What the exit codes mean"),
    **{
        f"capgo-tui help {topic}": Run(title)
        for topic, title in (
            ("filters", "# Filters"),
            ("keys", "device.override"),
            ("settings", "CAPGO_TOKEN"),
            ("exit-codes", "interrupted with"),
            ("safety", "--dry-run"),
        )
    },
    "capgo-tui device --help": Run("Usage: capgo-tui device"),
    "capgo-tui completion bash": Run("complete "),
    "capgo-tui device list --filter 'is:override seen:<7d'": Run("▲ hotfix-login"),
    "capgo-tui device list --filter 'ios|android bundle:<2.4 !qa'": Run("2.3.9"),
    "capgo-tui bundle list --filter 'is:unused age:>90d' --sort created": Run("1.20.0"),
    "capgo-tui --profile shop device list": Run(QA),
    "CAPGO_TOKEN=… capgo-tui channel list com.acme.shop": Run("hotfix-login"),
    'capgo-tui channel get beta --json > beta.json || echo "exit code $?"': Run(
        r"\A\Z", lambda desk: '"name": "beta"' in (desk.folder / "beta.json").read_text("utf-8")
    ),
    'capgo-tui device unlink nobody --yes; [ $? -eq 3 ] && echo "no device"': Run(r"no device\n\Z"),
    "capgo-tui bundle delete 2.3.0 --dry-run": Run(
        "curl .*DELETE", lambda desk: desk.count_bundles() == 48
    ),
    "capgo-tui channel set beta --bundle 2.4.1 --yes --wait": Run(
        "bundle is 2.4.1", lambda desk: desk.bundle_of("beta") == "2.4.1"
    ),
}
"""Commands that end by themselves."""
COMMANDS: Final = [command for command in commands() if command.text not in NOT_RUN]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as new_desk:
        yield new_desk


def test_every_command_is_run_or_named_with_a_reason() -> None:
    known = {*NOT_RUN, *APPS, *SERVERS, *RUNS}
    written = {command.text for command in commands()}
    assert written - known == set(), "not run, and no reason given"
    assert known - written == set(), "in no document"


def test_what_is_not_run_is_tested_where_the_reason_says() -> None:
    for reason in NOT_RUN.values():
        for path in re.findall(r"(?:tests/|\.ci/)\S+(?:py|run)", reason):
            assert (ROOT / path).is_file(), reason


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_a_command_does_what_it_is_for(command: Command, desk: Desk) -> None:
    text = command.text.replace("TOKEN=…", f"TOKEN={desk.environ['CAPGO_TOKEN']}")
    if text in APPS:
        with desk.terminal(text) as terminal:
            terminal.settle(APPS[text])
            terminal.settle(lambda: "…" not in terminal.line(0), "all three counts")
            terminal.type("q")
            assert terminal.wait_end() == 0
    elif text in SERVERS:
        with desk.terminal(f"exec {text} --port 0") as terminal:
            terminal.settle(SERVERS[text])
            terminal.process.send_signal(signal.SIGINT)
            assert terminal.wait_end() == 0
    else:
        run = RUNS[command.text]
        if run.first:
            assert desk.run(run.first)[0] == 0
        code, output = desk.run(text)
        assert code == 0, output
        assert re.search(run.shows, output), output
        assert run.leaves(desk), output


def test_the_python_of_the_readme_runs(desk: Desk) -> None:
    (code,) = fences(README.read_text("utf-8"), "python")
    for written, present in (
        ('"…"', repr(desk.environ["CAPGO_TOKEN"])),
        ("http://127.0.0.1:8787", desk.environ["CAPGO_API_URL"]),
    ):
        assert code.count(written) == 1
        code = code.replace(written, present)
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=desk.folder, check=True)
    assert desk.override_of(QA) == "beta"
