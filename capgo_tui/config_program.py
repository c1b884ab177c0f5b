"""Read values of a Capacitor config that is a program, without running it.

Only what is certain is read: literals and plain constants in the one object that the program
exports, when nothing else in the program can change it. Everything else is an
`UncertainProgramError`, which says the line and why.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from capgo_tui.program_structure import ProgramStructure
from capgo_tui.program_tokens import TEMPLATE_CLOSE, UncertainProgramError, split
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator


MAX_DEPTH: Final = 30
"""Most parentheses, casts and constants around a literal."""
_CONDITIONS: Final = "if", "while", "for", "with"
_UNFINISHED: Final = (
    *("else", "do", "return", "throw", "typeof", "void", "delete", "new", "await", "yield"),
    *("in", "of", "instanceof", "case", "default", "extends", "as", "satisfies"),
)
"""Words after which no statement begins, or one that may not be reached."""
_PLAIN: Final = "true", "false", "null", "undefined"


class Program:
    """The tokens of a program, and the object that it exports."""

    def __init__(self, code: str) -> None:
        """Split a program.

        Raises:
            UncertainProgramError: when what it exports cannot be said.

        """
        self._structure = structure = ProgramStructure(split(code))
        self._tokens, self._closers = structure.tokens, structure.closers
        self._constants = self._find_constants()
        if names := self._structure.mentions.get("eval"):
            raise self._structure.make_doubt(names[0], "eval may change anything")
        start = self._find_export()
        self._root = self._skip_literal(start + 3 if self._is_function(start) else start)

    def read_text(self, *path: str) -> tuple[str, int] | None:
        """Return the text at a path and its line; None when there certainly is none.

        Raises:
            UncertainProgramError: when it cannot be said.

        """
        literal: int | None = self._root
        for step in path:
            if literal is None or not self._tokens[literal].is_mark("{"):
                return None
            literal = self._read_member(literal, step, 0)
        if literal is None or self._tokens[literal].kind != "text":
            return None
        text = self._tokens[literal].text
        if text is None:
            raise self._structure.make_doubt(literal, f"{path[-1]} is written with an escape")
        return text, self._tokens[literal].line

    def _find_constants(self) -> dict[str, list[int]]:
        """Return where the value of each constant of the top level begins, by name."""
        constants: defaultdict[str, list[int]] = defaultdict(list)
        tokens, top = self._tokens, self._structure.top_level
        for index, at in enumerate(top):
            if not tokens[at].is_name("const") or tokens[at + 1].kind != "name":
                continue
            if at > 0 and (tokens[at - 1].is_name("declare", "as") or tokens[at - 1].is_mark(".")):
                continue
            name = tokens[at + 1].source
            after = at + 2
            if tokens[after].is_mark(":"):
                place = index + 3
                while not (
                    tokens[top[place]].is_mark("=", ";")
                    or tokens[top[place]].is_name("const")
                    or tokens[top[place]].kind == "end"
                ):
                    place += 1
                after = top[place]
            if tokens[after].is_mark("="):
                constants[name].append(after + 1)
        return constants

    def _find_export(self) -> int:
        """Return where the value that the program exports begins."""
        tokens = self._tokens
        starts: list[int] = []
        for at in self._structure.top_level:
            if tokens[at].is_name("export") and not (at > 0 and tokens[at - 1].is_mark(".")):
                if tokens[at + 1].is_name("default") or tokens[at + 1].is_mark("="):
                    starts.append(at + 2)
            elif self._assigns_exports(at):
                starts.append(at + 4)
        if len(starts) != 1:
            at = starts[1] if starts else len(tokens) - 1
            why = "the config is exported twice" if starts else "no config is exported plainly"
            raise self._structure.make_doubt(at, why)
        (start,) = starts
        exports = self._structure.mentions["exports"]
        if tokens[start - 2].is_name("exports"):
            (modules, others) = self._structure.mentions["module"], exports
            if len(modules) > 1 or len(others) > 1:
                raise self._structure.make_doubt(
                    max(modules[-1], others[-1]), "exports may be changed"
                )
            if returns := self._structure.mentions.get("return"):
                raise self._structure.make_doubt(returns[0], "return may come before the export")
        elif exports:
            raise self._structure.make_doubt(exports[0], "exports may be changed")
        return start

    def _is_function(self, at: int) -> bool:
        """Return whether a function begins here that only returns what is in parentheses."""
        marks = "(", ")", "=>", "("
        return at + 3 < len(self._tokens) and all(
            self._tokens[at + place].is_mark(mark) for place, mark in enumerate(marks)
        )

    def _assigns_exports(self, at: int) -> bool:
        """Return whether ``module.exports = `` begins here, as a statement that always runs."""
        tokens = self._tokens
        if not (
            tokens[at].is_name("module")
            and tokens[at + 1].is_mark(".")
            and tokens[at + 2].is_name("exports")
            and tokens[at + 3].is_mark("=")
        ):
            return False
        if at == 0 or tokens[at - 1].is_mark(";", "}"):
            return not (at > 0 and self._is_in_condition(at - 1))
        before = tokens[at - 1]
        if not tokens[at].begins_line or before.is_name(*_UNFINISHED):
            return False
        return (
            not self._is_in_condition(at - 1)
            if before.is_mark(")")
            else (before.kind != "mark" or before.is_mark("]", TEMPLATE_CLOSE))
        )

    def _is_in_condition(self, closer: int) -> bool:
        """Return whether a parenthesis is that of a statement such as ``if``."""
        if not self._tokens[closer].is_mark(")"):
            return False
        opener = self._structure.openers[closer]
        return opener > 0 and self._tokens[opener - 1].is_name(*_CONDITIONS, "await")

    def _skip_literal(self, start: int) -> int:
        """Return the literal that the expression of a statement is."""
        literal, after = self._read_expression(start, 0)
        self._check_statement_end(after)
        return literal

    def _check_statement_end(self, after: int) -> None:
        token = self._tokens[after]
        if token.kind == "end" or token.is_mark(";"):
            return
        words = "as", "satisfies", "in", "instanceof"
        if not (token.begins_line and token.kind == "name" and not token.is_name(*words)):
            raise self._structure.make_doubt(after, "the value is computed")

    def _read_expression(self, at: int, depth: int) -> tuple[int, int]:
        """Return where the literal that an expression is begins, and what comes after it."""
        token = self._tokens[at]
        if depth > MAX_DEPTH:
            raise self._structure.make_doubt(at, "it is nested too deeply")
        if token.kind in {"text", "number"} or token.is_name(*_PLAIN):
            literal, after = at, at + 1
        elif token.is_mark("{", "["):
            literal, after = at, self._closers[at] + 1
        elif token.is_mark("<"):
            return self._read_expression(self._structure.skip_angles(at), depth + 1)
        elif token.is_mark("("):
            literal, after = self._read_parentheses(at, depth)
        elif token.is_name("defineConfig") and self._tokens[at + 1].is_mark("("):
            self._check_define_config(at)
            literal, after = self._read_parentheses(at + 1, depth)
        elif token.kind == "name" and self._constants.get(token.source):
            literal, after = self._read_constant(at, depth), at + 1
        else:
            raise self._structure.make_doubt(at, "the value is computed")
        while self._tokens[after].is_name("as", "satisfies") and (
            not self._tokens[after].begins_line
        ):
            after = self._structure.skip_type(after + 1)
        return literal, after

    def _read_parentheses(self, at: int, depth: int) -> tuple[int, int]:
        close = self._closers[at]
        literal, after = self._read_expression(at + 1, depth + 1)
        if self._tokens[after].is_mark(",") and after + 1 == close:
            after = close
        if after != close:
            raise self._structure.make_doubt(after, "the value is computed")
        return literal, close + 1

    def _check_define_config(self, at: int) -> None:
        """Check that ``defineConfig`` is that of a package, which returns its argument."""
        for mention in self._structure.mentions["defineConfig"]:
            if mention == at:
                continue
            after = mention + 1
            while not self._tokens[after].is_name("from") and after - mention < MAX_DEPTH:
                if self._tokens[after].kind == "end":
                    raise self._structure.make_doubt(mention, "defineConfig is not a package's")
                after += 1
            module = self._tokens[min(after + 1, len(self._tokens) - 1)]
            if module.kind != "text" or (module.text or ".").startswith("."):
                raise self._structure.make_doubt(mention, "defineConfig is not a package's")

    def _read_constant(self, at: int, depth: int) -> int:
        """Return the literal of the constant that is named here."""
        name = self._tokens[at].source
        starts = self._constants.get(name, [])
        if len(starts) != 1:
            raise self._structure.make_doubt(at, f"the value of {clean(name, 40)} cannot be known")
        literal, after = self._read_expression(starts[0], depth + 1)
        self._check_statement_end(after)
        if self._tokens[literal].is_mark("{", "["):
            for mention in self._structure.mentions[name]:
                if mention != at and not self._tokens[mention - 1].is_name("const"):
                    raise self._structure.make_doubt(mention, f"{clean(name, 40)} may be changed")
        return literal

    def _read_member(self, brace: int, key: str, depth: int) -> int | None:
        """Return the literal of a key of an object; None when it certainly has none.

        The last entry decides, so that an uncertain one before a literal does not matter.
        """
        if depth > MAX_DEPTH:
            raise self._structure.make_doubt(brace, "it is nested too deeply")
        result: int | UncertainProgramError | None = None
        for start, stop in self._iterate_entries(brace):
            try:
                value = self._find_entry_value(start, stop, key, result is not None, depth)
            except UncertainProgramError as doubt:
                result = UncertainProgramError(doubt.line, f"{key}: {doubt}")
            else:
                result = result if value is None else value
        if isinstance(result, UncertainProgramError):
            raise result
        return result

    def _iterate_entries(self, brace: int) -> Iterator[tuple[int, int]]:
        """Yield where each entry of an object begins and ends.

        Raises:
            UncertainProgramError: for a comma that may be in the arguments of a type.

        """
        stop, start, at, angles = self._closers[brace], brace + 1, brace + 1, 0
        while at <= stop:
            token = self._tokens[at]
            if at == stop or token.is_mark(","):
                if angles:
                    raise self._structure.make_doubt(start, "a comma that may be part of a type")
                if start < at:
                    yield start, at
                start = at + 1
            elif token.is_mark("<", ">"):
                angles += 1 if token.source == "<" else -1
            at = self._closers.get(at, at) + 1

    def _find_entry_value(
        self, start: int, stop: int, key: str, is_set: bool, depth: int
    ) -> int | None:
        """Return the literal that an entry gives to a key; None when it certainly gives none."""
        tokens = self._tokens
        first = tokens[start]
        if first.is_mark("..."):
            return self._find_spread_value(start + 1, stop, key, depth)
        if first.kind not in {"name", "text", "number"}:
            raise self._structure.make_doubt(start, "a key is computed")
        if start + 1 == stop:
            return self._read_constant(start, depth) if first.is_name(key) else None
        if not tokens[start + 1].is_mark(":"):
            self._check_method(start, key)
            return None
        name = first.text if first.kind == "text" else first.source
        if name is None:
            raise self._structure.make_doubt(start, "a key is written with an escape")
        if name == "__proto__" and not is_set:
            raise self._structure.make_doubt(start, "an object inherits from another")
        if name != key:
            return None
        literal, after = self._read_expression(start + 2, depth + 1)
        if after != stop:
            raise self._structure.make_doubt(start, "the value is computed")
        return literal

    def _find_spread_value(self, start: int, stop: int, key: str, depth: int) -> int | None:
        branches = self._find_branches(start, stop)
        if branches and all(self._read_member(each, key, depth + 1) is None for each in branches):
            return None
        try:
            literal, after = self._read_expression(start, depth + 1)
        except UncertainProgramError:
            raise self._structure.make_doubt(
                start, "it may be set by what is spread here"
            ) from None
        if after != stop:
            raise self._structure.make_doubt(start, "it may be set by what is spread here")
        is_object = self._tokens[literal].is_mark("{")
        return self._read_member(literal, key, depth + 1) if is_object else None

    def _find_branches(self, start: int, stop: int) -> list[int]:
        """Return the objects of ``(… && {…})`` or ``(… ? {…} : {…})``; none for another form."""
        tokens = self._tokens
        if not tokens[start].is_mark("(") or self._closers[start] != stop - 1:
            return []
        places: list[int] = []
        at = start + 1
        while at < stop - 1:
            places.append(at)
            at = self._closers.get(at, at) + 1
        marks = [place for place in places if tokens[place].is_mark("?", ":", "|")]
        if not places or not tokens[places[-1]].is_mark("{"):
            return []
        if not marks:
            is_and = len(places) > 2 and all(tokens[place].is_mark("&") for place in places[-3:-1])
            return places[-1:] if is_and else []
        is_choice = (
            len(places) > 4
            and [tokens[place].source for place in marks if place >= places[-4]] == ["?", ":"]
            and [marks[-2], marks[-1]] == [places[-4], places[-2]]
            and not any(tokens[place].is_mark("?", ":") for place in marks[:-2])
            and tokens[places[-3]].is_mark("{")
        )
        return [places[-3], places[-1]] if is_choice else []

    def _check_method(self, start: int, key: str) -> None:
        """Check that an entry is a method or an accessor of another name."""
        tokens = self._tokens
        name = start
        while tokens[name].is_name("get", "set", "async") and not tokens[name + 1].is_mark("("):
            name += 1
        token = tokens[name]
        if not tokens[name + 1].is_mark("(") or token.kind not in {"name", "text"}:
            raise self._structure.make_doubt(name, "an entry cannot be read")
        is_same = (token.text if token.kind == "text" else token.source) in {key, None}
        if is_same:
            raise self._structure.make_doubt(name, "the value is computed")
