"""What makes a tag a release, and where the links of its README lead."""

from __future__ import annotations

import re

import pytest

from tests.constraints import ROOT, ProjectFile
from tests.release import add_addresses, find_mistake, lead_links

DATED = "# Changelog\n\n## 1.2.0 (2026-12-01)\n\n### Added\n\n## 1.1.0 (2026-11-01)\n"


@pytest.mark.parametrize(
    ("tag", "version", "changelog", "mistake"),
    [
        ("v1.2.0", "1.2.0", DATED, ""),
        ("1.2.0", "1.2.0", DATED, "the tag is 1.2.0, .* expected v1.2.0"),
        ("v1.3.0", "1.2.0", DATED, "the tag is v1.3.0, the version in pyproject.toml is 1.2.0"),
        ("v1.1.0", "1.1.0", DATED, "the newest version in CHANGELOG.md is 1.2.0, not 1.1.0"),
        ("v1.2.0", "1.2.0", "# Changelog\n", "the newest version in CHANGELOG.md is none"),
        ("v1.2.0", "1.2.0", DATED.replace("2026-12-01", "unreleased"), "write the date"),
    ],
)
def test_tag_version_and_changelog_have_to_agree(
    tag: str, version: str, changelog: str, mistake: str
) -> None:
    said = find_mistake(tag, version, changelog)
    assert re.match(mistake, said) if mistake.startswith("the") else mistake in said
    assert bool(said) is bool(mistake)


def test_the_changelog_leads_with_the_version_of_the_project() -> None:
    version = ProjectFile.read().project.version
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## (.*)$", changelog, re.MULTILINE)
    assert re.fullmatch(rf"{re.escape(version)} \((unreleased|\d{{4}}-\d\d-\d\d)\)", headings[0])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("![list](screenshots/a.svg)", "![list](https://raw.githubusercontent.com/o/r/v1/screenshots/a.svg)"),
        ('<img width="8" src="b.png">', '<img width="8" src="https://raw.githubusercontent.com/o/r/v1/b.png">'),
        ("[safe](SECURITY.md)", "[safe](https://github.com/o/r/blob/v1/SECURITY.md)"),
        ('<a href="SECURITY.md">', '<a href="https://github.com/o/r/blob/v1/SECURITY.md">'),
        ("[![b](c.svg)](d.md)", "[![b](https://raw.githubusercontent.com/o/r/v1/c.svg)](https://github.com/o/r/blob/v1/d.md)"),
        ("[Capgo](https://capgo.app)", "[Capgo](https://capgo.app)"),
        ("[keys](#keys) [me](mailto:a@b.c)", "[keys](#keys) [me](mailto:a@b.c)"),
        ("a [b] (c.md)", "a [b] (c.md)"),
    ],
)  # fmt: skip
def test_a_relative_link_leads_to_the_tag(before: str, after: str) -> None:
    assert lead_links(before, "o/r", "v1") == after


def test_each_relative_link_of_the_readme_is_led_and_is_of_a_file() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    host = r"https://(?:raw\.githubusercontent\.com/o/r|github\.com/o/r/blob)/v1/([^)\"]+)"
    led = re.findall(host, lead_links(readme, "o/r", "v1"))
    assert {"SECURITY.md", "CONTRIBUTING.md"} <= set(led)
    assert all((ROOT / name).is_file() for name in led)


def test_the_addresses_of_the_repository_join_the_metadata() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'Source = "https://github.com/o/r"' in add_addresses(text, "o/r")
