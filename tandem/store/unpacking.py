"""Rows that travel as one JSON document, which the database unpacks: the statements of `bulk` are made of this."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, CursorResult, Dialect, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.sql.compiler import SQLCompiler as Compiled
from sqlalchemy.types import TypeDecorator, TypeEngine

from tandem.store.database import Database

Row = Mapping[str, Any]

ROWS = "rows"


def inserting(table: Table, names: tuple[str, ...], lite: bool) -> Any:
    """An INSERT of these columns, whose rows come out of the document."""
    statement = sqlite.insert(table) if lite else postgresql.insert(table)
    return statement.from_select(list(names), _unpacked(table, names, lite))


def _unpacked(table: Table, names: tuple[str, ...], lite: bool) -> Select[Any]:
    document = sa.bindparam(ROWS, type_=sa.Text())
    if lite:
        each = sa.func.json_each(document).table_valued("value")
        fields = [sa.func.json_extract(each.c.value, sa.literal_column(f"'$.{name}'")) for name in names]
        return sa.select(*fields).where(sa.true())  # without a WHERE, SQLite takes ON CONFLICT for the ON of a join
    typed = [sa.column(name, _plain(table.c[name].type)) for name in names]
    unpacked = sa.func.json_to_recordset(sa.cast(document, sa.JSON())).table_valued(*typed)
    return sa.select(*unpacked.render_derived(with_types=True).c)


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """PostgreSQL's own type of a column; a time is told from text by it."""
    loaded = kind.load_dialect_impl(postgresql.dialect()) if isinstance(kind, TypeDecorator) else kind  # type: ignore[no-untyped-call]
    return sa.Text() if isinstance(loaded, sa.Text) else loaded


def compiled(statement: Any, lite: bool) -> Compiled:
    """The statement as the driver takes it."""
    made: Compiled = statement.compile(dialect=sqlite.dialect() if lite else psycopg.dialect())  # type: ignore[no-untyped-call]
    return made


def run(
    database: Database, tx: Connection, statement: Compiled, table: Table, rows: Sequence[Row]
) -> CursorResult[Any]:
    """Runs it for rows of one shape; there must be one at least."""
    values = statement.construct_params({ROWS: _packed(table, rows, database.engine.dialect)})
    names = getattr(statement, "positiontup", None)
    return tx.exec_driver_sql(statement.string, tuple(values[name] for name in names) if names else values)


def _packed(table: Table, rows: Sequence[Row], dialect: Dialect) -> str:
    """The rows as one document: each value as its column would have it on the wire."""
    kinds = {name: table.c[name].type for name in rows[0]}
    special = [(name, kind) for name, kind in kinds.items() if isinstance(kind, TypeDecorator)]
    document = []
    for row in rows:
        plain = dict(row)
        for name, kind in special:
            plain[name] = kind.process_bind_param(plain[name], dialect)
        document.append(plain)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str)
