"""The durable intake: many events in one transaction, each kept once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from tandem.entities import ENTITIES
from tandem.entities.state import Fault, State
from tandem.store import bulk, heeding
from tandem.store.correspondence import Trouble, present
from tandem.store.database import Database
from tandem.store.model import Event
from tandem.store.tally import count, tally
from tandem.store.whose import Whose
from tandem.values import content_hash

LONGEST = 200
"""Characters of a key, an id or a type; more than any system has, and an index entry has its limits."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Row = dict[str, Any]


class Stored(NamedTuple):
    """The inbox rows that were new, and the records that nothing was ever heard of before."""

    new: list[Row]
    fresh: set[Whose]


def row_of(event: Event) -> Row:
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


def store(
    database: Database,
    tx: Connection,
    rows: Sequence[Row],
    *,
    hurry: bool = False,
    moved: Counter[tuple[str, str, str]] | None = None,
) -> Stored:
    """Inserts inbox rows inside a transaction and queues their keys.

    With `hurry` (an operator's replay) a key does not sit out its back-off, and a pass before this one is on record.
    Rows go in by order of their event ids and keys, so that two intakes never wait for each other in a circle. `moved`
    takes the numbers of new records where the caller tallies them along with others.
    """
    new = _kept(database, tx, sorted(rows, key=event_of))
    waiting = [row for row in new if row["state"] == State.WAITING]
    places = {row["event_id"]: place for place, row in enumerate(rows)}
    _queue(database, tx, sorted(waiting, key=lambda row: places[row["event_id"]]), hurry=hurry)
    fresh = _meet(database, tx, [row for row in new if row["entity"] is not None], moved)
    _lay_out(tx, [row for row in new if row["state"] == State.DEAD])
    ignored = Counter((row["connection"], f"ignored {row['event_type']}") for row in new if row["entity"] is None)
    ignored.update(_duplicates(rows, new))
    count(database, tx, ignored)
    return Stored(new, fresh)


def event_of(row: Row) -> tuple[str, str, str]:
    """What makes an event one and the same."""
    return row["connection"], row["source"], row["event_id"]


def whose_of(row: Row) -> Whose:
    """Whose record an event is about."""
    return Whose(row["connection"], row["company"], row["entity"], row["key"])


def _kept(database: Database, tx: Connection, ordered: Sequence[Row]) -> list[Row]:
    """Those whose events were new: of two with one id in hand, the first."""
    stored = bulk.events(database, tx, ordered)
    first = {event_of(row): row for row in reversed(ordered)}
    return [row for event, row in reversed(first.items()) if event in stored]


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


def _queue(database: Database, tx: Connection, waiting: Sequence[Row], *, hurry: bool) -> None:
    """One queue row per key; a key that is there already becomes ready unless it is leased or backs off."""
    rows: dict[tuple[str, ...], Row] = {}
    for place, row in enumerate(waiting):
        whose = whose_of(row)
        name = (*whose, row["source"])
        known = rows.get(name)
        rows[name] = {
            **whose._asdict(),
            "source": row["source"],
            "rank": min(-row["priority"], known["rank"]) if known else -row["priority"],
            "received_at": min(row["received_at"], known["received_at"]) if known else row["received_at"],
            "place": known["place"] if known else place,
            "available_at": row["received_at"],
            "state": str(State.WAITING),
            "ready": True,
            "attempts": int(hurry),
        }
    if rows:
        bulk.queued(database, tx, [rows[name] for name in sorted(rows)], hurry=hurry)


def _meet(
    database: Database, tx: Connection, new: Sequence[Row], moved: Counter[tuple[str, str, str]] | None
) -> set[Whose]:
    """A record that was never seen before gets its row, so that it can be found from now on; which those were."""
    rows = {
        whose_of(row): {
            **whose_of(row)._asdict(),
            "source": row["source"],
            "state": row["state"],
            "reason": row["reason"],
            "fault": str(Fault.DATA) if row["state"] == State.DEAD else None,
            "written": False,
            "first_seen": row["received_at"],
            "updated_at": row["received_at"],
            "folded": heeding.folded_key(row["entity"], row["source"], row["key"]),
        }
        for row in new
    }
    if not rows:
        return set()
    met = bulk.met(database, tx, [rows[whose] for whose in sorted(rows)])
    numbers = Counter((connection, entity, state) for connection, entity, state, _ in met)
    if moved is None:
        tally(database, tx, numbers)
    else:
        moved.update(numbers)
    names = {(connection, entity, key) for connection, entity, _, key in met}
    return {whose for whose in rows if (whose.connection, whose.entity, whose.key) in names}


def _lay_out(tx: Connection, dead: Sequence[Row]) -> None:
    """Events that name no record go straight to the desk: the sender could only send them again."""
    if dead:
        troubles = [
            Trouble(
                whose=whose_of(row),
                source=row["source"],
                event_type=row["event_type"],
                state=State.DEAD,
                reason=row["reason"],
                fault=Fault.DATA,
                at=row["received_at"],
                payload=row["body"],
            )
            for row in dead
        ]
        present(tx, troubles, {})


def _duplicates(rows: Sequence[Row], new: Sequence[Row]) -> Counter[tuple[str, str]]:
    found = Counter((row["connection"], "duplicate events") for row in rows)
    found.subtract((row["connection"], "duplicate events") for row in new)
    return found
