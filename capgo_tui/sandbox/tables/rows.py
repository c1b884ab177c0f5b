"""Conversion of SQLite rows into typed records."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    import sqlite3

    from _typeshed import DataclassInstance

Column: TypeAlias = bool | int | float | str | None
Record = TypeVar("Record", bound="DataclassInstance")


@cache
def list_boolean_fields(record: type[DataclassInstance]) -> frozenset[str]:
    """Return a record's boolean fields, which SQLite stores as numbers."""
    return frozenset(f.name for f in fields(record) if f.type in {"bool", "bool | None"})


def read_record(record: type[Record], row: sqlite3.Row) -> Record:
    """Return the record of a row with the same columns."""
    booleans = list_boolean_fields(record)
    return record(
        **{
            name: bool(row[name]) if name in booleans and row[name] is not None else row[name]
            for name in row.keys()  # noqa: SIM118 - iterating a Row gives values
        }
    )


def read_records(record: type[Record], rows: sqlite3.Cursor) -> list[Record]:
    """Return the record of each row; the columns are inspected once."""
    names = [column[0] for column in rows.description]
    booleans = [number for number, name in enumerate(names) if name in list_boolean_fields(record)]
    records = []
    for row in rows:
        values = list(row)
        for number in booleans:
            if values[number] is not None:
                values[number] = bool(values[number])
        records.append(record(**dict(zip(names, values, strict=True))))
    return records


def insert(db: sqlite3.Connection, table: str, values: dict[str, Column]) -> int:
    """Insert one row and return its id; names come from code, values are bound."""
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    cursor = db.execute(
        f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
        list(values.values()),
    )
    return cursor.lastrowid or 0


def update(db: sqlite3.Connection, table: str, row_id: int, values: dict[str, Column]) -> None:
    """Change some columns of one row."""
    changes = ", ".join(f"{name} = ?" for name in values)
    db.execute(
        f"UPDATE {table} SET {changes} WHERE id = ?",  # noqa: S608
        [*values.values(), row_id],
    )
