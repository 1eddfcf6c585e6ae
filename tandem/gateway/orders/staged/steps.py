"""Single rows written and taken away again, so that doing either twice comes to the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, select

from tandem.gateway.company.faults import Busy
from tandem.gateway.company.rows import Row, fetch, insert_all
from tandem.gateway.company.tables import labelled, shape_of

_KEYS = {
    "somast": "sono",
    "soymst": "sono",
    "soaddr": "sono adtype",
    "sotran": "sono tranlineno",
    "tdorder": "sono",
    "tdline": "sono tranlineno",
    "tdaddr": "sono",
    "arcadr": "custno cshipno",
}
_MARKS = "custno item extid lineref adduser adddate addtime"
"""Whose row it is: two documents that share all of these and the number were entered in one second by one user."""


def ensure(connection: Connection, table: Table, row: Row) -> None:
    """Have the row in the table once.

    Raises:
        Busy: the row's key has been taken by somebody else in the meantime.
    """
    found = _standing(connection, table, row)
    if found is None:
        insert_all(connection, table, [row])
    elif not _same(found, row):
        name = table.info["name"]
        raise Busy(f"{name} {_named(table, row)} was taken by somebody else in this moment; ask again")


def take_away(connection: Connection, table: Table, row: Row, *conditions: ColumnElement[bool]) -> None:
    """Have the row in the table no more; a row of somebody else under its key stays."""
    found = _standing(connection, table, row)
    if found is not None and _same(found, row):
        connection.execute(delete(table).where(*_key(table, row), *conditions))


def is_ours(connection: Connection, table: Table, row: Row) -> bool:
    """Whether the row that stands under this row's key is this row, however it has changed since."""
    found = _standing(connection, table, row)
    return found is not None and _same(found, row)


def _standing(connection: Connection, table: Table, row: Row) -> Row | None:
    marks = (name for name in _MARKS.split() if name in row and name in shape_of(table).columns)
    columns = dict.fromkeys((*_KEYS[table.info["name"]].split(), *marks))
    found = fetch(connection, select(*labelled(table, " ".join(columns))).where(*_key(table, row)))
    return found[0] if found else None


def _key(table: Table, row: Row) -> list[ColumnElement[bool]]:
    return [table.c[name] == row[name] for name in _KEYS[table.info["name"]].split()]


def _same(found: Row, row: Row) -> bool:
    return all(_plain(value) == _plain(row[name]) for name, value in found.items())


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _named(table: Table, row: Row) -> str:
    return " ".join(str(row[name]).strip() for name in _KEYS[table.info["name"]].split())
