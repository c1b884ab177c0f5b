"""Tests of the help: two examples for each verb, and the pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

import capgo_tui as package
from capgo_tui.cells import measure_width
from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.root import capgo_tui
from capgo_tui.commands.verbs import VERBS
from capgo_tui.help import TOPICS
from capgo_tui.tui.keys import use_keys
from capgo_tui.tui.screens.controllers import ACTIONS
from capgo_tui.workspace.query import Query
from capgo_tui.workspace.resources.column import make_vocabulary
from capgo_tui.workspace.resources.registry import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH = 80


def list_verbs(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the words of each verb that does something."""
    if not isinstance(command, click.Group):
        yield words
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        verb = command.get_command(context, name)
        assert verb is not None
        yield from list_verbs(verb, (*words, name))


LEAVES = [*list_verbs(capgo_tui, ())]


def page(*words: str) -> str:
    result = CliRunner().invoke(capgo_tui, words, terminal_width=WIDTH)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_the_help_of_a_verb_has_two_examples_of_it(words: tuple[str, ...]) -> None:
    text = page(*words, "--help")
    examples = re.findall(rf"^  (capgo-tui {' '.join(words)}\b.*)$", text, re.MULTILINE)
    assert len(set(examples)) >= 2, text


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_is_readable_at_80_columns(topic: str) -> None:
    text = page("help", topic)
    assert text.startswith("# ")
    assert max(map(measure_width, text.splitlines())) <= WIDTH - 2, "as the app shows it"
    assert text == page("help", topic.upper())


def test_the_page_of_the_keys_has_every_action() -> None:
    text = " ".join(page("help", "keys").split())
    use_keys(ACTIONS)
    for action in ACTIONS:
        assert f"{action.key} {action.id} {action.description}" in text, action.id


def test_the_page_of_the_exit_codes_has_every_code() -> None:
    codes = re.findall(r"^ {4}(\d+)", page("help", "exit-codes"), re.MULTILINE)
    assert [*map(int, codes)] == [int(code) for code in Exit]


def test_the_page_of_the_filters_has_every_fact_and_column_and_its_filters_are_valid() -> None:
    text = page("help", "filters")
    for resource in RESOURCES:
        facts, columns = re.findall(
            rf"^    {resource.name} +((?:.|\n {{25}})+)$", text, re.MULTILINE
        )
        assert facts.split(", ") == [*resource.facts]
        assert re.split(r",\s+", columns) == [column.id for column in resource.columns]
    noun_and_filter = re.findall(r"capgo-tui (\w+) list --filter '(.*?)'", text)
    assert noun_and_filter
    for noun, filter_text in noun_and_filter:
        (resource,) = [each for each in RESOURCES if each.name == f"{noun}s"]
        assert not Query.parse(filter_text, make_vocabulary(resource.columns, resource.facts)).error


def test_without_a_topic_all_are_listed_and_a_verb_is_one_too() -> None:
    listing = page("help")
    assert [topic for topic in TOPICS if topic not in listing] == []
    assert "Usage: capgo-tui device" in page("help", "device")


def test_an_unknown_page_names_the_nearest() -> None:
    result = CliRunner().invoke(capgo_tui, ["help", "filter"])
    assert result.exit_code == Exit.USAGE
    assert "no page 'filter'; filters is near" in result.stderr


def test_an_unknown_verb_names_the_nearest() -> None:
    for words, near in ((["chanel"], "channel"), (["device", "lnk"], "link")):
        result = CliRunner().invoke(capgo_tui, words)
        assert result.exit_code == Exit.USAGE
        assert f"no verb '{words[-1]}'; {near} is near; there are" in result.stderr


def test_the_pages_are_part_of_the_package() -> None:
    folder = Path(package.__file__).parent / "help"
    assert {each.stem for each in folder.glob("*.md")} == {*TOPICS}
    assert "help" in VERBS
