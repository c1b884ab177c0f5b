"""The check of known vulnerabilities, on reports as `pip-audit` writes them."""

from __future__ import annotations

from importlib.metadata import version

from tests.vulnerabilities import check, installed

VERSIONS = {"h11": "0.16.0", "click": "8.3.0"}
SKIPPED = (
    '{"dependencies": [{"name": "h11", "skip_reason": "Dependency not found on PyPI and could not'
    ' be audited: h11 (0.16.0)"}, {"name": "click", "skip_reason": "Dependency not found on PyPI'
    ' and could not be audited: click (8.3.0)"}], "fixes": []}'
)
"""Of an index that has the files alone."""
SOUND = (
    '{"dependencies": [{"name": "h11", "version": "0.16.0", "vulns": []}, {"name": "click",'
    ' "skip_reason": "not found"}], "fixes": []}'
)
VULNERABLE = (
    '{"dependencies": [{"name": "h11", "version": "0.16.0", "vulns": [{"id": "CVE-2099-1",'
    ' "fix_versions": ["99.0"], "aliases": ["GHSA-test-0001"], "description": "bad"}]}, {"name":'
    ' "click", "version": "8.3.0", "vulns": []}], "fixes": []}'
)


def test_a_known_vulnerability_fails_and_is_named() -> None:
    verdict = check(VERSIONS, lambda _: VULNERABLE)
    assert verdict.is_vulnerable
    assert verdict.lines == [
        "h11 0.16.0: CVE-2099-1, mended in 99.0",
        "2 dependencies were checked by pypi: 1 known vulnerabilities",
    ]


def test_without_an_index_it_says_so_and_does_not_fail() -> None:
    verdict = check(VERSIONS, {"pypi": SKIPPED, "osv": ""}.__getitem__)
    assert not verdict.is_vulnerable
    assert verdict.lines == [
        "known vulnerabilities of 2 dependencies: NOT CHECKED"
        " (pypi knows none of them, osv cannot be reached)"
    ]


def test_an_index_that_knows_them_is_asked_after_one_that_does_not() -> None:
    assert check(VERSIONS, {"pypi": SKIPPED, "osv": VULNERABLE}.__getitem__).is_vulnerable


def test_what_an_index_does_not_know_is_counted() -> None:
    (line,) = check(VERSIONS, lambda _: SOUND).lines
    assert line == (
        "1 dependencies were checked by pypi; 1 are not known there: 0 known vulnerabilities"
    )


def test_all_that_is_installed_for_the_program_and_its_tests_is_asked_about() -> None:
    found = installed("capgo-tui", ["test"])
    direct = {"textual", "httpx", "pydantic", "pytest"}
    assert direct | {"h11", "anyio", "pydantic-core"} <= found.keys()
    assert "capgo-tui" not in found
    assert "mypy" not in found
    assert found["httpx"] == version("httpx")
    assert "pytest" not in installed("capgo-tui", [])
