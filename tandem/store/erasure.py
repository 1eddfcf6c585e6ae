"""Erasing a person on request: out of every table, while amounts, links and the right to replay stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Table

from tandem.store.database import Database
from tandem.store.desk import letter_versions, letters
from tandem.store.personal import anonymous, personal
from tandem.store.tables import demand, inbox, ledger, links, queue, records
from tandem.store.whose import AnyRow, Whose, matching, of

NOTE = "personal data was erased on request; a replay reads the record again"
"""Stands where a reason stood: reasons quote what was wrong, which may be a name."""


def erase(database: Database, connection: str, entity: str, key: str, now: datetime) -> int:
    """Erases the record and those that name it as their parent (a customer's orders); how many records.

    Raises:
        SettingsError: the store knows no such connection.
    """
    root = Whose(connection, database.company_of(connection), entity, key)
    erased = database.write(lambda tx: _erase(tx, root, now))
    database.scrub()
    return erased


def _erase(tx: Connection, root: Whose, now: datetime) -> int:
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA secure_delete = ON")
    family = _family(tx, root)
    for condition in matching(inbox, family):
        tx.execute(sa.update(inbox).where(condition).values(body=None, edited=None))
    for table in (records, ledger, letters):
        for condition in matching(table, family):
            tx.execute(sa.update(table).where(condition, table.c.reason != "").values(reason=NOTE))
            number = table.c.target if table is ledger else table.c.number
            tx.execute(sa.update(table).where(condition, number.contains("@")).values({number: None}))
    for condition in matching(ledger, family):
        tx.execute(sa.update(ledger).where(condition).values(detail={}))
    _anonymise(tx, records, family, ("payload",))
    _erase_letters(tx, family, now)
    if personal(root.key):
        _rename(tx, root, f"erased:{uuid4().hex}")
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA secure_delete = OFF")
    return len(family)


def _family(tx: Connection, root: Whose) -> list[Whose]:
    """The record and all that hang on it, however deep."""
    family, newest = {root: None}, [root]
    while newest:
        parent = newest.pop()
        asked = sa.select(records.c.connection, records.c.company, records.c.entity, records.c.key).where(
            records.c.connection == parent.connection,
            records.c.parent_entity == parent.entity,
            records.c.parent_key == parent.key,
        )
        for row in tx.execute(asked).all():
            if of(row) not in family:
                family[of(row)] = None
                newest.append(of(row))
    return list(family)


def _erase_letters(tx: Connection, family: Sequence[Whose], now: datetime) -> None:
    """An edited payload is no longer whole, so a replay goes back to the source."""
    _anonymise(tx, letters, family, ("original", "payload", "document"))
    for condition in matching(letters, family):
        ids = tx.execute(sa.select(letters.c.id).where(condition)).scalars().all()
        change = {"detail": {}, "edited": False, "updated_at": now}
        tx.execute(sa.update(letters).where(letters.c.id.in_(ids)).values(change))
        _strip(tx, letter_versions, letter_versions.c.letter_id.in_(ids), ("before", "after"))


def _anonymise(tx: Connection, table: Table, family: Sequence[Whose], columns: Sequence[str]) -> None:
    for condition in matching(table, family):
        _strip(tx, table, condition, columns)


def _strip(tx: Connection, table: Table, condition: ColumnElement[bool], columns: Sequence[str]) -> None:
    rows = tx.execute(sa.select(table.c.id, *(table.c[name] for name in columns)).where(condition)).all()
    if rows:
        change = sa.update(table).where(table.c.id == sa.bindparam("row"))
        change = change.values({name: sa.bindparam(f"new_{name}") for name in columns})
        tx.execute(change, [_stripped(row, columns) for row in rows])


def _stripped(row: AnyRow, columns: Sequence[str]) -> dict[str, Any]:
    return {"row": row.id} | {f"new_{name}": anonymous(row._mapping[name]) for name in columns}


def _rename(tx: Connection, root: Whose, alias: str) -> None:
    """A key that is an e-mail address itself gives way to one that says nothing, everywhere at once."""
    for table in (inbox, queue, records, ledger, links, letters, demand):
        for condition in matching(table, [root]):
            tx.execute(sa.update(table).where(condition).values(key=alias))
    for table in (records, queue):
        prefix = "parent" if table is records else "parked"
        tx.execute(
            sa.update(table)
            .where(
                table.c.connection == root.connection,
                table.c[f"{prefix}_entity"] == root.entity,
                table.c[f"{prefix}_key"] == root.key,
            )
            .values({f"{prefix}_key": alias})
        )
