"""Many rows in one statement whose text never changes: they travel as one JSON document, which the database unpacks.

A statement with a parameter for each value is composed, parsed and planned anew for every number of rows, and
SQLAlchemy compiles one with ON CONFLICT anew each time that it runs. These are compiled once and prepared once, and the
database reads the rows while Python goes on with something else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, CursorResult, Dialect, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.sql.compiler import SQLCompiler as Compiled
from sqlalchemy.types import TypeDecorator, TypeEngine

from tandem.entities.state import State
from tandem.store.columns import Moment
from tandem.store.database import Database
from tandem.store.desk import counters, tallies
from tandem.store.tables import demand, inbox, links, queue, records

Row = Mapping[str, Any]

ROWS = "rows"


def events(database: Database, tx: Connection, rows: Sequence[Row]) -> set[tuple[str, str, str]]:
    """Stores the events that are new; gives connection, source and id of those that were."""
    return {tuple(found) for found in _run(database, tx, _events(database.sqlite), inbox, rows)}


def queued(database: Database, tx: Connection, rows: Sequence[Row], *, hurry: bool) -> None:
    """Queues keys with work to do; one that is there already becomes ready, with `hurry` even out of its back-off."""
    _run(database, tx, _queued(database.sqlite, hurry), queue, rows)


def met(database: Database, tx: Connection, rows: Sequence[Row]) -> list[tuple[str, str, str, str]]:
    """Stores records that were never seen before; gives connection, entity, state and key of each that was not."""
    return [tuple(found) for found in _run(database, tx, _met(database.sqlite), records, rows)]


def demanded(database: Database, tx: Connection, rows: Sequence[Row]) -> None:
    """Stores what lines of records take.

    An order has many lines; on SQLite, which is in this process, binding each costs half of what a document does.
    """
    if not database.sqlite:
        _run(database, tx, _demanded(database.sqlite), demand, rows)
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
    _run(database, tx, _added(database.sqlite, tallies, ("connection", "entity", "state", "shard")), tallies, rows)


def bound(database: Database, tx: Connection, rows: Sequence[Row], *, by_hand: bool) -> int:
    """Binds records to targets, by hand over everything, else never over what a person bound; how many changed."""
    return len(_run(database, tx, _bound(database.sqlite, by_hand), links, rows).all())


def counted(database: Database, tx: Connection, rows: Sequence[Row]) -> None:
    """Adds to the counters."""
    _run(database, tx, _added(database.sqlite, counters, ("connection", "name")), counters, rows)


@lru_cache(maxsize=2)
def _events(lite: bool) -> Compiled:
    names = tuple(column.name for column in inbox.c if column.name != "id")
    fresh = _insert(inbox, names, lite).on_conflict_do_nothing(index_elements=["connection", "source", "event_id"])
    return _compiled(fresh.returning(inbox.c.connection, inbox.c.source, inbox.c.event_id), lite)


@lru_cache(maxsize=4)
def _queued(lite: bool, hurry: bool) -> Compiled:
    names = ("connection", "company", "entity", "key", "source", "rank", "received_at", "place", "available_at")
    insert = _insert(queue, (*names, "state", "ready", "attempts"), lite)
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
    return _compiled(statement, lite)


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
    insert = _insert(records, (*names, "first_seen", "updated_at"), lite)
    fresh = insert.on_conflict_do_nothing(index_elements=["connection", "company", "entity", "key"])
    return _compiled(fresh.returning(*(records.c[name] for name in _MET)), lite)


@lru_cache(maxsize=2)
def _demanded(lite: bool) -> Compiled:
    names = tuple(column.name for column in demand.c)
    insert = _insert(demand, names, lite)
    values = {name: insert.excluded[name] for name in ("sku", "location", "quantity", "version", "taken_at")}
    keys = [column.name for column in demand.primary_key]
    return _compiled(insert.on_conflict_do_update(index_elements=keys, set_=values), lite)


@lru_cache(maxsize=4)
def _bound(lite: bool, by_hand: bool) -> Compiled:
    insert = _insert(links, ("connection", "company", "entity", "key", "target", "origin", "bound_at"), lite)
    new, by_machine = insert.excluded, links.c.origin != "manual"
    differs = links.c.target != new.target
    statement = insert.on_conflict_do_update(
        index_elements=["connection", "company", "entity", "key"],
        set_={name: new[name] for name in ("target", "origin", "bound_at")},
        where=(differs | by_machine) if by_hand else (differs & by_machine),
    )
    return _compiled(statement.returning(links.c.id), lite)


@lru_cache(maxsize=4)
def _added(lite: bool, table: Table, keys: tuple[str, ...]) -> Compiled:
    insert = _insert(table, (*keys, "n"), lite)
    return _compiled(insert.on_conflict_do_update(index_elements=keys, set_={"n": table.c.n + insert.excluded.n}), lite)


def _insert(table: Table, names: tuple[str, ...], lite: bool) -> Any:
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


def _compiled(statement: Any, lite: bool) -> Compiled:
    """The statement as the driver takes it."""
    made: Compiled = statement.compile(dialect=sqlite.dialect() if lite else psycopg.dialect())  # type: ignore[no-untyped-call]
    return made


def _run(
    database: Database, tx: Connection, statement: Compiled, table: Table, rows: Sequence[Row]
) -> CursorResult[Any]:
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
