"""The recordings show what the installed command does now, state for state."""

from __future__ import annotations

import re
from difflib import unified_diff
from xml.etree import ElementTree as ET

import pytest

from screenshots.cells import read_picture
from screenshots.record import draw_terminal, playing, read_frames
from screenshots.scripts import SCRIPTS, Script
from screenshots.writing import FOLDER

AGAIN = "If meant so: python -m screenshots"
SVG = "{http://www.w3.org/2000/svg}"
BYTES = 500_000


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_recording_is_what_the_program_does_now(script: Script) -> None:
    frames = read_frames(script)
    assert len(frames) == len(script.steps)
    with playing(script) as terminal:
        for step, frame in zip(script.steps, frames, strict=True):
            if step.keys:
                terminal.type(step.keys)
            try:
                terminal.wait_for(lambda frame=frame: draw_terminal(terminal) == frame)  # type: ignore[misc]
            except AssertionError:
                now = draw_terminal(terminal)
                difference = unified_diff(frame.splitlines(), now.splitlines(), n=0, lineterm="")
                pytest.fail("\n".join([f"after {step.label!r}:", *difference, AGAIN]))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_an_animation_shows_every_frame_once_and_holds_the_last(script: Script) -> None:
    """Read from its rules alone: what is visible at a time has the text of that frame."""
    root = ET.fromstring((FOLDER / f"{script.name}.svg").read_text(encoding="utf-8"))
    css = "".join(style.text or "" for style in root.iter(f"{SVG}style"))
    total = sum(step.seconds for step in script.steps)
    assert f"animation:{total:g}s step-end infinite" in css
    rules = {
        name: [
            (float(at), shown) for at, shown in re.findall(r"([\d.]+)%\{visibility:(\w+)\}", body)
        ]
        for name, body in re.findall(r"@keyframes (\w+)\{((?:[^{}]+\{[^}]*\})*)\}", css)
    }
    assert rules
    start = 0.0
    for step, frame in zip(script.steps, read_frames(script), strict=True):
        middle = 100 * (start + step.seconds / 2) / total
        words = read_picture(frame).text.split()
        visible = " ".join(_list_texts(root, rules, middle)).split()
        assert [word for word in words if word.isalnum() and word not in visible] == []
        assert set(step.caption.split()) <= set(visible)
        start += step.seconds
    assert script.steps[-1].seconds >= 3


def _list_texts(
    element: ET.Element, rules: dict[str, list[tuple[float, str]]], at: float
) -> list[str]:
    """Return the texts that are visible at a time, in percent of the animation."""
    keyframes = rules.get(element.attrib.get("class", "")) if element.tag == f"{SVG}g" else None
    if keyframes and [shown for start, shown in keyframes if start <= at][-1] == "hidden":
        return []
    texts = [element.text or ""] if element.tag == f"{SVG}text" else []
    return texts + [text for child in element for text in _list_texts(child, rules, at)]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_an_animation_is_small_and_needs_nothing_from_elsewhere(script: Script) -> None:
    svg = (FOLDER / f"{script.name}.svg").read_text(encoding="utf-8")
    assert len(svg.encode()) < BYTES
    assert re.findall(r"url\(|href|@import|<script|https?:", svg) == ["http:"], "its namespace only"
