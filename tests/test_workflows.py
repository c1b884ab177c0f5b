"""The workflows, the forms for issues and the hooks run commands that exist, with few rights."""

from __future__ import annotations

import itertools
import os
import re
import shlex
from typing import TYPE_CHECKING, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from capgo_tui.commands.verbs import VERBS
from tests.constraints import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GITHUB = ROOT / ".github"
WORKFLOWS = sorted(path.name for path in (GITHUB / "workflows").iterdir())
FORMS = ("bug.yml", "feature.yml")

Access = Literal["read", "write", "none"]


class Strict(BaseModel):
    """A mapping with these keys and no others."""

    model_config = ConfigDict(extra="forbid")


class Step(Strict):
    """A step: an action, or commands."""

    uses: str = ""
    run: str = ""
    inputs: dict[str, str | bool] = Field({}, alias="with")


class Job(Strict):
    """A job: steps, or another workflow."""

    permissions: dict[str, Access] | None = None
    steps: list[Step] = []
    uses: str = ""
    needs: str = ""
    env: dict[str, str] = {}
    environment: dict[str, str] = {}
    runs_on: str = Field("", alias="runs-on")
    minutes: int = Field(0, alias="timeout-minutes")


class Workflow(Strict):
    """A workflow; in YAML 1.1, which PyYAML reads, its ``on`` is a boolean."""

    name: str
    on: dict[str, dict[str, list[str]] | None]
    permissions: dict[str, Access]
    concurrency: dict[str, str | bool]
    jobs: dict[str, Job]

    @classmethod
    def read(cls, name: str) -> Workflow:
        """Read a workflow of the project."""
        document = yaml.safe_load((GITHUB / "workflows" / name).read_text("utf-8"))
        return cls.model_validate(
            {"on" if key is True else key: value for key, value in document.items()}
        )

    def steps(self) -> Iterator[Step]:
        """Yield the steps of each job."""
        for job in self.jobs.values():
            yield from job.steps


class Hook(Strict):
    """A hook of pre-commit."""

    id: str
    name: str
    language: Literal["system"]
    entry: str
    types_or: list[str]
    pass_filenames: bool = True


class HookRepository(Strict):
    """Hooks of this repository itself."""

    repo: Literal["local"]
    hooks: list[Hook]


class HookFile(Strict):
    """The hooks of pre-commit."""

    repos: list[HookRepository]


class Element(Strict):
    """A field of a form, or a text in it."""

    type: Literal["markdown", "textarea", "input", "checkboxes", "dropdown"]
    id: str = ""
    attributes: dict[str, object]
    validations: dict[str, bool] = {}


class Form(Strict):
    """A form for an issue."""

    name: str
    description: str
    labels: list[str]
    body: list[Element]

    @classmethod
    def read(cls, name: str) -> Form:
        """Read a form of the project."""
        text = (GITHUB / "ISSUE_TEMPLATE" / name).read_text("utf-8")
        return cls.model_validate(yaml.safe_load(text))


def find_missing(command: str, root: Path = ROOT) -> list[str]:
    """Return the files and modules that a command runs and that do not exist."""
    words = shlex.split(command)
    missing = []
    for word in words:
        if word.startswith(("./", ".ci/")):
            path = root / word
            if not (path.is_file() and os.access(path, os.X_OK)):
                missing.append(word)
    for option, module in itertools.pairwise(words):
        if option == "-m" and module.startswith("tests."):
            path = root / module.replace(".", "/")
            if not (path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()):
                missing.append(module)
    return missing


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_runs_what_exists(name: str) -> None:
    for step in Workflow.read(name).steps():
        assert bool(step.run) is not bool(step.uses)
        assert find_missing(step.run) == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_an_action_is_pinned_by_its_commit(name: str) -> None:
    workflow = Workflow.read(name)
    text = (GITHUB / "workflows" / name).read_text("utf-8")
    for step in workflow.steps():
        if step.uses:
            pin = re.escape(step.uses) + r" # v\d+\.\d+\.\d+\n"
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step.uses)
            assert re.search(pin, text), f"{step.uses} has no version beside it"
    for job in workflow.jobs.values():
        assert not job.uses or (ROOT / job.uses).is_file()


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_job_has_the_rights_it_needs(name: str) -> None:
    workflow = Workflow.read(name)
    for key, job in workflow.jobs.items():
        rights = workflow.permissions if job.permissions is None else job.permissions
        expected = {"id-token": "write"} if key == "publish" else {"contents": "read"}
        assert rights == expected, key
        assert job.uses or 0 < job.minutes <= 60
    for step in workflow.steps():
        assert "secrets." not in f"{step.run}{step.inputs}"
        assert "${{" not in step.run  # what others name would be a command
        if step.uses.startswith("actions/checkout@"):
            assert step.inputs["persist-credentials"] is False


def test_ci_runs_the_one_command_on_the_pythons_of_the_project() -> None:
    workflow = Workflow.read("ci.yml")
    (job,) = workflow.jobs.values()
    assert [step.run for step in job.steps if step.run] == [".ci/run"]
    (pythons,) = (
        str(step.inputs["python-version"]).split()
        for step in job.steps
        if "python-version" in step.inputs
    )
    pyproject = (ROOT / "pyproject.toml").read_text("utf-8")
    assert sorted(pythons) == re.findall(r"Python :: (3\.\d+)", pyproject)
    assert f'requires-python = ">={pythons[-1]}"' in pyproject
    assert {"push", "pull_request"} <= workflow.on.keys()


def test_a_release_is_published_after_it_passed_ci_and_was_built() -> None:
    workflow = Workflow.read("release.yml")
    assert workflow.on == {"push": {"tags": ["v*"]}}
    jobs = workflow.jobs
    assert jobs["ci"].uses == "./.github/workflows/ci.yml"
    assert [jobs[name].needs for name in ("ci", "build", "publish")] == ["", "ci", "build"]
    assert not any(step.run for step in jobs["publish"].steps)
    assert jobs["publish"].environment["name"] == "pypi"


def test_what_does_not_exist_is_found() -> None:
    assert find_missing(".ci/run && .venv/bin/python -m tests.constraints") == []
    assert find_missing(".ci/walk && python -m tests.budgets") == [".ci/walk"]
    assert find_missing("python -m tests.no_such_module --all") == ["tests.no_such_module"]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_asks_each_thing_once(name: str) -> None:
    fields = [each for each in Form.read(name).body if each.type != "markdown"]
    ids = [each.id for each in fields]
    assert all(ids)
    assert len(ids) == len(set(ids))
    assert any(each.validations.get("required") for each in fields)


def test_the_form_of_a_bug_asks_for_info_and_warns_of_the_key() -> None:
    form = Form.read("bug.yml")
    first, *fields = form.body
    assert "Never paste your API key" in str(first.attributes["value"])
    (info,) = (each for each in fields if each.id == "info")
    assert info.validations == {"required": True}
    text = (GITHUB / "ISSUE_TEMPLATE" / "bug.yml").read_text("utf-8")
    verbs = re.findall(r"`capgo-tui ([a-z]+)", text)
    assert {"info", "sandbox"} <= set(verbs) <= set(VERBS)


def test_the_hooks_are_the_linters_of_ci() -> None:
    """In the environment of the project: their versions are the pinned ones."""
    document = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    (repository,) = HookFile.model_validate(document).repos
    script = (ROOT / ".ci" / "run").read_text("utf-8").replace('"$bin"/', ".venv/bin/")
    for hook in repository.hooks:
        assert re.search(rf"^ *run {re.escape(hook.entry)}( \.)?$", script, re.MULTILINE), hook.id
    linters = re.findall(r"^ *run \.venv/bin/((?!python)[\w-]+)", script, re.MULTILINE)
    assert {hook.entry.split("/")[-1].split()[0] for hook in repository.hooks} == set(linters)
