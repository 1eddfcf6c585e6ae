"""What the store must hold once the trouble is over and everything has come to rest, and what it must hold always."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tandem.entities.state import State
from tandem.sandbox.shop.tables import CUSTOMERS, ORDERS
from tandem.store.desk import alerts, cursors
from tandem.store.tables import inbox, ledger, queue, records
from tests.simulation import comparison, figures
from tests.simulation.systems import ZONE

RESTING = {State.APPLIED, State.NOOP, State.STALE, State.SKIPPED}


async def check(world: Any) -> None:
    """Ask every question; each answer that is wrong is a failure of the seed."""
    entered = await comparison.company_orders(world)
    for question in (comparison.sales, comparison.shipments):
        for failure in question(world, entered):
            world.fail(f"{question.__name__}: {failure}")
    shelves = (figures.conserved, figures.told, figures.released)
    for question in (states, waits, reservations, order_of_effects, acknowledged, marks, false_alarms, *shelves):
        for failure in question(world):
            world.fail(f"{question.__name__}: {failure}")


def rows(world: Any, statement: Any) -> list[dict[str, Any]]:
    """What the store answers."""
    return [dict(row) for row in world.store.database.read(lambda tx: tx.execute(statement).mappings().all())]


def states(world: Any) -> Iterator[str]:
    """Every record is in one state, and in one that rests, unless it was made to be held."""
    found = rows(world, sa.select(records.c.entity, records.c.key, records.c.state, records.c.reason))
    twice = Counter((row["entity"], row["key"]) for row in found)
    yield from (f"{name} has {n} rows" for name, n in twice.items() if n > 1)
    for row in found:
        wanted = world.people.wrong.get(row["key"])
        if wanted and State(row["state"]) != wanted:
            yield f"{row['entity']} {row['key']} is {row['state']} and not {wanted}: {row['reason']}"
        if not wanted and State(row["state"]) not in RESTING:
            yield f"{row['entity']} {row['key']} is {row['state']}: {row['reason']}"


def waits(world: Any) -> Iterator[str]:
    """Nothing waits for ever."""
    for row in rows(world, sa.select(inbox.c.event_id, inbox.c.key).where(inbox.c.settled_at.is_(None))):
        yield f"event {row['event_id']} of {row['key']} is still open"
    for row in rows(world, sa.select(queue.c.entity, queue.c.key, queue.c.state)):
        yield f"{row['entity']} {row['key']} still waits as {row['state']}"


def reservations(world: Any) -> Iterator[str]:
    """Nothing is reserved for a record that is at rest; this holds at any moment."""
    for stray in world.store.demand.strays():
        yield f"{stray.quantity} of {stray.sku} stay reserved for {stray.whose.entity} {stray.whose.key}, which rests"


def order_of_effects(world: Any) -> Iterator[str]:
    """The versions of an order that were applied never go back, by the ledger."""
    applied = sa.select(ledger.c.key, ledger.c.version).where(ledger.c.entity == "order").order_by(ledger.c.id)
    done: dict[str, int] = {}
    for row in rows(world, applied.where(ledger.c.state == str(State.APPLIED))):
        version = int(row["version"] or 0)
        if version < done.get(row["key"], 0):
            yield f"{row['key']} went back from version {done[row['key']]} to {version} in the ledger"
        done[row["key"]] = version


def acknowledged(world: Any) -> Iterator[str]:
    """What was answered 2xx is in the inbox."""
    stored = {row["event_id"] for row in rows(world, sa.select(inbox.c.event_id))}
    lost = (event for event in world.messenger.acknowledged if event not in stored)
    yield from (f"webhook {event} was acknowledged and is not there" for event in lost)


def marks(world: Any) -> Iterator[str]:
    """No mark of a sweep stands beyond what is stored; this holds at any moment, also right after a death."""
    stood = {row["name"]: row["time"] for row in rows(world, sa.select(cursors.c.name, cursors.c.time))}
    if stood == world.marks_seen:
        return
    world.marks_seen = stood
    for entity, resource, version in (("order", ORDERS, "version"), ("customer", CUSTOMERS, "updatedDate")):
        mark = stood.get(f"{entity}:clarity")
        if mark is None:
            continue
        passed = [one for one in _states(world, resource, version) if one not in world.stored and _changed(one) < mark]
        if not passed:
            continue
        known = rows(world, sa.select(inbox.c.key, inbox.c.version).where(inbox.c.entity == entity))
        versions = {(row["key"], row["version"]) for row in known}
        for one in passed:
            if one[:2] in versions:
                world.stored.add(one)
            else:
                yield f"the mark of {entity} is at {mark}, and {one[0]} of {_changed(one)} is not stored"


def _states(world: Any, resource: Any, version: str) -> list[tuple[str, str, str]]:
    """Key, version and last change of the shop's records; read by SQL, because it is asked after every run."""
    honest = "coalesce(honest, body)"
    asked = f"select {resource.key}, json_extract({honest}, '$.{version}'), json_extract({honest}, '$.updatedDate')"
    with world.systems.shop.reading() as tx:
        found = tx.connection.exec_driver_sql(f"{asked} from {resource.name}").all()
    return [(key, str(number), changed) for key, number, changed in found]


def _changed(state: tuple[str, str, str]) -> datetime:
    return datetime.fromisoformat(state[2]).replace(tzinfo=ZONE)


def false_alarms(world: Any) -> Iterator[str]:
    """Nobody is told of a clock that was right; the kinds of alerts are counted for the summary."""
    for row in rows(world, sa.select(alerts.c.key, alerts.c.title)):
        kind = row["key"].partition(":")[0]
        world.count(f"alert {kind}")
        if kind == "clock-skew" and not world.messenger.skew:
            yield f"{row['title']!r} was told and the clock was right"
