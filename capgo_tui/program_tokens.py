"""Split a JavaScript or TypeScript program into tokens, without running it.

A parser of the whole language was tried: `tree-sitter` with its TypeScript grammar crashes the
process on 256 KB of ``a:{``, and takes seconds for other files that anybody can prepare. This one
is linear, and refuses what it cannot split with certainty.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple, TypeAlias

TokenKind: TypeAlias = Literal["name", "text", "number", "regex", "mark", "end"]


class UncertainProgramError(ValueError):
    """A program cannot be read with certainty; the message says why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


class Token(NamedTuple):
    """A token, and where it is."""

    kind: TokenKind
    source: str
    line: int
    begins_line: bool
    """Whether there is a line end between it and the token before."""

    @property
    def text(self) -> str | None:
        """The value of a string literal; None when it has an escape, which is not decoded."""
        return None if "\\" in self.source else self.source[1:-1]

    def is_mark(self, *marks: str) -> bool:
        """Return whether it is one of these punctuation marks."""
        return self.kind == "mark" and self.source in marks

    def is_name(self, *names: str) -> bool:
        """Return whether it is one of these names or keywords."""
        return self.kind == "name" and self.source in names


MOST_TOKENS: Final = 20_000
"""Most tokens of a program, a hundred times those of a usual config: a tenth of a second."""
_LINE_END = r"\n\r\u2028\u2029"
_TOKEN: Final = re.compile(
    rf"""
      (?P<blank>[\t\v\f \u00a0\ufeff\u1680\u2000-\u200a\u202f\u205f\u3000]++)
    | (?P<line_end>[{_LINE_END}]++)
    | (?P<line_comment>//[^{_LINE_END}]*+)
    | (?P<comment>/\*(?s:.*?)\*/)
    | (?P<text>'(?:\\(?s:.)|[^'\\\n\r])*+'|"(?:\\(?s:.)|[^"\\\n\r])*+")
    | (?P<name>(?!\d)[\w$]++)
    | (?P<number>\d[\w.]*+)
    | (?P<mark>\.\.\.|\?\.(?!\d)|=>|[<=!]==?|\+\+|--|[{{}}()\[\],;:.?=<>+\-*%&|^!~@\#])
    """,
    re.VERBOSE,
)
_REGEX: Final = re.compile(
    rf"/(?![*/])(?:\\[^{_LINE_END}]|\[(?:\\[^{_LINE_END}]|[^\]\\{_LINE_END}])*+\]|[^/\\\[{_LINE_END}])++/[\w$]*+"
)
_TEMPLATE_PART: Final = re.compile(r"(?:\\(?s:.)|\$(?!\{)|[^\\`$])*+(?P<end>`|\$\{)")
_LINE: Final = re.compile(r"\r\n|[\n\r\u2028\u2029]")
_HTML_COMMENTS: Final = "<!--", "-->"
"""Begin a comment in a script, but not in a module."""
TEMPLATE_OPEN: Final = "`${"
TEMPLATE_CLOSE: Final = "}`"
_BEFORE_REGEX: Final = frozenset(
    {
        *("return", "typeof", "case", "in", "do", "else", "void", "delete"),
        *("throw", "new", "instanceof", "default", "extends"),
    }
)
"""Keywords that an operand follows, so that a slash begins a regular expression."""
_UNCERTAIN: Final = frozenset({"of", "await", "yield", "as", "satisfies"})
"""Names that are keywords in some places only."""


def split(code: str) -> list[Token]:
    """Return the tokens of a program, and an end token.

    A template without substitutions is a text; another one is a pair of brackets,
    `TEMPLATE_OPEN` and `TEMPLATE_CLOSE`, around what it is made of.

    Raises:
        UncertainProgramError: when it cannot be split with certainty.

    """
    return _Splitter(code).split()


class _Splitter:
    def __init__(self, code: str) -> None:
        self._code = code
        self._at = 0
        self._line = 1
        self._begins_line = True
        self._tokens: list[Token] = []
        self._brackets: list[str] = []
        """Open braces and templates."""

    def split(self) -> list[Token]:
        if self._code.startswith("#!"):
            self._at = _end_of_line(self._code)
        while self._at < len(self._code):
            if len(self._tokens) > MOST_TOKENS:
                raise self._make_doubt("the program is too long")
            self._step()
        self._add("end", self._at)
        return self._tokens

    def _step(self) -> None:
        if self._code.startswith(_HTML_COMMENTS, self._at):
            raise self._make_doubt("a mark that begins a comment in some programs")
        token = _TOKEN.match(self._code, self._at)
        if token is None:
            self._add_other()
            return
        match token.lastgroup:
            case "blank":
                self._at = token.end()
            case "line_end" | "line_comment" | "comment":
                self._skip_lines(token.end())
            case "text" | "name" | "number" as kind:
                self._add(kind, token.end())
            case _ if token[0] == "}" and self._brackets and self._brackets[-1] == "`":
                self._brackets.pop()
                self._add_template_part("}")
            case _:
                if token[0] == "{":
                    self._brackets.append("{")
                elif token[0] == "}" and self._brackets:
                    self._brackets.pop()
                self._add("mark", token.end())

    def _add_other(self) -> None:
        """Add what begins with a backquote or a slash, and is no comment."""
        code = self._code
        if code[self._at] == "`":
            self._add_template_part("`")
        elif code.startswith("/*", self._at):
            raise self._make_doubt("a comment without end")
        elif code[self._at] == "/":
            self._add_slash()
        else:
            raise self._make_doubt("a character that cannot be read, or a text without end")

    def _add_template_part(self, start: str) -> None:
        """Add what begins with a backquote, or with the brace that ends a substitution."""
        part = _TEMPLATE_PART.match(self._code, self._at + 1)
        if part is None:
            raise self._make_doubt("a template without end")
        if part["end"] == "`":
            if start == "`":
                self._add("text", part.end())
            else:
                self._add("mark", part.end(), TEMPLATE_CLOSE)
        else:
            self._brackets.append("`")
            self._add("mark", part.end(), TEMPLATE_OPEN if start == "`" else ",")

    def _add_slash(self) -> None:
        """Add a regular expression or a division, which look alike: the token before decides."""
        before = self._tokens[-1] if self._tokens else None
        second = self._tokens[-2] if len(self._tokens) > 1 else None
        is_member = second is not None and second.is_mark(".", "?.")
        if before is None or (before.is_name(*_BEFORE_REGEX) and not is_member):
            is_regex = True
        elif before.kind == "mark" and before.source not in {"]", TEMPLATE_CLOSE}:
            if before.is_mark(")", "}", "!", "++", "--"):
                raise self._make_doubt("a slash that may begin a regular expression")
            is_regex = True
        elif before.is_name(*_UNCERTAIN, *_BEFORE_REGEX):
            raise self._make_doubt("a slash that may begin a regular expression")
        else:
            is_regex = False
        if not is_regex:
            self._add("mark", self._at + 1)
        elif (regex := _REGEX.match(self._code, self._at)) is not None:
            self._add("regex", regex.end())
        else:
            raise self._make_doubt("a regular expression without end")

    def _add(self, kind: TokenKind, end: int, source: str | None = None) -> None:
        text = self._code[self._at : end] if source is None else source
        self._tokens.append(Token(kind, text, self._line, self._begins_line))
        self._begins_line = False
        if kind in {"text", "mark"}:
            self._line += len(_LINE.findall(self._code, self._at, end))
        self._at = end

    def _skip_lines(self, end: int) -> None:
        lines = len(_LINE.findall(self._code, self._at, end))
        self._line += lines
        self._begins_line = self._begins_line or lines > 0
        self._at = end

    def _make_doubt(self, why: str) -> UncertainProgramError:
        return UncertainProgramError(self._line, why)


def _end_of_line(code: str) -> int:
    line_end = _LINE.search(code)
    return len(code) if line_end is None else line_end.start()
