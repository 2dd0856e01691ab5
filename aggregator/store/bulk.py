"""Many rows into one table: SQLAlchemy's statement and conversions, without its work for every single row.

An entry makes five rows. Executed the usual way, each row is checked against the statement anew, which costs
more than the database itself; here statement and conversions are looked up once per table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, LargeBinary, Table, bindparam, insert

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    names: tuple[str, ...]
    conversions: tuple[Convert | None, ...]
    """What makes of a Python value the one that the driver takes; None where they are the same."""
    positional: bool


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, unless_there: bool = False
) -> None:
    """Insert rows that all have the same keys, columns of `table`.

    `unless_there` passes over those whose primary key is stored by now.
    """
    if not rows:
        return
    statement = _statement(table, tuple(rows[0]), connection.dialect)
    columns = [
        _column([row[name] for row in rows], convert)
        for name, convert in zip(statement.names, statement.conversions, strict=True)
    ]
    values: list[Any] = list(zip(*columns, strict=True))
    if not statement.positional:
        values = [dict(zip(statement.names, each, strict=True)) for each in values]
    # Both databases spell it like this.
    sql = f"{statement.sql} ON CONFLICT DO NOTHING" if unless_there else statement.sql
    connection.exec_driver_sql(sql, values)


def _column(values: list[Any], convert: Convert | None) -> list[Any]:
    if convert is None:
        return values
    # Nearly all moments of a batch are the same one.
    first, converted = values[0], convert(values[0])
    return [converted if value is first else convert(value) for value in values]


@lru_cache(maxsize=64)
def _statement(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Statement:
    compiled = insert(table).values({name: bindparam(name) for name in names}).compile(dialect=dialect)
    order = tuple(getattr(compiled, "positiontup", None) or names)
    return _Statement(
        sql=str(compiled),
        names=order,
        conversions=tuple(_conversion(table.c[name], dialect) for name in order),
        positional=bool(getattr(compiled, "positional", False)),
    )


def _conversion(column: Column[Any], dialect: Dialect) -> Convert | None:
    if isinstance(column.type, LargeBinary):
        return None  # both drivers take bytes as they are
    return column.type.dialect_impl(dialect).bind_processor(dialect)
