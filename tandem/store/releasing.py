"""The end of demand: in the transaction that settles a record as being in the target, or as not ours to write."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.entities import ENTITIES
from tandem.entities.cargo import Cargo
from tandem.entities.state import FINAL, State
from tandem.entities.takes import Need
from tandem.rules.judge import is_older
from tandem.store.books import RecordBooks
from tandem.store.judgement import outcome_of
from tandem.store.model import Event
from tandem.store.tables import demand, queue, records
from tandem.store.taking import Freed, standing_of
from tandem.store.whose import AnyRow, Whose, matching, of

SOME = 200
"""Beginnings of keys asked for at once."""


def settled(tx: Connection, kept: Sequence[Cargo], books: RecordBooks, newer: Collection[Whose]) -> Freed:
    """Releases what settled records took; what is still under way takes it from where it was routed to.

    Args:
        tx: The settlement; the records and their keys in the queue are locked.
        kept: What is settled.
        books: The records as they stand now.
        newer: Records of which something arrived meanwhile: what that takes stays.
    """
    freed, ended, partly = Freed(), [], []
    takers = {of(cargo.message): cargo for cargo in kept if _takes(cargo)}
    for whose, rows in sorted(standing_of(tx, takers).items()):
        cargo = takers[whose]
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
        freed.add(whose, {(row.sku, row.location) for row in gone}, cause)
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
                assert route.heeds is not None  # noqa: S101 - for the type checker
                keys = {route.kept(route.heeds.of(sku, location)) for sku, location in places if location}
                # What nobody had routed was reserved at every location: all that are known are told.
                unrouted = {route.kept(route.heeds.beginning(sku)) for sku, location in places if not location}
                keys.update(_known(tx, connection, entity.name, sorted(unrouted)))
                for key in sorted(keys):
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


def _known(tx: Connection, connection: str, entity: str, beginnings: Sequence[str]) -> Iterator[str]:
    """The keys of an entity's records that begin so."""
    mine = (records.c.connection == connection, records.c.entity == entity)
    for start in range(0, len(beginnings), SOME):
        some = [  # not BETWEEN: with a collation PostgreSQL does not parse it
            sa.and_(records.c.key >= text, records.c.key <= f"{text}\U0010ffff")
            for text in beginnings[start : start + SOME]
        ]
        yield from tx.execute(sa.select(records.c.key).where(*mine, sa.or_(*some))).scalars()
