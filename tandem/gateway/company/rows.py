"""Rows in and out: every column filled on the way in, every logical name there on the way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Executable, Table, insert, literal_column

from tandem.errors import CompanyError
from tandem.gateway.company.layout import Column
from tandem.gateway.company.spec import Kind
from tandem.gateway.company.tables import blank_text, shape_of

Row = dict[str, Any]

BLANKS: dict[Kind, str | Decimal | int | bool | date | None] = {
    Kind.CHAR: "",
    Kind.NUMBER: "",
    Kind.MEMO: "",
    Kind.WIDE: "",
    Kind.MONEY: Decimal(0),
    Kind.EXACT: Decimal(0),
    Kind.WHOLE: 0,
    Kind.DAY: None,
    Kind.FLAG: False,
}


def changed(table: Table, values: Mapping[str, Any]) -> Row:
    """The values that the site has a column for: optional columns that it lacks are simply not written.

    Raises:
        CompanyError: a text is wider than its column; callers check before, so this is the last guard.
    """
    columns = shape_of(table).columns
    held = {name: value for name, value in values.items() if name in columns}
    for name, value in held.items():
        if isinstance(value, str) and 0 < columns[name].width < len(value):
            _guard(table, columns[name], value.rstrip())
    return held


def insert_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns; every other column gets its blank, since Sage Pro knows no NULL.

    Raises:
        CompanyError: a text is wider than its column.
    """
    if not rows:
        return
    given = [changed(table, row) for row in rows]
    blanks: dict[str, Any] = {
        name: literal_column(f"'{blank_text(column.kind, column.scale)}'")
        for name, column in shape_of(table).columns.items()
        if name not in given[0]
    }
    connection.execute(insert(table).values(blanks), given)


def _guard(table: Table, column: Column, value: str) -> None:
    if column.width < len(value):
        raise CompanyError(
            f"{table.info['name']}.{column.physical} holds {column.width} characters, not the {len(value)} of {value!r}"
        )


def fetch(connection: Connection, statement: Executable, table: Table | None = None) -> list[Row]:
    """The rows of a statement as dictionaries; with a table, columns that the site lacks come out blank."""
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    if table is None or not rows:
        return rows
    lacking = {
        spec.name: BLANKS[spec.kind] for spec in shape_of(table).spec if spec.name not in shape_of(table).columns
    }
    return [{**lacking, **row} for row in rows] if lacking else rows


def chunks(values: Sequence[Any], size: int = 500) -> list[Sequence[Any]]:
    """The values in pieces that fit a statement's parameters (SQL Server takes 2,100)."""
    return [values[start : start + size] for start in range(0, len(values), size)]
