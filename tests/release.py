"""Build a release from its tag: ``python -m tests.release v0.1.0``.

The tag, ``pyproject.toml`` and the changelog have to name one version. The wheel and the sdist are
built into ``dist/`` from the files of the project alone, and the wheel is installed and started.
Where ``GITHUB_REPOSITORY`` names the repository, as it does in a workflow, the links of the README
lead there, because an index shows it without the files beside it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from tests.constraints import PINNED, ROOT, ProjectFile

RELATIVE_LINK: Final = re.compile(
    r"""(?P<before>(?P<image>!\[[^\[\]]*\]\(|<img[^>]*\ssrc=")|\]\(|<a[^>]*\shref=")"""
    r"""(?P<target>(?![a-z]+:|\#|/)[^)"\s]+)"""
)


def find_mistake(tag: str, version: str, changelog: str) -> str:
    """Say why a tag is none of a release, "" if it is."""
    if tag != f"v{version}":
        return f"the tag is {tag}, the version in pyproject.toml is {version}: expected v{version}"
    newest = re.search(r"^## (\S+) \((.*)\)$", changelog, re.MULTILINE)
    if newest is None or newest[1] != version:
        name = newest[1] if newest else "none"
        return f"the newest version in CHANGELOG.md is {name}, not {version}"
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", newest[2]):
        return f"CHANGELOG.md says {version} ({newest[2]}): write the date of the release there"
    return ""


def list_project_files() -> set[str]:
    """List the files of the project: as git does, or else all that ``.gitignore`` leaves."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        return {name for name in names.split("\0") if name and (ROOT / name).exists()}
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()]
    files = {each.relative_to(ROOT) for each in ROOT.rglob("*") if each.is_file()}
    return {
        path.as_posix()
        for path in files
        if not any(fnmatch(part, pattern) for part in path.parts for pattern in ignored)
    } - {"PKG-INFO"}


def copy_project(folder: Path) -> set[str]:
    """Copy the files of the project into a folder, and return their names."""
    names = list_project_files()
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return names


def lead_links(readme: str, repository: str, tag: str) -> str:
    """Let the relative links and pictures of a README lead to a tag of a repository on GitHub."""

    def lead(link: re.Match[str]) -> str:
        host = "https://github.com/{}/blob/{}"
        if link["image"]:
            host = "https://raw.githubusercontent.com/{}/{}"
        return f"{link['before']}{host.format(repository, tag)}/{link['target']}"

    return RELATIVE_LINK.sub(lead, readme)


def add_addresses(pyproject: str, repository: str) -> str:
    """Add the addresses of a repository on GitHub to ``pyproject.toml``."""
    address = f"https://github.com/{repository}"
    return pyproject.replace(
        "[project.optional-dependencies]",
        f'[project.urls]\nSource = "{address}"\nIssues = "{address}/issues"\n'
        f'Changelog = "{address}/blob/HEAD/CHANGELOG.md"\n\n[project.optional-dependencies]',
    )


def lead_to_repository(folder: Path, repository: str, tag: str) -> None:
    """Name a repository on GitHub in a copy of the project."""
    readme, pyproject = folder / "README.md", folder / "pyproject.toml"
    readme.write_text(lead_links(readme.read_text("utf-8"), repository, tag), "utf-8")
    pyproject.write_text(add_addresses(pyproject.read_text("utf-8"), repository), "utf-8")


def build(folder: Path, into: Path, *targets: str) -> list[Path]:
    """Build targets of a copy of the project, without a network, and return their files."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(into.resolve())]
    for target in targets:
        command += ["-t", target]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return sorted(into.iterdir())


def find_started_version(wheel: Path, folder: Path) -> str:
    """Install a wheel in an environment of its own, and return the version that it says."""
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "-c", str(PINNED)]
    subprocess.run([*pip, str(wheel)], check=True)
    command = [str(scripts / "capgo-tui"), "--version"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]


def main() -> int:
    """Build the release of a tag, and return the exit code."""
    if len(sys.argv) != 2:
        print("usage: python -m tests.release TAG")
        return 2
    tag, version = sys.argv[1], ProjectFile.read().project.version
    dist = ROOT / "dist"
    mistake = find_mistake(tag, version, (ROOT / "CHANGELOG.md").read_text("utf-8"))
    if not mistake and dist.exists():
        mistake = "dist/ exists: remove it first, so that it holds this release alone"
    if mistake:
        print(mistake)
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_project(folder / "project")
        if repository := os.environ.get("GITHUB_REPOSITORY"):
            lead_to_repository(folder / "project", repository, tag)
        wheel, sdist = build(folder / "project", folder / "dist", "wheel", "sdist")
        if (started := find_started_version(wheel, folder / "environment")) != version:
            print(f"the version in pyproject.toml is {version}, capgo-tui --version says {started}")
            return 1
        shutil.copytree(folder / "dist", dist)
    print(f"dist/{wheel.name}", f"dist/{sdist.name}", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
