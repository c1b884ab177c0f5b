"""The help: key bindings and the meaning of the glyphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from capgo_tui.tui.actions import FORMS, MOVES
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.text_line import TextLine
from capgo_tui.workspace.resources.registry import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from capgo_tui.tui.actions import Action, ActionContext, DisabledReason


def _tooltip(action: Action, reason: DisabledReason | None) -> str:
    return f"✗ {action.tooltip} · not now: {reason}" if reason else action.tooltip


def help_lines(actions: Sequence[Action], context: ActionContext) -> Sequence[Line]:
    """Return the lines of the help: key bindings, those of this tab first, and glyphs."""
    tab = context.tab
    tab_actions = [a for a in actions if tab in a.tabs]
    other_actions = [a for a in actions if tab not in a.tabs]
    lines = [Line("", f"Keys on {tab}", "heading")]
    lines += [Line(a.key, _tooltip(a, a.disabled_reason(context))) for a in tab_actions]
    lines += [Line("", "Moving", "heading")]
    lines += [Line(keys, meaning) for keys, meaning in MOVES]
    if other_actions:
        lines += [Line("", "Keys on other tabs", "heading")]
        lines += [
            Line(a.key, f"{_tooltip(a, a.lasting_reason(context))} ({', '.join(sorted(a.tabs))})")
            for a in other_actions
        ]
    lines += [Line("", "Glyphs", "heading")]
    for resource in RESOURCES:
        lines += [Line(glyph, meaning) for (glyph, _), meaning in resource.legend]
    lines += [
        Line("", "Forms", "heading"),
        *(Line(keys, meaning) for keys, meaning in FORMS),
        Line("", "Writing", "heading"),
        Line("y", "is the only key that confirms; Enter and Esc mean no"),
        Line("⟳", "until the server has been read back; a write is never sent twice"),
    ]
    return lines


class HelpScreen(ModalScreen[None]):
    """The help for the tab it was opened on."""

    DEFAULT_CSS = """
    HelpScreen { background: $background; layout: vertical; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss(None)", "close", id="help.close"),
    ]

    def __init__(self, actions: Sequence[Action], context: ActionContext) -> None:
        super().__init__()
        self._actions, self._action_context = actions, context

    def compose(self) -> ComposeResult:
        """Make the page."""
        yield TextLine(" Help", "title")
        yield Detail()
        yield TextLine(" ↑↓ scroll  esc close", "muted")

    def on_mount(self) -> None:
        """Fill the page."""
        self.query_one(Detail).show_lines(help_lines(self._actions, self._action_context))
