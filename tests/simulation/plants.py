"""Faults planted on purpose: a simulator that cannot find these finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete

from tandem.connectors.clarity import ClarityConnector
from tandem.line import demand, drift, gather, write
from tandem.store import Cursor, claims, tables, taking
from tandem.store.reception import announce
from tandem.store.taking import Freed
from tandem.store.whose import Whose, matching, of
from tandem.values import utc_now

Put = Callable[[Any, str, Any], None]

PLANTS = ("lease", "lookup", "mark", "clock", "demand", "stale")


def plant(put: Put, name: str) -> None:
    """Break one promise for the length of a world.

    lease: a claim takes what another drain holds. lookup: a write of unknown outcome is sent again without a look.
    mark: the sweep's mark goes to the end of each page before that is stored. clock: it goes to our own time before
    anything was read. demand: what an order takes is released as soon as it was read. stale: figures of stock are
    written over whatever the shop has made of its own meanwhile.
    """
    breaks = {"lease": _lease, "lookup": _lookup, "mark": _mark, "clock": _clock, "demand": _demand, "stale": _stale}
    breaks[name](put)


def _lease(put: Put) -> None:
    ready, due = claims._make_ready, claims.due

    def all_of_it(tx: Any, lane: Any, now: datetime, *, at_most: int) -> None:
        ready(tx, lane, now + timedelta(days=1), at_most=at_most)

    def any_of_it(database: Any, lanes: Any, now: datetime) -> Any:
        return due(database, lanes, now + timedelta(days=1))

    put(claims, "_make_ready", all_of_it)
    put(claims, "due", any_of_it)


def _lookup(put: Put) -> None:
    async def blind(_line: Any, _batch: Any) -> dict[str, list[str]]:
        return {}

    put(write, "find", blind)


def _mark(put: Put) -> None:
    whole = gather.events_of

    def ahead(line: Any, entity: Any, route: Any, records: Any, *, origin: str) -> Any:
        page = list(records)
        connector, name = line.connectors[route.source], f"{entity.name}:{route.source}"
        newest = Cursor(time=connector.stamp(route.read, page[-1]), id=connector.key(route.read, page[-1]))
        line.store.cursors.set(line.name, name, newest)
        return whole(line, entity, route, page, origin=origin)

    put(gather, "events_of", ahead)


def _clock(put: Put) -> None:
    whole = drift.watch

    def ahead(line: Any, entity: Any, route: Any, mark: Cursor | None) -> Any:
        line.store.cursors.set(line.name, f"{entity.name}:{route.source}", Cursor(time=utc_now(), id=""))
        return whole(line, entity, route, mark)

    put(drift, "watch", ahead)


def _demand(put: Put) -> None:
    take = demand.take

    def early(line: Any, batch: Any) -> int:
        taken = take(line, batch)
        whose = [of(cargo.message) for cargo in batch.open]
        if batch.route.takes and whose:
            line.store.database.write(lambda tx: _release(line.store.database, tx, whose))
        return taken

    put(demand, "take", early)


def _release(database: Any, tx: Any, whose: list[Whose]) -> None:
    freed = Freed()
    for one, lines in taking.standing_of(tx, whose).items():
        freed.add(one, {(line.sku, line.location) for line in lines}, f"early:{one.key}:{utc_now()}")
    for condition in matching(tables.demand, whose):
        tx.execute(delete(tables.demand).where(condition))
    announce(database, tx, freed, utc_now())


def _stale(put: Put) -> None:
    write = ClarityConnector._write

    async def blind(self: Any, kind: Any, resource: str, item: Any) -> Any:
        payload = {name: value for name, value in item.payload.items() if name != "expectedVersion"}
        return await write(self, kind, resource, replace(item, payload=payload))

    put(ClarityConnector, "_write", blind)
