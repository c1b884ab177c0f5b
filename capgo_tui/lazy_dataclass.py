"""The decorator ``dataclass`` without its compiling at import.

The standard one compiles up to six functions of each class while its module is imported, in
0.7 ms on Python 3.11; this one takes 0.05 ms: 75 ms less for the classes of the start. No method
but ``__init__`` needs compiling, and that is compiled once a few instances were made.

Classes behave as those of the standard library: `fields`, `replace`, `asdict`, matching, pickling
and inheritance. Left out is what this program does not use, and it raises TypeError when the class
is made: the options that `OPTIONS` lacks, such as ``order`` and ``unsafe_hash``, and fields of the
type ``InitVar``.
"""

from __future__ import annotations

import dataclasses
import reprlib
from copy import copy
from dataclasses import MISSING, FrozenInstanceError, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass

    Field = dataclasses.Field[Any]
    Method = Callable[..., Any]

__all__ = ["dataclass"]
T = TypeVar("T")
FEW: Final = 20
"""The instances of a class that are made without compiling its ``__init__``."""
OPTIONS: Final = frozenset({"eq", "frozen", "slots", "kw_only"})
"""The options of the standard decorator that this one takes."""


def _make_dataclass(cls: type[T], options: dict[str, bool]) -> type[T]:
    """Return a class with its fields found by the standard decorator, and its methods made here."""
    if unsupported := options.keys() - OPTIONS:
        raise TypeError(f"{cls.__qualname__}: not supported here: {', '.join(sorted(unsupported))}")
    has_eq, is_frozen = options.pop("eq", True), options.pop("frozen", False)
    own_names = set(vars(cls))
    if "__eq__" in own_names and vars(cls).get("__hash__") is None:
        own_names.discard("__hash__")  # Python has set it to None
    made = dataclasses.dataclass(init=False, repr=False, eq=False, **options)(cls)
    _refuse_init_only_fields(made)
    methods: dict[str, Method | None] = {
        "__init__": _make_init(made, is_frozen=is_frozen),
        "__repr__": _make_repr(made),
    }
    if has_eq:
        methods["__eq__"] = _make_eq(made)
        methods["__hash__"] = _make_hash(made) if is_frozen else None
    if is_frozen:
        methods["__setattr__"] = _make_refusal(made, "__setattr__", "assign to")
        methods["__delattr__"] = _make_refusal(made, "__delattr__", "delete")
        if options.get("slots"):
            methods["__getstate__"], methods["__setstate__"] = _get_state, _set_state
    for name, method in methods.items():
        if name not in own_names:
            setattr(made, name, method)
    return made


def _refuse_init_only_fields(cls: type) -> None:
    """Raise TypeError for ``InitVar``: ``__post_init__`` is called without arguments here."""
    for field in vars(cls)["__dataclass_fields__"].values():
        if field._field_type is dataclasses._FIELD_INITVAR:  # type: ignore[attr-defined]
            raise TypeError(f"{cls.__qualname__}.{field.name}: not supported here: InitVar")


def _make_init(cls: type, *, is_frozen: bool) -> Method:
    """Return an ``__init__`` that fills a few instances, then puts the compiled one in its place.

    Compiling takes as long as filling a hundred: 25 ms of the start, of whose classes most have one
    instance.
    """
    count = 0
    set_field = object.__setattr__ if is_frozen else setattr

    def __init__(self: object, *args: object, **values: object) -> None:  # noqa: N807
        nonlocal count
        count += 1
        field_values = _bind(cls, args, values) if count <= FEW else None
        if field_values is None:  # also of wrong arguments, for the usual message
            init = _compile_init(cls, is_frozen=is_frozen)
            cls.__init__ = init  # type: ignore[misc]
            init(self, *args, **values)
            return
        for name, value in field_values.items():
            set_field(self, name, value)
        if hasattr(cls, "__post_init__"):
            self.__post_init__()  # type: ignore[attr-defined]

    return __init__


def _bind(
    cls: type, args: tuple[object, ...], values: dict[str, object]
) -> dict[str, object] | None:
    """Return the values of all fields; None when the arguments do not fit."""
    positional = [field.name for field in fields(cls) if field.init and not field.kw_only]
    arguments = dict(zip(positional, args, strict=False))
    if len(args) > len(positional) or not arguments.keys().isdisjoint(values):
        return None
    arguments |= values
    field_values: dict[str, object] = {}
    for field in fields(cls):
        if field.init and field.name in arguments:
            field_values[field.name] = arguments.pop(field.name)
        elif field.default_factory is not MISSING:
            field_values[field.name] = field.default_factory()
        elif field.default is not MISSING:
            field_values[field.name] = field.default
        elif field.init:
            return None
    return None if arguments else field_values


def _compile_init(cls: type, *, is_frozen: bool) -> Method:
    """Return the standard ``__init__``, taken from a class that has these fields alone."""
    namespace: dict[str, Any] = {"__doc__": "Without one, it would be made of the signature."}
    if hasattr(cls, "__post_init__"):
        namespace["__post_init__"] = cls.__post_init__
    twin = dataclasses.make_dataclass(
        cls.__name__,
        [(field.name, object, copy(field)) for field in fields(cls)],
        namespace=namespace,
        repr=False,
        eq=False,
        frozen=is_frozen,
        slots="__slots__" in vars(cls),
    )
    init: Method = vars(twin)["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _make_getter(
    cls: type, is_wanted: Callable[[Field], bool | None]
) -> Callable[[object], tuple[object, ...]]:
    """Return a function that returns the values of the wanted fields of an instance."""
    names = [field.name for field in fields(cls) if is_wanted(field)]
    if len(names) < 2:  # of one name, `attrgetter` gets no tuple
        return lambda self: tuple(getattr(self, name) for name in names)
    return attrgetter(*names)


def _make_eq(cls: type) -> Method:
    get_values = _make_getter(cls, lambda field: field.compare)

    def __eq__(self: object, other: object) -> bool:  # noqa: N807
        if other.__class__ is not self.__class__:
            return NotImplemented
        return get_values(self) == get_values(other)

    return __eq__


def _make_hash(cls: type) -> Method:
    get_values = _make_getter(
        cls, lambda field: field.compare if field.hash is None else field.hash
    )

    def __hash__(self: object) -> int:  # noqa: N807
        return hash(get_values(self))

    return __hash__


def _make_repr(cls: type) -> Method:
    names = [field.name for field in fields(cls) if field.repr]

    @reprlib.recursive_repr()
    def __repr__(self: object) -> str:  # noqa: N807
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({values})"

    return __repr__


def _make_refusal(cls: type, method: str, verb: str) -> Method:
    """Return the ``__setattr__`` or ``__delattr__`` of a frozen class, which refuses its fields.

    A subclass that is no dataclass may have attributes of its own.
    """
    names = {field.name for field in fields(cls)}

    def refuse(self: object, name: str, *values: object) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot {verb} field {name!r}")
        getattr(super(cls, self), method)(name, *values)

    return refuse


def _get_state(self: Any) -> list[object]:
    """Return the values of a frozen instance with slots, for `copy` and `pickle`."""
    return [getattr(self, field.name) for field in fields(self)]


def _set_state(self: Any, state: list[object]) -> None:
    """Fill a frozen instance, which refuses the usual way."""
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


if not TYPE_CHECKING:

    def dataclass(cls=None, /, **options):
        """Make a class a dataclass; takes ``eq``, ``frozen``, ``slots`` and ``kw_only``."""
        if cls is None:
            return lambda cls: _make_dataclass(cls, options)
        return _make_dataclass(cls, options)
