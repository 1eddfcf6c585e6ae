"""The end of demand: in the transaction that settles a record as being in the target, or as not ours to write."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.entities import ENTITIES
from tandem.entities.cargo import Cargo
from tandem.entities.needs import needs
from tandem.entities.state import FINAL, State
from tandem.entities.takes import Need
from tandem.store.books import RecordBooks
from tandem.store.heeding import heeders
from tandem.store.judgement import ECHO, outcome_of
from tandem.store.model import Event
from tandem.store.tables import demand, queue
from tandem.store.taking import Freed, Place, standing_of
from tandem.store.whose import AnyRow, Whose, matching, of
from tandem.versions import is_older

FIRST = FINAL | {State.WAITING}
"""States of a record before the pass in which it is dealt with for the first time."""


def settled(tx: Connection, kept: Sequence[Cargo], books: RecordBooks, newer: Collection[Whose]) -> Freed:
    """Releases what settled records took; what is still under way takes it from where it was routed to.

    Whatever became of its goods is told of at every place: the side that sells takes them off, and puts them back,
    where it thinks fit, which need not be where the plan routed them to.

    Args:
        tx: The settlement; the records and their keys in the queue are locked.
        kept: What is settled.
        books: The records as they stand now.
        newer: Records of which something arrived meanwhile: what that takes stays.
    """
    freed, ended, partly = Freed(), [], []
    takers = {of(cargo.message): cargo for cargo in kept if _takes(cargo)}
    standing = standing_of(tx, takers)
    for whose, cargo in sorted(takers.items()):
        rows = standing.get(whose, [])
        if State(books.rows[whose]["state"]) not in FINAL:
            gone = _route(tx, rows, cargo.needs or ())
        elif whose in newer:
            gone = [row for row in rows if _covered(row, cargo)]
            partly += gone
        else:
            gone = rows
            ended.append(whose)
        message = cargo.message
        cause = f"{outcome_of(cargo).state}:{message.entity}:{message.key}:{message.ids[-1:]}:{message.attempts}"
        freed.add(whose, {(row.sku, row.location) for row in gone} | _everywhere(cargo, rows), cause)
    _delete(tx, ended, partly)
    return freed


def given_up(tx: Connection, whose: Whose, cause: str) -> Freed:
    """Releases what a record took that nobody will mend, unless word of it waits: then the pass that takes it does."""
    freed = Freed()
    (waiting,) = matching(queue, [whose])
    if tx.execute(sa.select(queue.c.id).where(waiting)).first():
        return freed
    freed.add(whose, {(row.sku, row.location) for row in standing_of(tx, [whose])[whose]}, cause)
    _delete(tx, [whose], [])
    return freed


def heralds(tx: Connection, freed: Freed, now: datetime) -> Iterator[Event]:
    """Word for the records that tell of these places, so that what was told of them too low is told again."""
    for (connection, company), places in sorted(freed.places.items()):
        for entity in ENTITIES.values():
            for route in (route for route in entity.routes if route.heeds):
                for key in sorted(heeders(tx, connection, entity.name, route, places)):
                    yield Event(
                        connection=connection,
                        company=company,
                        source=route.source,
                        event_id=f"released:{freed.cause}:{key}",
                        event_type=f"{entity.name}.released",
                        entity=entity.name,
                        key=key,
                        received_at=now,
                    )


def _takes(cargo: Cargo) -> bool:
    return ENTITIES[cargo.message.entity].route(cargo.message.source).takes is not None


def _everywhere(cargo: Cargo, rows: Sequence[AnyRow]) -> set[Place]:
    """The goods that the record has, and those that it had, wherever they are; none if the pass brought no news."""
    known, state = cargo.known, outcome_of(cargo).state
    again = known is not None and known.state not in FIRST and known.version == (cargo.version or cargo.message.version)
    if state in ECHO or (again and state is not State.APPLIED):
        return set()
    takes = ENTITIES[cargo.message.entity].route(cargo.message.source).takes
    before = known.payload if known else None
    had = needs(takes.payload, before) if takes and before else None
    skus = {row.sku for row in rows} | {need.sku for need in (*(cargo.needs or ()), *(had or ()))}
    return {(sku, "") for sku in skus}


def _covered(row: AnyRow, cargo: Cargo) -> bool:
    """Whether the state that was settled is surely not older than the one that the row was taken from."""
    version = cargo.version or cargo.message.version
    return row.version is not None and (row.version == version or is_older(row.version, version))


def _route(tx: Connection, rows: Sequence[AnyRow], needs: Sequence[Need]) -> list[AnyRow]:
    """Puts rows where the plan routed their sku to, if to one place; gives those that moved, as they were."""
    places: dict[str, set[str]] = {}
    for need in needs:
        places.setdefault(need.sku, set()).add(need.location)
    moved = []
    for row in rows:
        location = next(iter(places.get(row.sku, ())), "") if len(places.get(row.sku, ())) == 1 else ""
        if location and not row.location:
            tx.execute(sa.update(demand).where(_same(row)).values(location=location))
            moved.append(row)
    return moved


def _delete(tx: Connection, whole: Sequence[Whose], lines: Sequence[AnyRow]) -> None:
    for condition in matching(demand, whole):
        tx.execute(sa.delete(demand).where(condition))
    for row in lines:
        tx.execute(sa.delete(demand).where(_same(row)))


def _same(row: AnyRow) -> sa.ColumnElement[bool]:
    (condition,) = matching(demand, [of(row)])
    return sa.and_(condition, demand.c.line == row.line)
