"""Checks what is installed for known vulnerabilities: ``python -m tests.vulnerabilities``.

It asks the indexes that `pip-audit` knows (``pip install '.[lint]'``) about the dependencies of
the program and of its tests, in the versions that are installed here. It fails for a known
vulnerability alone; where no index answers it says so.
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
    """One that is known, and where it is mended."""

    id: str
    fix_versions: list[str] = []


class Dependency(BaseModel):
    """What an index says of one dependency; `skip_reason` where it does not know it."""

    name: str
    version: str = ""
    vulns: list[Vulnerability] = []
    skip_reason: str | None = None


class Report(BaseModel):
    """What `pip-audit` writes."""

    dependencies: list[Dependency]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said in the end, and whether the check fails."""

    lines: list[str]
    is_vulnerable: bool = False


def installed(project: str, extras: Iterable[str]) -> dict[str, str]:
    """Return the versions of all that a project needs here, directly or not, without itself."""
    versions: dict[str, str] = {}
    wanted = [(canonicalize_name(project), frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        name, chosen = wanted.pop()
        if (name, chosen) in seen:
            continue
        seen.add((name, chosen))
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # of another system, or of an extra that is not installed
        versions[name] = found.version
        for line in found.requires or ():
            need = Requirement(line)
            marks = [{"extra": extra} for extra in ("", *chosen)]
            if need.marker is None or any(need.marker.evaluate(mark) for mark in marks):
                wanted.append((canonicalize_name(need.name), frozenset(need.extras)))
    versions.pop(canonicalize_name(project), None)
    return versions


def check(versions: Mapping[str, str], audit: Callable[[str], str]) -> Verdict:
    """Ask one index after the other, until one knows anything; `audit` gives its report."""
    unanswered = []
    for service in SERVICES:
        try:
            report = Report.model_validate_json(audit(service))
        except ValidationError:
            unanswered.append(f"{service} cannot be reached")
            continue
        known = [each for each in report.dependencies if each.skip_reason is None]
        if not known:
            unanswered.append(f"{service} knows none of them")
            continue
        bad = [
            f"{each.name} {each.version}: {one.id}, mended in"
            f" {', '.join(one.fix_versions) or 'no version'}"
            for each in known
            for one in each.vulns
        ]
        rest = len(versions) - len(known)
        unknown = f"; {rest} are not known there" if rest else ""
        said = f"{len(known)} dependencies were checked by {service}{unknown}"
        return Verdict([*bad, f"{said}: {len(bad)} known vulnerabilities"], bool(bad))
    where = ", ".join(unanswered)
    return Verdict(
        [f"known vulnerabilities of {len(versions)} dependencies: NOT CHECKED ({where})"]
    )


def run_pip_audit(versions: Mapping[str, str], service: str) -> str:
    """Run `pip-audit` and return its report; nothing where it cannot make one."""
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
    """Check, say what came of it, and return the exit code."""
    if find_spec("pip_audit") is None:
        print("pip-audit is not installed: pip install '.[lint]'")
        return 2
    versions = installed(PROJECT, EXTRAS)
    verdict = check(versions, lambda service: run_pip_audit(versions, service))
    print(*verdict.lines, sep="\n")
    return int(verdict.is_vulnerable)


if __name__ == "__main__":
    sys.exit(main())
