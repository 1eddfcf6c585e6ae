"""The durable intake: many events in one transaction, each kept once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from tandem.entities import ENTITIES
from tandem.entities.state import Fault, State
from tandem.store.correspondence import Trouble, present
from tandem.store.database import Database
from tandem.store.model import Event, PutResult
from tandem.store.tables import inbox, queue, records
from tandem.store.tally import count, tally
from tandem.store.whose import AnyRow, of
from tandem.values import content_hash

LONGEST = 200
"""Characters of a key, an id or a type; more than any system has, and an index entry has its limits."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NEW = (
    *(inbox.c.connection, inbox.c.company, inbox.c.source, inbox.c.event_id, inbox.c.event_type),
    *(inbox.c.entity, inbox.c.key, inbox.c.priority, inbox.c.received_at, inbox.c.state, inbox.c.reason),
)


def put(database: Database, events: Sequence[Event]) -> PutResult:
    """Stores the events that are new, all in one transaction.

    Raises:
        StoreUnavailable: nothing of them was stored.
        SettingsError: a connection comes with another company than before.
    """
    for connection, company in {(event.connection, event.company) for event in events}:
        database.belongs(connection, company)
    rows = [row_of(event) for event in events]
    new = database.write(lambda tx: store(database, tx, rows)) if rows else 0
    return PutResult(new, len(events) - new)


def row_of(event: Event) -> dict[str, Any]:
    """The inbox row of an event, with what cannot be stored replaced and what cannot be carried marked."""
    state, reason, key = _judged(event)
    return {
        "connection": event.connection,
        "company": event.company,
        "source": str(event.source),
        "event_id": _short(event.event_id),
        "event_type": _clean(event.event_type),
        "entity": event.entity,
        "key": key,
        "version": event.version and _clean(event.version),
        "body": event.body,
        "edited": None,
        "priority": event.priority,
        "received_at": event.received_at,
        "occurred_at": event.occurred_at,
        "state": str(state),
        "reason": reason,
        "settled_at": None if state == State.WAITING else event.received_at,
    }


def store(database: Database, tx: Connection, rows: Sequence[dict[str, Any]], *, hurry: bool = False) -> int:
    """Inserts inbox rows inside a transaction and queues their keys; how many were new.

    With `hurry` (an operator's replay) a key does not sit out its back-off, and a pass before this one is on record.
    Rows go in by order of their event ids and keys, so that two intakes never wait for each other in a circle.
    """
    insert = database.insert(inbox).on_conflict_do_nothing(index_elements=["connection", "source", "event_id"])
    ordered = sorted(rows, key=lambda row: (row["connection"], row["source"], row["event_id"]))
    new = tx.execute(insert.returning(*_NEW), ordered).all()
    waiting = [row for row in new if row.state == State.WAITING]
    places = {row["event_id"]: place for place, row in enumerate(rows)}
    _queue(database, tx, sorted(waiting, key=lambda row: places[row.event_id]), hurry=hurry)
    _meet(database, tx, [row for row in new if row.entity is not None])
    _lay_out(tx, [row for row in new if row.state == State.DEAD], rows)
    ignored = Counter((row.connection, f"ignored {row.event_type}") for row in new if row.entity is None)
    ignored.update(_duplicates(rows, new))
    count(database, tx, ignored)
    return len(new)


def _judged(event: Event) -> tuple[State, str, str | None]:
    if event.entity is None:
        reason = f"event type {_clean(event.event_type)} is not used"
        return State.SKIPPED, reason, _clean(event.key) if event.key else None
    field = ENTITIES[event.entity].route(event.source).key
    stand_in = f"event:{_short(event.event_id)}"
    if not event.key:
        return State.DEAD, f"the event carries no {field}: nobody can say which {event.entity} it means", stand_in
    if len(event.key) > LONGEST or _UNSTORABLE.search(event.key):
        return State.DEAD, f"{field} is no usable number: at most {LONGEST} characters of text", stand_in
    return State.WAITING, "", event.key


def _short(event_id: str) -> str:
    """An id that is too long keeps its identity by its hash."""
    clean = _UNSTORABLE.sub("\ufffd", event_id)
    return clean if len(clean) <= LONGEST else f"sha256:{content_hash(clean)}"


def _clean(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)[:LONGEST]


def _queue(database: Database, tx: Connection, waiting: Sequence[AnyRow], *, hurry: bool) -> None:
    """One queue row per key; a key that is there already becomes ready unless it is leased or backs off."""
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for place, row in enumerate(waiting):
        name = (*of(row), row.source)
        known = rows.get(name)
        rows[name] = {
            **of(row)._asdict(),
            "source": row.source,
            "rank": min(-row.priority, known["rank"]) if known else -row.priority,
            "received_at": min(row.received_at, known["received_at"]) if known else row.received_at,
            "place": known["place"] if known else place,
            "available_at": row.received_at,
            "state": str(State.WAITING),
            "ready": True,
            "attempts": int(hurry),
        }
    if not rows:
        return
    insert = database.insert(queue)
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
    tx.execute(statement, [rows[name] for name in sorted(rows)])


def _meet(database: Database, tx: Connection, new: Sequence[AnyRow]) -> None:
    """A record that was never seen before gets its row, so that it can be found from now on."""
    rows = {
        of(row): {
            **of(row)._asdict(),
            "source": row.source,
            "state": row.state,
            "reason": row.reason,
            "fault": str(Fault.DATA) if row.state == State.DEAD else None,
            "written": False,
            "first_seen": row.received_at,
            "updated_at": row.received_at,
        }
        for row in new
    }
    if rows:
        insert = database.insert(records).on_conflict_do_nothing(
            index_elements=["connection", "company", "entity", "key"]
        )
        returned = insert.returning(records.c.connection, records.c.entity, records.c.state)
        met = tx.execute(returned, [rows[whose] for whose in sorted(rows)])
        tally(database, tx, Counter((row.connection, row.entity, row.state) for row in met))


def _lay_out(tx: Connection, dead: Sequence[AnyRow], rows: Sequence[dict[str, Any]]) -> None:
    """Events that name no record go straight to the desk: the sender could only send them again."""
    if dead:
        bodies = {(row["connection"], row["source"], row["event_id"]): row["body"] for row in rows}
        troubles = [
            Trouble(
                whose=of(row),
                source=row.source,
                event_type=row.event_type,
                state=State.DEAD,
                reason=row.reason,
                fault=Fault.DATA,
                at=row.received_at,
                payload=bodies[row.connection, row.source, row.event_id],
            )
            for row in dead
        ]
        present(tx, troubles, {})


def _duplicates(rows: Sequence[dict[str, Any]], new: Sequence[AnyRow]) -> Counter[tuple[str, str]]:
    found = Counter((row["connection"], "duplicate events") for row in rows)
    found.subtract((row.connection, "duplicate events") for row in new)
    return found
