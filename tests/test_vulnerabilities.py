"""The check of known vulnerabilities, on reports of ``pip-audit``."""

from __future__ import annotations

from importlib.metadata import version

from tests.vulnerabilities import check, find_installed_versions

VERSIONS = {"h11": "0.16.0", "click": "8.3.0"}
SKIP_REPORT = (
    '{"dependencies": [{"name": "h11", "skip_reason": "Dependency not found on PyPI and could not'
    ' be audited: h11 (0.16.0)"}, {"name": "click", "skip_reason": "Dependency not found on PyPI'
    ' and could not be audited: click (8.3.0)"}], "fixes": []}'
)
"""The report of an index without vulnerability data."""
SOUND_REPORT = (
    '{"dependencies": [{"name": "h11", "version": "0.16.0", "vulns": []}, {"name": "click",'
    ' "skip_reason": "not found"}], "fixes": []}'
)
VULNERABLE_REPORT = (
    '{"dependencies": [{"name": "h11", "version": "0.16.0", "vulns": [{"id": "CVE-2099-1",'
    ' "fix_versions": ["99.0"], "aliases": ["GHSA-test-0001"], "description": "bad"}]}, {"name":'
    ' "click", "version": "8.3.0", "vulns": []}], "fixes": []}'
)


def test_a_known_vulnerability_fails_and_is_named() -> None:
    verdict = check(VERSIONS, lambda _: VULNERABLE_REPORT)
    assert verdict.is_vulnerable
    assert verdict.lines == [
        "h11 0.16.0: CVE-2099-1, mended in 99.0",
        "2 dependencies were checked by pypi: 1 known vulnerabilities",
    ]


def test_without_an_index_it_says_so_and_does_not_fail() -> None:
    verdict = check(VERSIONS, {"pypi": SKIP_REPORT, "osv": ""}.__getitem__)
    assert not verdict.is_vulnerable
    assert verdict.lines == [
        "known vulnerabilities of 2 dependencies: NOT CHECKED"
        " (pypi knows none of them, osv cannot be reached)"
    ]


def test_an_index_that_knows_them_is_asked_after_one_that_does_not() -> None:
    assert check(
        VERSIONS, {"pypi": SKIP_REPORT, "osv": VULNERABLE_REPORT}.__getitem__
    ).is_vulnerable


def test_what_an_index_does_not_know_is_counted() -> None:
    (line,) = check(VERSIONS, lambda _: SOUND_REPORT).lines
    assert line == (
        "1 dependencies were checked by pypi; 1 are not known there: 0 known vulnerabilities"
    )


def test_all_that_is_installed_for_the_program_and_its_tests_is_asked_about() -> None:
    versions = find_installed_versions("capgo-tui", ["test"])
    direct = {"textual", "httpx", "pydantic", "pytest"}
    assert direct | {"h11", "anyio", "pydantic-core"} <= versions.keys()
    assert "capgo-tui" not in versions
    assert "mypy" not in versions
    assert versions["httpx"] == version("httpx")
    assert "pytest" not in find_installed_versions("capgo-tui", [])
