"""The versions that CI installs: all of them pinned, and within the bounds of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from tests.constraints import (
    LOWEST,
    PINNED,
    ProjectFile,
    find_differences,
    read_pins,
)
from tests.vulnerabilities import find_installed_versions

if TYPE_CHECKING:
    from pathlib import Path

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}
EXTRAS = ("test", "lint")


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_each_requirement_is_pinned_within_its_bounds(python: str, system: str) -> None:
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_system": SYSTEMS[system],
    }
    project = ProjectFile.read()
    assert set(project.project.extras) == set(EXTRAS)
    for file, extras in ((PINNED, EXTRAS), (LOWEST, ("test",))):
        pins = read_pins(file, environment)
        for need in project.requirements(*extras):
            assert need.specifier.contains(pins[need.name]), f"{file.name}: {need}"


def test_the_lowest_versions_are_the_lower_bounds() -> None:
    pins = read_pins(LOWEST)
    for need in ProjectFile.read().requirements("test"):
        bounds = [each.version for each in need.specifier if each.operator in {">=", "=="}]
        assert bounds, f"{need} has no lower bound"
        assert pins[need.name] == max(map(Version, bounds)), need


def test_each_dependency_of_the_program_stops_before_the_next_break() -> None:
    """Versions that are dates tell of none."""
    for line in ProjectFile.read().project.dependencies:
        name = line.split(">")[0]
        assert ("<" in line) is (name not in {"certifi", "regex"}), line


@pytest.mark.parametrize("extra", ["", "test"])
def test_nothing_is_installed_for_the_tests_that_is_not_pinned(extra: str) -> None:
    names = find_installed_versions("capgo-tui", [extra]).keys()
    assert names >= {"textual", "httpcore", "h11"}
    assert any(names <= read_pins(file).keys() for file in (PINNED, LOWEST))


def test_what_is_not_installed_as_pinned_is_named() -> None:
    installed = {"click": Version("8.2"), "h11": Version("0.16"), "rich": Version("15")}
    pins = {"click": Version("8.2.0"), "h11": Version("0.14"), "anyio": Version("4.9")}
    assert find_differences(installed, pins) == [
        "h11 0.16 is installed, 0.14 is pinned",
        "rich 15 is installed, and not pinned",
    ]


def test_a_line_that_pins_nothing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "constraints.txt"
    file.write_text("# resolved\nclick==8.2.0\nrich>=14\n")
    with pytest.raises(ValueError, match="rich>=14 pins no version"):
        read_pins(file)


def test_a_pin_for_another_system_does_not_hold(tmp_path: Path) -> None:
    file = tmp_path / "constraints.txt"
    file.write_text("colorama==0.4.6 ; sys_platform == 'win32'\n")
    assert read_pins(file, {"sys_platform": "linux"}) == {}
    assert read_pins(file, {"sys_platform": "win32"}) == {"colorama": Version("0.4.6")}
