"""No module imports itself by a detour, imports for type checking and inside functions included."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import grimp
import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping


def imports() -> Mapping[str, set[str]]:
    """For each module those that it imports."""
    graph = grimp.build_graph("capgo_tui", exclude_type_checking_imports=False, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def circle(imported: Mapping[str, set[str]]) -> str:
    """One circle among modules; empty when there is none."""
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as error:
        return " ← ".join(error.args[1])
    return ""


def test_the_modules_form_no_circle() -> None:
    assert circle(imports()) == ""


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("capgo_tui.tui.host", "capgo_tui.tui.screens.main"),
        ("capgo_tui.tui.controllers.failures", "capgo_tui.tui.controllers.picker"),
        ("capgo_tui.api.errors", "capgo_tui.workspace.session"),
    ],
)
def test_one_more_import_upwards_would_be_found(module: str, imported: str) -> None:
    modules = imports()
    modules[module].add(imported)
    assert module in circle(modules)


def test_imports_for_type_checking_and_inside_functions_count() -> None:
    modules = imports()
    assert "capgo_tui.tui.controllers.lazy" in modules["capgo_tui.tui.controllers.lazy_loader"]
    assert "capgo_tui.workspace.session" in modules["capgo_tui.tui.host"]
