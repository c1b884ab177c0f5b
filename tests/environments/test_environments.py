"""The main job in every environment that this machine has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.environments.environments import ENVIRONMENTS, Environment
from tests.environments.walk import STEPS, device_ids, format_table, sandbox_command, walk
from tests.support.sandbox_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    with serving(sandbox_command()) as sandbox:
        yield sandbox


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: each.name)
def test_the_main_job_is_done(
    environment: Environment, shared_sandbox: Sandbox, tmp_path: Path
) -> None:
    if environment.reason_to_skip:
        pytest.skip(environment.reason_to_skip)
    device = device_ids(shared_sandbox)[ENVIRONMENTS.index(environment)]
    row = walk(environment, shared_sandbox, device, tmp_path)
    assert len(row.cells) == len(STEPS)
    assert all(row.cells)
    assert format_table([row]).count("\n") == 1
