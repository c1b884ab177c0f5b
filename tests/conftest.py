"""Tests use a state folder and settings of their own; the run ends with three tables.

Tests marked ``sampled`` run as a sample, and property tests a quarter of their examples, unless
``--whole`` is given.

The stores of a test's servers are closed with the test, or with its module.

Property tests have no deadline, as the machine may be busy.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.arsenal.summary import print_arsenal
from tests.sandbox import scoreboard
from tests.sandbox.scoreboard import add_marked_numbers, print_conformance
from tests.support.sampling import (
    Sampling,
    deselect_unsampled,
    draw_nothing,
    load_profile,
    print_samples,
)
from tests.support.server import closing_stores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from _pytest.terminal import TerminalReporter

if os.name == "posix":
    # What a shell runs in the background ignores both, and so would all that the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    # nohup and some runners of CI ignore this one.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Without bytecode, each of the many programs that the tests start compiles all of ours again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--whole``."""
    parser.addoption(
        "--whole", action="store_true", help="run the sampled tests with all of their parameters"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks of the contract's numbers, and choose how much a property test runs."""
    scoreboard.pytest_configure(config)
    if not config.getoption("--hypothesis-profile", None):
        load_profile(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop what the sample leaves out, and note what each test is about."""
    deselect_unsampled(config, items)
    add_marked_numbers(items)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print what was sampled, what conforms, and what came of each attack."""
    print_samples(terminalreporter)
    print_conformance(terminalreporter)
    print_arsenal(terminalreporter)


def pytest_collection_finish() -> None:
    """Keep the tests themselves out of each collection of garbage."""
    # Hypothesis does not find its own generator of random numbers where it is made after this.
    draw_nothing()
    gc.collect()
    gc.freeze()


@pytest.fixture
def sampling(
    pytestconfig: pytest.Config, record_property: Callable[[str, object], None]
) -> Sampling:
    """Whether all has to be run, and where to note what a test leaves out."""
    return Sampling(pytestconfig.getoption("--whole"), record_property)


@pytest.fixture(autouse=True, scope="module")
def stores_of_the_module() -> Iterator[None]:
    """Close the stores of the servers that a module shares."""
    with closing_stores():
        yield


@pytest.fixture(autouse=True)
def stores_of_the_test() -> Iterator[None]:
    """Close the stores of the servers that a test makes."""
    with closing_stores():
        yield


@pytest.fixture(autouse=True)
def state_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder for this test and its subprocesses; and no profiles."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "no-settings"))
    monkeypatch.delenv("CAPGO_PROFILE", raising=False)
    return folder
