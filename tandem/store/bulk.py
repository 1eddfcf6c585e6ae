"""Many rows in one statement whose text never changes: they travel as one JSON document, which the database unpacks.

A statement with a parameter for each value is composed, parsed and planned anew for every number of rows, and
SQLAlchemy compiles one with ON CONFLICT anew each time that it runs. These are compiled once and prepared once, and the
database reads the rows while Python goes on with something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.sql.compiler import SQLCompiler as Compiled

from tandem.entities.state import State
from tandem.store.columns import Moment
from tandem.store.database import Database
from tandem.store.desk import alerts, counters, tallies
from tandem.store.tables import demand, inbox, links, queue, records
from tandem.store.unpacking import Row, compiled, inserting, run


def events(database: Database, tx: Connection, rows: Sequence[Row]) -> set[tuple[str, str, str]]:
    """Stores the events that are new; gives connection, source and id of those that were."""
    return {tuple(found) for found in run(database, tx, _events(database.sqlite), inbox, rows)}


def queued(database: Database, tx: Connection, rows: Sequence[Row], *, hurry: bool) -> None:
    """Queues keys with work to do; one that is there already becomes ready, with `hurry` even out of its back-off."""
    run(database, tx, _queued(database.sqlite, hurry), queue, rows)


def met(database: Database, tx: Connection, rows: Sequence[Row]) -> list[tuple[str, str, str, str]]:
    """Stores records that were never seen before; gives connection, entity, state and key of each that was not."""
    return [tuple(found) for found in run(database, tx, _met(database.sqlite), records, rows)]


def demanded(database: Database, tx: Connection, rows: Sequence[Row]) -> None:
    """Stores what lines of records take.

    An order has many lines; on SQLite, which is in this process, binding each costs half of what a document does.
    """
    if not database.sqlite:
        run(database, tx, _demanded(database.sqlite), demand, rows)
        return
    dialect, moments, bound = database.engine.dialect, {}, []
    for row in rows:
        taken_at = row["taken_at"]
        if taken_at not in moments:
            moments[taken_at] = Moment().process_bind_param(taken_at, dialect)
        bound.append((*_NAMES_OF_LINE(row), format(row["quantity"], "f"), row["version"], moments[taken_at]))
    tx.exec_driver_sql(_PLAIN_DEMAND, bound)


def tallied(database: Database, tx: Connection, rows: Sequence[Row]) -> None:
    """Adds to the numbers of records."""
    run(database, tx, _added(database.sqlite, tallies, ("connection", "entity", "state", "shard")), tallies, rows)


def bound(database: Database, tx: Connection, rows: Sequence[Row], *, by_hand: bool) -> int:
    """Binds records to targets, by hand over everything, else never over what a person bound; how many changed."""
    return len(run(database, tx, _bound(database.sqlite, by_hand), links, rows).all())


def counted(database: Database, tx: Connection, rows: Sequence[Row]) -> None:
    """Adds to the counters."""
    run(database, tx, _added(database.sqlite, counters, ("connection", "name")), counters, rows)


def replaced(database: Database, tx: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Stores rows of a register; one whose primary key is taken is overwritten in the columns that are given."""
    run(database, tx, _replaced(database.sqlite, table, tuple(rows[0])), table, rows)


def alerted(database: Database, tx: Connection, rows: Sequence[Row]) -> int:
    """Stores an alert, or adds to the one of its key that was not sent yet; how often it was given."""
    return int(run(database, tx, _alerted(database.sqlite), alerts, rows).scalar_one())


@lru_cache(maxsize=2)
def _events(lite: bool) -> Compiled:
    names = tuple(column.name for column in inbox.c if column.name != "id")
    fresh = inserting(inbox, names, lite).on_conflict_do_nothing(index_elements=["connection", "source", "event_id"])
    return compiled(fresh.returning(inbox.c.connection, inbox.c.source, inbox.c.event_id), lite)


@lru_cache(maxsize=4)
def _queued(lite: bool, hurry: bool) -> Compiled:
    names = ("connection", "company", "entity", "key", "source", "rank", "received_at", "place", "available_at")
    insert = inserting(queue, (*names, "state", "ready", "attempts"), lite)
    free: ColumnElement[bool] = queue.c.lease_owner.is_(None)
    if not hurry:
        free &= (queue.c.state == State.WAITING) | (queue.c.state == State.PARKED)
    new = insert.excluded
    statement = insert.on_conflict_do_update(
        index_elements=["connection", "company", "entity", "source", "key"],
        set_={
            "rank": sa.case((new.rank < queue.c.rank, new.rank), else_=queue.c.rank),
            "ready": sa.case((free, sa.true()), else_=queue.c.ready),
            "available_at": sa.case((free, new.available_at), else_=queue.c.available_at),
        },
    )
    return compiled(statement, lite)


_NAMES_OF_LINE = itemgetter("connection", "company", "entity", "key", "line", "sku", "location")
_PLAIN_DEMAND = """
    INSERT OR REPLACE INTO demand
        (connection, company, entity, key, line, sku, location, quantity, version, taken_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_MET = ("connection", "entity", "state", "key")


@lru_cache(maxsize=2)
def _met(lite: bool) -> Compiled:
    names = ("connection", "company", "entity", "key", "source", "state", "reason", "fault", "written")
    insert = inserting(records, (*names, "first_seen", "updated_at", "folded"), lite)
    fresh = insert.on_conflict_do_nothing(index_elements=["connection", "company", "entity", "key"])
    return compiled(fresh.returning(*(records.c[name] for name in _MET)), lite)


@lru_cache(maxsize=2)
def _demanded(lite: bool) -> Compiled:
    names = tuple(column.name for column in demand.c)
    insert = inserting(demand, names, lite)
    values = {name: insert.excluded[name] for name in ("sku", "location", "quantity", "version", "taken_at")}
    keys = [column.name for column in demand.primary_key]
    return compiled(insert.on_conflict_do_update(index_elements=keys, set_=values), lite)


@lru_cache(maxsize=4)
def _bound(lite: bool, by_hand: bool) -> Compiled:
    insert = inserting(links, ("connection", "company", "entity", "key", "target", "origin", "bound_at"), lite)
    new, by_machine = insert.excluded, links.c.origin != "manual"
    differs = links.c.target != new.target
    statement = insert.on_conflict_do_update(
        index_elements=["connection", "company", "entity", "key"],
        set_={name: new[name] for name in ("target", "origin", "bound_at")},
        where=(differs | by_machine) if by_hand else (differs & by_machine),
    )
    return compiled(statement.returning(links.c.id), lite)


@lru_cache(maxsize=2)
def _alerted(lite: bool) -> Compiled:
    insert = inserting(alerts, ("connection", "key", "title", "text", "count", "attempts", "error", "created_at"), lite)
    statement = insert.on_conflict_do_update(
        index_elements=["connection", "key"],
        index_where=alerts.c.sent_at.is_(None),
        set_={"count": alerts.c.count + 1, "text": insert.excluded.text},
    )
    return compiled(statement.returning(alerts.c.count), lite)


@lru_cache(maxsize=16)
def _replaced(lite: bool, table: Table, names: tuple[str, ...]) -> Compiled:
    insert, keys = inserting(table, names, lite), [column.name for column in table.primary_key]
    changed = {name: insert.excluded[name] for name in names if name not in keys}
    return compiled(insert.on_conflict_do_update(index_elements=keys, set_=changed), lite)


@lru_cache(maxsize=4)
def _added(lite: bool, table: Table, keys: tuple[str, ...]) -> Compiled:
    insert = inserting(table, (*keys, "n"), lite)
    return compiled(insert.on_conflict_do_update(index_elements=keys, set_={"n": table.c.n + insert.excluded.n}), lite)
