"""What a database says of its own tables: names, types, widths; by SQLite's pragma or SQLAlchemy's inspector."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, inspect, types
from sqlalchemy.dialects import mssql
from sqlalchemy.types import TypeEngine

from tandem.gateway.company.spec import Kind

_SIZE = re.compile(r"([A-Z_ ]+)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?", re.IGNORECASE)
_WHOLE_DIGITS = 10  # Sage Pro's counters
_SQLITE = (
    ("DECIMAL", Kind.EXACT),
    ("NUMERIC", Kind.EXACT),
    ("MONEY", Kind.MONEY),
    ("DATE", Kind.DAY),
    ("CHAR", Kind.CHAR),
    ("BOOL", Kind.FLAG),
    ("INT", Kind.WHOLE),
    ("TEXT", Kind.MEMO),
    ("CLOB", Kind.MEMO),
    ("REAL", Kind.EXACT),
    ("FLOAT", Kind.EXACT),
    ("DOUBLE", Kind.EXACT),
)


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A physical column; `kind` is None for a type that the gateway neither reads nor fills."""

    physical: str
    declared: str
    kind: Kind | None
    width: int
    scale: int
    generated: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A physical table; columns by lower-case name."""

    physical: str
    columns: Mapping[str, FoundColumn]


def read_schema(connection: Connection, schema: str | None) -> dict[str, Found]:
    """Every table of one schema by lower-case name."""
    if connection.dialect.name == "sqlite":
        return _read_sqlite(connection)
    made: dict[str, Found] = {}
    for (_, table), columns in inspect(connection).get_multi_columns(schema=schema).items():
        found = [_reflected(dict(column)) for column in columns]
        made[table.lower()] = Found(table, {column.physical.lower(): column for column in found})
    return made


def _read_sqlite(connection: Connection) -> dict[str, Found]:
    rows = connection.exec_driver_sql(
        "SELECT m.name, c.name, c.type, c.hidden FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS c "
        "WHERE m.type = 'table' ORDER BY m.name, c.cid"
    )
    columns: dict[str, dict[str, FoundColumn]] = {}
    for table, name, declared, hidden in rows:
        kind, width, scale = of_declaration(declared)
        column = FoundColumn(name, declared, kind, width, scale, generated=bool(hidden))
        columns.setdefault(table, {})[name.lower()] = column
    return {table.lower(): Found(table, found) for table, found in columns.items()}


def _reflected(column: Mapping[str, Any]) -> FoundColumn:
    generated = bool(column.get("identity") or column.get("computed"))
    kind, width, scale = of_type(column["type"])
    return FoundColumn(str(column["name"]), str(column["type"]), kind, width, scale, generated)


def of_declaration(declared: str) -> tuple[Kind | None, int, int]:
    """Kind, width and scale of a SQLite type name such as `DECIMAL_TEXT(14,2)`."""
    match = _SIZE.match(declared.strip())
    name = match[1].upper() if match else ""
    kind = next((kind for part, kind in _SQLITE if part in name), None)
    width, scale = (int(match[2] or 0), int(match[3] or 0)) if match else (0, 0)
    if kind is Kind.WHOLE and width == 0:
        width = _WHOLE_DIGITS
    return kind, width, scale


def of_type(type_: TypeEngine[Any]) -> tuple[Kind | None, int, int]:
    """Kind, width and scale of a reflected SQL Server type."""
    if isinstance(type_, mssql.TIMESTAMP | mssql.ROWVERSION):
        return None, 0, 0
    if isinstance(type_, mssql.MONEY | mssql.SMALLMONEY):
        return Kind.MONEY, 19, 4
    if isinstance(type_, types.Text | types.UnicodeText):
        return Kind.MEMO, 0, 0
    if isinstance(type_, types.String):
        return (Kind.CHAR, int(type_.length), 0) if type_.length else (Kind.MEMO, 0, 0)
    if isinstance(type_, types.Float):
        return Kind.EXACT, 15, 4
    if isinstance(type_, types.Numeric):
        return Kind.EXACT, int(type_.precision or 18), int(type_.scale or 0)
    if isinstance(type_, types.Boolean):
        return Kind.FLAG, 0, 0
    if isinstance(type_, types.Integer):
        return Kind.WHOLE, _WHOLE_DIGITS, 0
    if isinstance(type_, types.Date | types.DateTime):
        return Kind.DAY, 0, 0
    return None, 0, 0
