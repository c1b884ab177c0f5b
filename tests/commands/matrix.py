"""Every verb, in every situation, against a sandbox on a socket.

``python -m tests.commands.matrix`` runs each cell as a process of its own and prints the exit
codes; the tests run some of them.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from click.testing import CliRunner

from capgo_tui.commands.root import capgo_tui
from tests.sandbox.sockets import serve_app
from tests.support.pseudo_terminal import COMMAND
from tests.support.server import Server
from tests.support.world import ALL, APP, SECRETS, device_id, state, store_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OK, FAILED, USAGE, NOT_FOUND, NOT_ALLOWED, RATE_LIMITED, IN_PART, REFUSED = range(8)
SITUATIONS: Final = (
    *("ok", "not found", "refused", "offline", "read-only", "production", "dry run"),
    *("no terminal", "again"),
)
DEVICE: Final = device_id(1)
SUM: Final = "0a" * 32
WRONG: Final = ("--confirm", "something else")
"""The wrong answer to a question, which is an answer of no."""
TWO_FORMATS: Final = ("--json", "--csv")
NO_APP: Final = "com.acme.none"
CLOSED: Final = "http://127.0.0.1:1"
CONFIG: Final = '[profiles.prod]\nproduction = true\nkey_env = "CAPGO_TOKEN"\n'


@dataclass(frozen=True)
class Verb:
    """A verb with the words that lead it into each situation."""

    name: str
    words: tuple[str, ...]
    missing: tuple[str, ...]
    """Words that name something that is not there."""
    refused: tuple[str, ...]
    """Words that a rule or a guard stands against."""
    asks: str
    """What has to be typed in production..."""
    is_typed: bool = False
    """...and whether also elsewhere."""
    first: tuple[str, ...] = ()
    """Commands before it, each a line."""
    first_refused: tuple[str, ...] | None = None
    """Others before the refused one."""
    again: tuple[str, ...] | None = None
    """Words that change nothing the second time, where the first ones would."""
    codes: Mapping[str, int] = field(default_factory=dict)
    """Exit codes that are others than usual."""
    writes: bool = True


READ: Final = dict.fromkeys(SITUATIONS, OK) | {
    "not found": NOT_FOUND,
    "refused": USAGE,  # nothing is refused to a reader but what makes no sense
    "offline": FAILED,
    "dry run": USAGE,
}
"""Exit codes of the verbs that only read and name a record."""
LISTED: Final = READ | {"not found": NOT_ALLOWED}
"""The same of lists, where the app can be missing; the server says the same of a foreign one."""
LOCAL: Final = READ | {"not found": USAGE, "offline": OK}
"""The same of verbs that send nothing."""
START: Final = "rollout start beta --bundle 1.0.2 --share 10% --yes"
LINK: Final = f"device link {DEVICE} beta --yes"
VERBS: Final = (
    Verb("device link", (DEVICE, "beta"), ("nobody", "beta"), (DEVICE, "production"), "tester-01"),
    Verb("device unlink", (DEVICE,), ("nobody",), (DEVICE, *WRONG), "tester-01", first=(LINK,)),
    Verb(
        "channel set",
        ("beta", "--no-dev", "--bundle", "1.0.2"),
        ("betta", "--no-dev"),
        ("beta", "--rollout-pause-reason", "it is not paused"),
        "beta",
    ),
    Verb(
        "channel add",
        ("canary",),
        ("canary", "--from", "betta"),
        ("beta",),
        "canary",
        codes={"again": REFUSED},
    ),
    Verb(
        "channel delete",
        ("qa",),
        ("qaa",),
        ("qa", *WRONG),
        "qa",
        is_typed=True,
        codes={"again": NOT_FOUND},
    ),
    Verb(
        "rollout start",
        ("beta", "--bundle", "1.0.2", "--share", "10%"),
        ("beta", "--bundle", "9.9.9"),
        ("beta",),
        "beta",
    ),
    Verb("rollout share", ("beta", "25%"), ("betta", "25%"), ("qa", "25%"), "beta", first=(START,)),
    Verb("rollout pause", ("beta",), ("betta",), ("qa",), "beta", first=(START,)),
    Verb(
        "rollout resume",
        ("beta",),
        ("betta",),
        ("qa",),
        "beta",
        first=(START, "rollout pause beta --yes"),
    ),
    Verb(
        "rollout finish",
        ("beta",),
        ("betta",),
        ("qa",),
        "beta",
        first=(START,),
        codes={"again": REFUSED},
    ),
    Verb("rollout stop", ("beta",), ("betta",), ("beta", *WRONG), "beta", first=(START,)),
    Verb(
        "bundle promote",
        ("1.0.2", "beta"),
        ("9.9.9", "beta"),
        ("1.0.2", "beta", *WRONG),
        "beta",
    ),
    Verb(
        "bundle delete",
        ("1.0.2",),
        ("9.9.9",),
        ("1.0.1",),
        "1.0.2",
        is_typed=True,
        codes={"again": NOT_FOUND},
    ),
    Verb(
        "bundle cleanup",
        ("--keep", "2"),
        (NO_APP,),
        ("--keep", "2", *WRONG),
        "2",
        is_typed=True,
        codes={"not found": NOT_ALLOWED},  # the server says the same of a foreign app
    ),
    Verb(
        "bundle set",
        ("1.0.2", "--comment", "new"),
        ("9.9.9", "--comment", "new"),
        ("1.0.2", "--comment", "new", *WRONG),
        "1.0.2",
    ),
    Verb(
        "bundle add",
        ("3.0.0", "--url", "https://cdn.acme.com/a.zip", "--checksum", SUM),
        ("3.0.0", NO_APP, "--url", "https://cdn.acme.com/a.zip", "--checksum", SUM),
        ("1.0.1", "--url", "https://cdn.acme.com/a.zip", "--checksum", SUM),
        "3.0.0",
        codes={"not found": NOT_ALLOWED, "again": REFUSED},
    ),
    Verb(
        "rollback",
        ("beta",),
        ("betta",),
        ("beta", "--to", "1.0.5"),
        "beta",
        first=("bundle promote 1.0.3 beta --yes",),
        again=("beta", "--to", "1.0.1"),
    ),
    Verb(
        "undo",
        (),
        ("999",),
        ("1",),
        "tester-01",
        first=(LINK,),
        first_refused=(LINK, "undo --yes"),
        codes={"again": NOT_FOUND},
    ),
    Verb(
        "log",
        (),
        (NO_APP,),
        ("--since", "1d"),
        "",
        first=(LINK,),
        codes=dict.fromkeys(SITUATIONS, OK) | {"dry run": USAGE},
        writes=False,
    ),
)
READERS: Final = (
    *(
        Verb(
            f"{noun} list",
            ("--filter", text, "--sort", noun, "--columns", noun, "--limit", "2"),
            (NO_APP,),
            ("--filter", f"{noun}x:1"),
            "",
            codes=LISTED,
            writes=False,
        )
        for noun, text in (("device", "is:stale|!is:stale"), ("channel", "beta"), ("bundle", "1"))
    ),
    Verb(
        "app list",
        ("--filter", "acme"),
        ("--filter", "nothing-like-it"),
        ("--columns", "qq"),
        "",
        codes=READ | {"not found": OK},
        writes=False,
    ),
    *(
        Verb(f"{noun} get", (name,), (missing,), (name, *TWO_FORMATS), "", codes=READ, writes=False)
        for noun, name, missing in (
            ("device", DEVICE, "nobody"),
            ("channel", "beta", "betta"),
            ("bundle", "1.0.2", "9.9.9"),
        )
    ),
    Verb("info", (), ("--profile", "prodd"), ("--app", "nonsense"), "", codes=LOCAL, writes=False),
    Verb("help", ("filters",), ("filter",), ("a", "b"), "", codes=LOCAL, writes=False),
    Verb("completion", ("bash",), ("csh",), (), "", codes=LOCAL, writes=False),
)
"""The verbs that only read."""
CODES: Final = {
    "ok": OK,
    "not found": NOT_FOUND,
    "refused": REFUSED,
    "offline": FAILED,
    "read-only": REFUSED,
    "production": OK,
    "dry run": OK,
    "no terminal": USAGE,
    "again": OK,
}


@dataclass(frozen=True)
class End:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


class Runner(Protocol):
    """A way to run the command without a terminal."""

    def __call__(self, words: Sequence[str], environ: Mapping[str, str], folder: Path) -> End:
        """Run it with these variables beside PATH."""


def run_process(words: Sequence[str], environ: Mapping[str, str], folder: Path) -> End:
    """Run the installed command."""
    process = subprocess.run(
        [str(COMMAND), *words],
        env={"PATH": os.environ["PATH"], **environ},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return End(process.returncode, process.stdout, process.stderr)


def run_here(
    words: Sequence[str], environ: Mapping[str, str], folder: Path, stdin: str = ""
) -> End:
    """Run the command in this process, in which it must be the only one."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = CliRunner(env=environ).invoke(capgo_tui, words, input=stdin)
    finally:
        os.chdir(before)
    return End(result.exit_code, result.stdout, result.stderr)


@dataclass
class Place:
    """A sandbox on a socket, with a home folder of its own."""

    server: Server
    url: str
    folder: Path
    run: Runner

    def __call__(self, *words: str, url: str | None = None) -> End:
        """Run a command on it."""
        environ = {
            "HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "CAPGO_API_URL": url or self.url,
            "CAPGO_APP_ID": APP,
            "CAPGO_TOKEN": ALL,
        }
        end = self.run(words, environ, self.folder)
        assert "Traceback" not in end.stdout + end.stderr, end
        assert "a bug in" not in end.stderr, end
        assert not [secret for secret in SECRETS if secret in end.stdout + end.stderr], end
        return end


@contextmanager
def open_place(run: Runner, folder: Path, server: Server | None = None) -> Iterator[Place]:
    """Serve a sandbox, by default with the small company's app."""
    server = server or Server(store_of(state()), limits="none")
    config = folder / "config" / "capgo-tui"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(CONFIG, encoding="utf-8")
    with serve_app(server) as port:
        yield Place(server, f"http://127.0.0.1:{port}", folder, run)


def run_cell(verb: Verb, situation: str, run: Runner, folder: Path) -> str:
    """Lead a verb into a situation, check what it sent, and return its exit code or codes."""
    with open_place(run, folder) as place:
        first = verb.first
        if situation == "refused" and verb.first_refused is not None:
            first = verb.first_refused
        for line in first:
            assert place(*line.split()).code == OK, line
        place.server.requests.clear()
        ends = [*_run_in(verb, situation, place)]
        code = ends[-1].code
        assert code == verb.codes.get(situation, CODES[situation]), (verb, situation, ends[-1])
        assert ends[-1].stdout or ends[-1].stderr, "a command says something"
        is_written = verb.writes and situation in ("ok", "production")
        assert (place.server.writes > 0) is is_written, (verb, situation, place.server.requests)
        if situation == "again" and verb.writes and code == OK:
            assert "nothing to do: " in ends[-1].stderr, ends[-1]
            assert ends[-1].stdout == "", ends[-1]
        if situation in ("read-only", "no terminal") and verb.writes:
            assert place.server.requests == []
        if situation == "dry run" and verb.writes:
            assert "curl" in ends[-1].stdout
        return "→".join(str(end.code) for end in ends)


def _run_in(verb: Verb, situation: str, place: Place) -> Iterator[End]:
    words = (*verb.name.split(), *verb.words)
    consent: tuple[str, ...] = ("--yes",) if verb.writes else ()
    typed = ("--confirm", verb.asks) if verb.is_typed else ()
    match situation:
        case "ok":
            yield place(*words, *consent, *typed)
        case "not found":
            yield place(*verb.name.split(), *verb.missing, *consent)
        case "refused":
            yield place(*verb.name.split(), *verb.refused, *consent)
        case "offline":
            yield place(*words, *consent, *typed, url=CLOSED)
        case "read-only":
            yield place("--read-only", *words, *consent, *typed)
        case "production" if verb.writes:
            end = place("--profile", "prod", *words, *consent)
            assert (end.code, place.server.writes) == (USAGE, 0), end
            assert f"needs --confirm '{verb.asks}'" in end.stderr
            yield end
            yield place("--profile", "prod", *words, *consent, "--confirm", verb.asks)
        case "production":
            yield place("--profile", "prod", *words)
        case "dry run":
            yield place(*words, "--dry-run")
        case "again":
            words = (*verb.name.split(), *(verb.again or verb.words), *consent, *typed)
            yield place(*words)
            entries = place("log", "--json").stdout
            place.server.requests.clear()
            end = place(*words)
            assert place("log", "--json").stdout == entries, "a write that was not sent is noted"
            yield end
        case _:
            yield place(*words)


def main() -> None:
    """Run all cells as processes and print their exit codes."""

    def fill(verb: Verb, situation: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            return run_cell(verb, situation, run_process, Path(folder))

    with ThreadPoolExecutor(4) as pool:
        rows = [
            (verb, [pool.submit(fill, verb, situation) for situation in SITUATIONS])
            for verb in (*VERBS, *READERS)
        ]
        print(f"{'':16}" + "".join(f"{situation:>13}" for situation in SITUATIONS))
        for verb, cells in rows:
            print(f"{verb.name:16}" + "".join(f"{cell.result():>13}" for cell in cells), flush=True)
    print(f"{len(VERBS + READERS) * len(SITUATIONS)} cells, none empty")


if __name__ == "__main__":
    main()
