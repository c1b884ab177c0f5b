"""The dataclasses of `lazy_dataclass` are as those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import KW_ONLY, FrozenInstanceError, InitVar, field, fields, replace
from itertools import product
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from capgo_tui import lazy_dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[..., Callable[[type], type]]

OPTIONS = [
    {"frozen": frozen, "slots": slots, "eq": eq}
    for frozen, slots, eq in product((False, True), repeat=3)
]
PACKAGE = Path(lazy_dataclass.__file__).parent


def _classes(dataclass: Decorator, options: dict[str, bool]) -> dict[str, type]:
    """Return classes of each shape that this program has."""

    @dataclass(**options)
    class Empty:
        """No fields."""

    @dataclass(**options)
    class Single:
        """One field."""

        one: int

    @dataclass(**options)
    class Base:
        """Fields of each sort."""

        KIND: ClassVar[str] = "kind"
        one: int
        two: str = "2"
        _: KW_ONLY
        three: list[int] = field(default_factory=list, hash=False)
        hidden: str = field(default="secret", repr=False, compare=False)

        @property
        def both(self) -> str:
            return f"{self.one}{self.two}"

    @dataclass(**options)
    class Child(Base):
        """Fields of its own, another default, and a finish."""

        two: str = "two"
        four: int = 4
        five: int = field(init=False)
        six: int = field(default=6, init=False)
        seven: list[int] = field(default_factory=list, init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "four", self.four + 1)
            object.__setattr__(self, "five", 5)

    @dataclass(**options)
    class Own:  # noqa: PLW1641 - so is it with a standard one
        """Methods of its own."""

        one: int

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

    @dataclass(**options, kw_only=True)
    class Named:
        """Fields that are given by name."""

        one: int
        two: int = 2

    return {each.__name__: each for each in (Empty, Single, Base, Child, Own, Named)}


CALLS: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {
    "Empty": [((), {}), ((1,), {})],
    "Single": [((1,), {}), ((), {"one": 1}), ((2,), {}), ((), {})],
    "Base": [
        ((1,), {}),
        ((1, "2"), {}),
        ((1,), {"three": [3]}),
        ((1,), {"hidden": "x"}),
        ((1, "2", []), {}),
        ((), {"two": "2"}),
        ((1,), {"five": 5}),
    ],
    "Child": [((1,), {}), ((1, "two", 4), {}), ((1,), {"four": 7, "three": [1]})],
    "Own": [((1,), {}), ((2,), {})],
    "Named": [((), {"one": 1}), ((), {"one": 1, "two": 3}), ((1,), {})],
}


def _outcome(work: Callable[..., object], *args: object) -> object:
    """Return what some work gives, or its error; without the scope of the classes."""
    try:
        result = work(*args)
    except Exception as error:  # noqa: BLE001 - to be compared
        return type(error), str(error).replace("_classes.<locals>.", "")
    return result.replace("_classes.<locals>.", "") if isinstance(result, str) else result


def _behaviour(classes: dict[str, type], name: str) -> list[object]:
    """Return how a class behaves in everything that this program may do with it."""
    cls: Any = classes[name]
    outcomes: list[object] = [
        cls.__match_args__,
        cls.__doc__,
        hasattr(cls, "__slots__"),
        cls.__hash__ is None,
        [
            (each.name, each.default, each.default_factory, each.kw_only, each.compare)
            for each in fields(cls)
        ],
    ]
    made = []
    for args, values in CALLS[name]:
        try:
            made.append(cls(*args, **values))
        except TypeError as error:
            outcomes.append(str(error).replace("_classes.<locals>.", ""))
    for each in made:
        outcomes += [
            _outcome(repr, each),
            [each == other for other in made],
            _outcome(lambda each: len({hash(each), hash(copy.copy(each))}), each),
            _outcome(lambda each: repr(replace(each)), each),
            _outcome(lambda each: repr(copy.deepcopy(each)), each),
            _outcome(dataclasses.asdict, each),
        ]
        other = copy.copy(each)
        for field_name in (each.name for each in fields(cls)):
            outcomes += [
                _outcome(setattr, other, field_name, 5),
                _outcome(getattr, other, field_name),
                _outcome(delattr, other, field_name),
                hasattr(other, field_name),
            ]
    return outcomes


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("few", [0, lazy_dataclass.FEW])
def test_a_class_behaves_as_a_standard_one(
    few: int, name: str, options: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lazy_dataclass, "FEW", few)
    ours = _classes(lazy_dataclass.dataclass, options)
    theirs = _classes(dataclasses.dataclass, options)
    assert _behaviour(ours, name) == _behaviour(theirs, name)


def test_a_subclass_of_a_frozen_class_has_attributes_of_its_own() -> None:
    @lazy_dataclass.dataclass(frozen=True)
    class Frozen:
        one: int

    class Free(Frozen):
        pass

    free = Free(1)
    free.two = 2  # type: ignore[attr-defined]
    assert vars(free) == {"one": 1, "two": 2}
    with pytest.raises(FrozenInstanceError):
        free.one = 3  # type: ignore[misc]


def test_a_class_prints_itself_within_itself() -> None:
    @lazy_dataclass.dataclass
    class Node:
        inner: object = None

    node = Node()
    node.inner = node
    assert repr(node).endswith("Node(inner=...)")


@lazy_dataclass.dataclass(frozen=True, slots=True)
class Kept:
    """A class that pickle finds."""

    one: int
    two: str = field(default="", compare=False)


def test_an_instance_is_pickled_with_all_its_fields() -> None:
    kept = pickle.loads(pickle.dumps(Kept(1, "two")))  # noqa: S301 - made here
    assert (kept.one, kept.two) == (1, "two")


def test_many_threads_may_make_the_first_instances_at_once() -> None:
    count = lazy_dataclass.FEW + 4
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(count) as pool:
            for _ in range(50):
                cls, barrier = (
                    _classes(lazy_dataclass.dataclass, OPTIONS[-1])["Base"],
                    Barrier(count),
                )

                def make(number: int, cls: Any = cls, barrier: Barrier = barrier) -> Any:
                    barrier.wait()
                    return cls(number, three=[number])

                made = list(pool.map(make, range(count)))
                assert [(each.one, each.three) for each in made] == [(n, [n]) for n in range(count)]
    finally:
        sys.setswitchinterval(interval)


def test_no_module_of_the_start_compiles_dataclasses_at_import() -> None:
    standard = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if path.name != "lazy_dataclass.py" and "sandbox" not in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("from dataclasses import")
        and "dataclass" in line.split("import")[1]
        and "dataclass" in [name.strip() for name in line.split("import")[1].split(",")]
    ]
    assert standard == []


@pytest.mark.parametrize("option", ["order", "unsafe_hash", "match_args", "weakref_slot", "typo"])
def test_an_option_that_is_not_supported_is_refused(option: str) -> None:
    decorator: Any = lazy_dataclass.dataclass
    with pytest.raises(TypeError, match=f"Some: not supported here: {option}"):

        @decorator(frozen=True, **{option: True})
        class Some:
            one: int


def test_a_field_for_the_finish_alone_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Some\.two: not supported here: InitVar"):

        @lazy_dataclass.dataclass
        class Some:
            KIND: ClassVar[str] = "kind"
            one: int
            two: InitVar[int]
