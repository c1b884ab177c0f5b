"""Hold the environment against the versions that CI installs: ``python -m tests.constraints``.

``constraints.txt`` pins all that is installed for the program, its tests and its linters, on each
Python and system; ``constraints-lowest.txt`` pins the lowest version that ``pyproject.toml`` allows
of each dependency of the program and its tests. ``python -m tests.constraints FILE`` takes another
file, and ``python -m tests.constraints --write`` resolves both anew, with ``uv``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parent.parent
PINNED: Final = ROOT / "constraints.txt"
LOWEST: Final = ROOT / "constraints-lowest.txt"
PROJECT: Final = "capgo-tui"
INSTALLERS: Final = frozenset({"pip", "setuptools", "wheel"})
"""What a new environment has from its Python."""
RESOLVE: Final = (
    "--universal",
    "--python-version",
    "3.11",
    "--no-annotate",
    "--upgrade",
    "pyproject.toml",
)
RESOLUTIONS: Final = {
    PINNED: ("--all-extras",),
    LOWEST: ("--extra", "test", "--resolution", "lowest-direct"),
}


class BuildSystem(BaseModel):
    """What builds the project."""

    requires: list[str]


class Project(BaseModel):
    """The project's own lines on its version and on what it needs."""

    version: str
    dependencies: list[str]
    extras: dict[str, list[str]] = Field(alias="optional-dependencies")


class ProjectFile(BaseModel):
    """The version and the requirements in ``pyproject.toml``."""

    build_system: BuildSystem = Field(alias="build-system")
    project: Project

    @classmethod
    def read(cls) -> ProjectFile:
        """Read the project's own."""
        return cls.model_validate(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8")))

    def requirements(self, *extras: str) -> list[Requirement]:
        """Return what the build, the program and these extras of it need directly."""
        lines = [*self.build_system.requires, *self.project.dependencies]
        for extra in extras:
            lines += self.project.extras[extra]
        return [Requirement(line) for line in lines]


def read_pins(file: Path, environment: Mapping[str, str] | None = None) -> dict[str, Version]:
    """Return the version of each package that holds in an environment, by default in this one."""
    pins: dict[str, Version] = {}
    for line in file.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pin = Requirement(line)
        (specifier,) = pin.specifier
        if specifier.operator != "==":
            raise ValueError(f"{file.name}: {line} pins no version")
        if pin.marker is None or pin.marker.evaluate(dict(environment or {})):
            pins[canonicalize_name(pin.name)] = Version(specifier.version)
    return pins


def find_installed() -> dict[str, Version]:
    """Return all that is installed here, but for the project and what its Python brings."""
    installed = {canonicalize_name(each.name): Version(each.version) for each in distributions()}
    return {
        name: version
        for name, version in installed.items()
        if name not in INSTALLERS and name != PROJECT
    }


def find_differences(installed: Mapping[str, Version], pins: Mapping[str, Version]) -> list[str]:
    """Return a line for each installed package that is not the pinned one."""
    return [
        f"{name} {version} is installed, "
        + (f"{pins[name]} is pinned" if name in pins else "and not pinned")
        for name, version in sorted(installed.items())
        if pins.get(name) != version
    ]


def write() -> int:
    """Resolve both files anew, and return the exit code."""
    if find_spec("uv") is None:
        print("uv is not installed: .venv/bin/pip install uv")
        return 2
    environ = os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "python -m tests.constraints --write"}
    for file, options in RESOLUTIONS.items():
        command = [sys.executable, "-m", "uv", "--quiet", "pip", "compile", *RESOLVE, *options]
        subprocess.run([*command, "-o", file.name], check=True, cwd=ROOT, env=environ)
    return 0


def main() -> int:
    """Check or write, and return the exit code."""
    if sys.argv[1:] == ["--write"]:
        return write()
    file = ROOT / sys.argv[1] if sys.argv[1:] else PINNED
    installed = find_installed()
    differences = find_differences(installed, read_pins(file))
    print(*differences, sep="\n", end="\n" if differences else "")
    print(f"{len(installed)} packages are installed, {len(differences)} not as in {file.name}")
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
