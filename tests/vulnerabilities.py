"""Check installed packages for known vulnerabilities: ``python -m tests.vulnerabilities``.

It asks the indexes of ``pip-audit`` (``pip install '.[lint]'``) about the installed dependencies
of the program and of its tests. Only a known vulnerability is a failure; without an answer from
any index it says so.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

PROJECT: Final = "capgo-tui"
EXTRAS: Final = ("test",)
SERVICES: Final = ("pypi", "osv")
SECONDS: Final = 300


class Vulnerability(BaseModel):
    """A known vulnerability, and the versions that fix it."""

    id: str
    fix_versions: list[str] = []


class Dependency(BaseModel):
    """An index's answer about one dependency; ``skip_reason`` if it does not know it."""

    name: str
    version: str = ""
    vulns: list[Vulnerability] = []
    skip_reason: str | None = None


class Report(BaseModel):
    """The report of ``pip-audit``."""

    dependencies: list[Dependency]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The lines to print, and whether the check fails."""

    lines: list[str]
    is_vulnerable: bool = False


def find_installed_versions(project: str, extras: Iterable[str]) -> dict[str, str]:
    """Return the versions of a project's direct and indirect dependencies, as installed."""
    versions: dict[str, str] = {}
    queue = [(canonicalize_name(project), frozenset(extras))]
    visits: set[tuple[str, frozenset[str]]] = set()
    while queue:
        name, extra_names = queue.pop()
        if (name, extra_names) in visits:
            continue
        visits.add((name, extra_names))
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # of another system, or of an extra that is not installed
        versions[name] = package.version
        for line in package.requires or ():
            need = Requirement(line)
            marks = [{"extra": extra} for extra in ("", *extra_names)]
            if need.marker is None or any(need.marker.evaluate(mark) for mark in marks):
                queue.append((canonicalize_name(need.name), frozenset(need.extras)))
    versions.pop(canonicalize_name(project), None)
    return versions


def check(versions: Mapping[str, str], audit: Callable[[str], str]) -> Verdict:
    """Check by the first index that knows any dependency; ``audit`` returns its report."""
    failures = []
    for service in SERVICES:
        try:
            report = Report.model_validate_json(audit(service))
        except ValidationError:
            failures.append(f"{service} cannot be reached")
            continue
        dependencies = [each for each in report.dependencies if each.skip_reason is None]
        if not dependencies:
            failures.append(f"{service} knows none of them")
            continue
        bad = [
            f"{each.name} {each.version}: {one.id}, mended in"
            f" {', '.join(one.fix_versions) or 'no version'}"
            for each in dependencies
            for one in each.vulns
        ]
        rest = len(versions) - len(dependencies)
        unknown = f"; {rest} are not known there" if rest else ""
        summary = f"{len(dependencies)} dependencies were checked by {service}{unknown}"
        return Verdict([*bad, f"{summary}: {len(bad)} known vulnerabilities"], bool(bad))
    where = ", ".join(failures)
    return Verdict(
        [f"known vulnerabilities of {len(versions)} dependencies: NOT CHECKED ({where})"]
    )


def run_pip_audit(versions: Mapping[str, str], service: str) -> str:
    """Run ``pip-audit`` and return its report, or "" after a failure."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text("".join(f"{name}=={version}\n" for name, version in versions.items()))
        command = [sys.executable, "-m", "pip_audit", "-r", str(file), "--no-deps", "--disable-pip"]
        command += ["-s", service, "-f", "json", "--progress-spinner", "off", "--timeout", "15"]
        try:
            return subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=SECONDS
            ).stdout
        except subprocess.TimeoutExpired:
            return ""


def main() -> int:
    """Check, print the verdict, and return the exit code."""
    if find_spec("pip_audit") is None:
        print("pip-audit is not installed: pip install '.[lint]'")
        return 2
    versions = find_installed_versions(PROJECT, EXTRAS)
    verdict = check(versions, lambda service: run_pip_audit(versions, service))
    print(*verdict.lines, sep="\n")
    return int(verdict.is_vulnerable)


if __name__ == "__main__":
    sys.exit(main())
