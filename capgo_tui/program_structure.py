"""The structure of a program: which brackets match, where names are, and where types end."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from capgo_tui.program_tokens import TEMPLATE_CLOSE, TEMPLATE_OPEN, UncertainProgramError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.program_tokens import Token

_PAIRS: Final = {"{": "}", "[": "]", "(": ")", TEMPLATE_OPEN: TEMPLATE_CLOSE}
_CLOSERS: Final = frozenset(_PAIRS.values())


class ProgramStructure:
    """The tokens of a program with their brackets and names; places are indices of tokens."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        """Match brackets and find names.

        Raises:
            UncertainProgramError: when brackets do not match.

        """
        self.tokens = tokens
        self.closers: dict[int, int] = {}
        """The closing bracket of each opening one."""
        self.openers: dict[int, int] = {}
        """The opening bracket of each closing one."""
        self.top_level: list[int] = []
        """The tokens outside of all brackets."""
        self.mentions: defaultdict[str, list[int]] = defaultdict(list)
        """The tokens that are a variable, by its name."""
        self._match_brackets()
        self._find_mentions()

    def make_doubt(self, at: int, why: str) -> UncertainProgramError:
        """Return the error that a program is uncertain at a token."""
        return UncertainProgramError(self.tokens[at].line, why)

    def skip_angles(self, at: int) -> int:
        """Return the index after the arguments of a type."""
        depth, start = 0, at
        while True:
            token = self.tokens[at]
            if token.is_mark("<", ">"):
                depth += 1 if token.source == "<" else -1
            elif not (
                token.kind in {"name", "text"} or token.is_mark(",", ".", "|", "&", "[", "{")
            ):
                raise self.make_doubt(start, "a type cannot be read")
            at = self.closers.get(at, at) + 1
            if depth == 0:
                return at

    def skip_type(self, at: int) -> int:
        """Return the index after a type."""
        tokens = self.tokens
        while True:
            if tokens[at].is_name("typeof", "readonly", "keyof"):
                at += 1
            if tokens[at].is_mark("{"):
                at = self.closers[at] + 1
            elif tokens[at].kind in {"name", "text"}:
                at += 1
            else:
                raise self.make_doubt(at, "a type cannot be read")
            while tokens[at].is_mark(".") and tokens[at + 1].kind == "name":
                at += 2
            if tokens[at].is_mark("<"):
                at = self.skip_angles(at)
            while tokens[at].is_mark("[") and not tokens[at].begins_line:
                at = self.closers[at] + 1
            if not tokens[at].is_mark("|", "&"):
                return at
            at += 1

    def _match_brackets(self) -> None:
        open_brackets: list[int] = []
        for at, token in enumerate(self.tokens):
            if not open_brackets:
                self.top_level.append(at)
            if token.kind != "mark":
                continue
            if token.source in _PAIRS:
                open_brackets.append(at)
            elif token.source in _CLOSERS:
                if not open_brackets or _PAIRS[self.tokens[open_brackets[-1]].source] != (
                    token.source
                ):
                    raise self.make_doubt(at, "a bracket that does not match")
                self.openers[at] = open_brackets.pop()
                self.closers[self.openers[at]] = at
                if not open_brackets:
                    self.top_level.append(at)
        if open_brackets:
            raise self.make_doubt(open_brackets[-1], "a bracket that does not end")

    def _find_mentions(self) -> None:
        tokens = self.tokens
        for at, token in enumerate(tokens):
            if token.kind != "name":
                continue
            is_member = at > 0 and tokens[at - 1].is_mark(".", "?.")
            is_key = tokens[at + 1].is_mark(":") and tokens[at - 1].is_mark("{", ",")
            # Of `exports` each counts: `require.main.exports` is the same object.
            if not (is_member or is_key) or token.source == "exports":
                self.mentions[token.source].append(at)
