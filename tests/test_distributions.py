"""The wheel and the sdist hold what they should and nothing else, and one is made of the other."""

from __future__ import annotations

import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING

import pytest
from packaging.metadata import Metadata

from tests.constraints import ROOT
from tests.release import build, copy_project

if TYPE_CHECKING:
    from pathlib import Path

WHEEL_DATA = {
    "capgo_tui/api/CONTRACT.md",
    "capgo_tui/py.typed",
    "capgo_tui/tui/app.tcss",
    "capgo_tui/tui/screens/main.tcss",
    "capgo_tui/tui/screens/setup.tcss",
}
LITTER = (
    ".env",
    ".capgo",
    ".venv/lib/site.py",
    ".ci/.env",
    ".github/workflows/token.txt",
    "capgo_tui/.env",
    "capgo_tui/.DS_Store",
    "capgo_tui/__pycache__/app.cpython-311.pyc",
    "capgo_tui/notes.md~",
    "capgo_tui/profiles.toml",
    "capgo_tui/tui/app.tcss.orig",
    "config.toml",
    "core",
    "dist/capgo_tui-0.0.1.tar.gz",
    "journal.sqlite3",
    "nohup.out",
    "screenshots/key",
    "tests/.hypothesis/unicode_data/x.json",
    "tests/data/capgo.pem",
    "tests/snapshots/__pycache__/scenes.cpython-311.pyc",
)
"""What may lie in a checkout and belongs to nobody else."""


@dataclass(frozen=True)
class Distributions:
    """A wheel and an sdist, and the files of the project they were built from."""

    wheel: Path
    sdist: Path
    files: set[str]

    @property
    def wheel_names(self) -> set[str]:
        with zipfile.ZipFile(self.wheel) as archive:
            return set(archive.namelist())

    @property
    def sdist_names(self) -> set[str]:
        with tarfile.open(self.sdist) as archive:
            return {name.partition("/")[2] for name in archive.getnames()}

    def read_metadata(self) -> Metadata:
        """Read and check the metadata of the wheel."""
        with zipfile.ZipFile(self.wheel) as archive:
            (name,) = (each for each in archive.namelist() if each.endswith("/METADATA"))
            return Metadata.from_email(archive.read(name))


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """Both, built from a copy of the project with litter in it."""
    folder = tmp_path_factory.mktemp("project")
    files = copy_project(folder)
    for name in LITTER:
        litter = folder / name
        litter.parent.mkdir(parents=True, exist_ok=True)
        litter.write_text("CAPGO_TOKEN=11111111-2222-3333-4444-555555555555\n")
    wheel, sdist = build(folder, tmp_path_factory.mktemp("dist"), "wheel", "sdist")
    return Distributions(wheel, sdist, files)


def test_the_wheel_holds_the_program(distributions: Distributions) -> None:
    version = distributions.read_metadata().version
    info = f"capgo_tui-{version}.dist-info"
    names = distributions.wheel_names
    modules = {name for name in names if name.endswith(".py")}
    assert modules == {
        name
        for name in distributions.files
        if name.startswith("capgo_tui/") and name.endswith(".py")
    }
    pages = {name for name in distributions.files if fnmatch(name, "capgo_tui/help/*.md")}
    assert {"capgo_tui/help/filters.md", "capgo_tui/help/exit-codes.md"} < pages
    assert names - modules == WHEEL_DATA | pages | {
        f"{info}/METADATA",
        f"{info}/RECORD",
        f"{info}/WHEEL",
        f"{info}/entry_points.txt",
        f"{info}/licenses/LICENSE",
    }


def test_the_sdist_holds_the_project(distributions: Distributions) -> None:
    assert distributions.sdist_names == distributions.files | {"PKG-INFO"}


def test_nothing_that_lies_about_comes_along(distributions: Distributions) -> None:
    with tarfile.open(distributions.sdist) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            assert not file.read().startswith(b"CAPGO_TOKEN"), member.name


def test_the_sdist_builds_the_same_wheel(distributions: Distributions, tmp_path: Path) -> None:
    with tarfile.open(distributions.sdist) as archive:
        archive.extractall(tmp_path / "sdist", filter="data")
    (folder,) = (tmp_path / "sdist").iterdir()
    (wheel,) = build(folder, tmp_path / "dist", "wheel")
    assert wheel.name == distributions.wheel.name
    assert wheel.read_bytes() == distributions.wheel.read_bytes()


def test_the_metadata_is_the_projects(distributions: Distributions) -> None:
    metadata = distributions.read_metadata()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert metadata.name == "capgo-tui"
    assert str(metadata.version) == project["version"]
    assert metadata.license_expression == "MIT"
    assert metadata.license_files == ["LICENSE"]
    assert str(metadata.requires_python) == ">=3.11"
    assert metadata.description == (ROOT / "README.md").read_text("utf-8")
    assert metadata.description_content_type == "text/markdown"
    assert metadata.summary == project["description"]
    needs = {str(each) for each in metadata.requires_dist or () if each.marker is None}
    assert len(needs) == len(project["dependencies"])


def test_the_wheel_has_one_command(distributions: Distributions) -> None:
    with zipfile.ZipFile(distributions.wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith("/entry_points.txt"))
        assert archive.read(name).decode().split("\n", 1)[1].strip() == (
            "capgo-tui = capgo_tui.commands:main"
        )
