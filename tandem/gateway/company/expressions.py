"""SQL expressions that queries and indexes share; on SQLite both must render alike for the index to be used."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, String, Table, cast, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Stamp(FunctionElement[str]):
    """A date column and a time column as one sortable text."""

    type = String(19)
    inherit_cache = True
    name = "td_stamp"


class _Changed(FunctionElement[str]):
    """The change stamp of a row, or its entry stamp where it was never changed."""

    type = String(19)
    inherit_cache = True
    name = "td_changed"


class _EmailKey(FunctionElement[str]):
    """An e-mail address without outer blanks and without regard to case."""

    type = String(254)
    inherit_cache = True
    name = "td_email"


@compiles(_Stamp)
@compiles(_Changed)
def _stamp(element: FunctionElement[str], compiler: SQLCompiler, **kw: Any) -> str:
    parts = [compiler.process(clause, **kw) for clause in element.clauses]
    texts = [f"{day} || ' ' || {clock}" for day, clock in zip(parts[::2], parts[1::2], strict=True)]
    return texts[0] if len(texts) == 1 else f"(CASE WHEN {parts[0]} > '' THEN {texts[0]} ELSE {texts[1]} END)"


@compiles(_Stamp, "mssql")
@compiles(_Changed, "mssql")
def _stamp_mssql(element: FunctionElement[str], compiler: SQLCompiler, **kw: Any) -> str:
    parts = [compiler.process(clause, **kw) for clause in element.clauses]
    texts = [
        f"CONVERT(CHAR(10), {day}, 120) + ' ' + {clock}" for day, clock in zip(parts[::2], parts[1::2], strict=True)
    ]
    return texts[0] if len(texts) == 1 else f"(CASE WHEN {parts[0]} > '19000101' THEN {texts[0]} ELSE {texts[1]} END)"


@compiles(_EmailKey)
def _email(element: FunctionElement[str], compiler: SQLCompiler, **kw: Any) -> str:
    return f"lower(trim({compiler.process(element.clauses, **kw)}))"


@compiles(_EmailKey, "mssql")
def _email_mssql(element: FunctionElement[str], compiler: SQLCompiler, **kw: Any) -> str:
    return f"LOWER(LTRIM(RTRIM(CAST({compiler.process(element.clauses, **kw)} AS VARCHAR(254)))))"


def updated(table: Table) -> ColumnElement[str]:
    """When a row was last changed, as text in the company's own time (`2026-03-02 10:11:12`).

    Sage Pro's own screens stamp their changes too, which no companion table could see. A table of a site without
    stamps gives the empty text.
    """
    names = [pair for pair in (("lckdate", "lcktime"), ("adddate", "addtime")) if all(n in table.c for n in pair)]
    columns = [table.c[name] for pair in names for name in pair]
    if not columns:
        return literal_column("''", String(19))
    return _Changed(*columns) if len(names) > 1 else _Stamp(*columns)


def email_key(table: Table) -> ColumnElement[str]:
    """What two e-mail addresses are compared by."""
    return _EmailKey(table.c.email)


def is_blank(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a text column says nothing; NULL, which Sage Pro does not write but a site's own programs may, too."""
    return func.coalesce(column, "") == ""


def amount(column: ColumnElement[Any]) -> ColumnElement[float]:
    """An exact column for comparison in SQL only: never to be read, since it is a float."""
    return cast(column, Float)
