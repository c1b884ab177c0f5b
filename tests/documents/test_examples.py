"""The examples in the ``--help`` of each verb are run, with the data of the sandbox.

They run in this process, and those that write with ``--dry-run``; `test_commands` runs commands as
processes of their own.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner

from capgo_tui.commands.root import capgo_tui
from capgo_tui.sandbox.generate import APP_ID, generate
from capgo_tui.sandbox.store import Store
from tests.commands.matrix import OK, REFUSED, run_here
from tests.commands.test_help import LEAVES
from tests.sandbox.sockets import serve_app
from tests.support.server import Server
from tests.support.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.commands.matrix import End

QA: Final = "9ee1181d-5102-4434-8410-26058f3c3cd2"
READ: Final = ("list", "get", "log", "info", "help", "completion")
NOT_RUN: Final = {"open": "opens the app: test_commands.py", "sandbox": "serves until ctrl+c"}
STATE: Final = (
    f"device link {QA} beta --yes",
    "rollout start production --bundle 2.5.0-beta.3 --share 5% --yes",
)
"""Changes before the examples, so that there is something to undo, to share and to stop."""
LATER: Final = {"capgo-tui rollout resume": "rollout pause production --yes"}
"""Changes before some examples."""


def list_examples() -> list[str]:
    """Return the examples of all verbs, unwrapped."""
    examples: list[str] = []
    for words in LEAVES:
        help_page = CliRunner().invoke(capgo_tui, [*words, "--help"], terminal_width=200).stdout
        examples += re.findall(r"^  (capgo-tui .*)$", help_page, re.MULTILINE)
    return examples


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., End]]:
    store, folder = Store(), tmp_path_factory.mktemp("examples")
    world = generate(store, now=NOW)
    config = folder / ".config" / "capgo-tui"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('[profiles.shop]\nkey_env = "CAPGO_TOKEN"\n', "utf-8")
    with serve_app(Server(store, limits="none")) as port:
        environ = {
            "HOME": str(folder),
            "XDG_STATE_HOME": "",
            "XDG_CONFIG_HOME": "",
            "CAPGO_API_URL": f"http://127.0.0.1:{port}",
            "CAPGO_APP_ID": APP_ID,
            "CAPGO_TOKEN": world.key,
        }

        def run_line(line: str, stdin: str = "") -> End:
            return run_here(shlex.split(line), environ, folder, stdin)

        for line in STATE:
            assert run_line(line).code == OK
        yield run_line
    store.close()


EXAMPLES: Final = [each for each in list_examples() if each.split()[1] not in NOT_RUN]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_a_verb_is_right(example: str, run: Callable[..., End]) -> None:
    line, _, redirection = re.sub(r" >>? .*| < ids.txt", "", example).partition(" | ")
    assert not redirection
    for start, first in LATER.items():
        if line.startswith(start):
            assert run(first).code in (OK, REFUSED), "already so"
    words = line.removeprefix("capgo-tui ").replace("9f86…", "9f" * 32)
    is_reading = any(word in READ for word in words.split()[:2])
    if not is_reading and "--dry-run" not in words:
        words = re.sub(r" --confirm \S+| --wait", "", words) + " --dry-run"
    end = run(words, f"{QA}\n" if " - " in words else "")
    is_nothing_to_do = "nothing to do" in end.stderr
    assert end.code == OK or (is_nothing_to_do and end.code == REFUSED), (end.stdout, end.stderr)
    assert is_reading or is_nothing_to_do or "curl" in end.stdout
