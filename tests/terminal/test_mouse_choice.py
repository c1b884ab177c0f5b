"""Whether the terminal is asked to report the mouse, where an option says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

MOUSE = b"\x1b[?1000h"


@pytest.mark.parametrize(
    ("option", "environ"), [("--mouse", {"STY": "1.fake", "TERM": "screen"}), ("--no-mouse", {})]
)
def test_an_option_beats_the_line(
    sandbox: Sandbox, tmp_path: Path, option: str, environ: dict[str, str]
) -> None:
    with PseudoTerminal(
        [str(COMMAND), option], environ={**sandbox.environ, **environ}, folder=tmp_path
    ) as terminal:
        terminal.settle("loaded")
        assert (MOUSE in terminal.output) is (option == "--mouse")
