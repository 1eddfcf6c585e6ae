"""Demand: what records that were taken, and that the target does not have yet, take from its stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from tandem.entities.needs import folded
from tandem.entities.state import FINAL
from tandem.store import taking
from tandem.store.database import Database
from tandem.store.reception import announce
from tandem.store.tables import demand, queue, records
from tandem.store.taking import Wanted
from tandem.store.whose import MOST, Whose, matching, of
from tandem.values import ZERO

ANYWHERE = ""
"""The location of what nobody has routed yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outstanding:
    """What the records of one entity take by now, and since when the oldest of them does."""

    connection: str
    entity: str
    records: int
    lines: int
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Portion:
    """So many of a folded sku, taken from a location (`ANYWHERE`: nobody knows yet) at a moment."""

    sku: str
    location: str
    quantity: Decimal
    taken_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Stray:
    """A line of demand whose record is at rest: nobody would ever release it."""

    whose: Whose
    sku: str
    location: str
    quantity: Decimal
    taken_at: datetime


class Demand:
    """What is sold and not yet in the books of the target."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, connection: str, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Decimal]:
        """What is taken of each of these pairs of sku and location, zero where nothing is.

        What is not routed yet counts at every location: it will leave one of them, and nobody knows which.
        """
        wanted = list(dict.fromkeys(pairs))
        found = self._by_sku(connection, sorted({folded(sku) for sku, _ in wanted}))
        return {
            (sku, location): found[folded(sku), location]
            + (found[folded(sku), ANYWHERE] if location != ANYWHERE else ZERO)
            for sku, location in wanted
        }

    def take(self, wanted: Sequence[Wanted], now: datetime) -> int:
        """Has records that were read take what they need by now; how many took other than they did before.

        Asks without writing first: what came with its content took it when it was stored.
        """
        if not wanted or not self._database.read(lambda tx: taking.changes(tx, wanted)):
            return 0

        def take(tx: sa.Connection) -> int:
            for condition in matching(queue, (one.whose for one in wanted)):
                tx.execute(sa.select(queue.c.id).where(condition).order_by(queue.c.key).with_for_update())
            done = taking.changes(tx, wanted)
            announce(self._database, tx, taking.carry_out(self._database, tx, done), now)
            return len(done)

        return self._database.write(take)

    def everything(self, connection: str) -> list[Portion]:
        """All that is taken: one picture of one moment."""
        columns = (demand.c.sku, demand.c.location, demand.c.quantity, demand.c.taken_at)
        asked = sa.select(*columns).where(demand.c.connection == connection)
        return [Portion(**row) for row in self._database.read(lambda tx: tx.execute(asked).mappings().all())]

    def outstanding(self) -> list[Outstanding]:
        """What is taken by now, for each connection and entity."""
        asked = sa.select(
            demand.c.connection,
            demand.c.entity,
            sa.func.count(demand.c.key.distinct()).label("records"),
            sa.func.count().label("lines"),
            sa.func.min(demand.c.taken_at).label("since"),
        ).group_by(demand.c.connection, demand.c.entity)
        ordered = asked.order_by(demand.c.connection, demand.c.entity)
        rows = self._database.read(lambda tx: tx.execute(ordered).mappings().all())
        return [Outstanding(**row) for row in rows]

    def strays(self) -> list[Stray]:
        """Lines whose record is at rest: there must be none, or stock would stay reserved for ever."""
        busy = sa.exists().where(*_same(queue))
        resting = sa.or_(records.c.state.is_(None), records.c.state.in_([str(state) for state in FINAL]))
        asked = sa.select(demand).select_from(demand.outerjoin(records, sa.and_(*_same(records))))
        asked = asked.where(resting, ~busy).order_by(demand.c.taken_at, demand.c.key, demand.c.line)
        return [
            Stray(whose=of(row), sku=row.sku, location=row.location, quantity=row.quantity, taken_at=row.taken_at)
            for row in self._database.read(lambda tx: tx.execute(asked).all())
        ]

    def _by_sku(self, connection: str, skus: list[str]) -> defaultdict[tuple[str, str], Decimal]:
        found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for start in range(0, len(skus), MOST):
            some = skus[start : start + MOST]
            asked = sa.select(demand.c.sku, demand.c.location, demand.c.quantity)
            asked = asked.where(demand.c.connection == connection, demand.c.sku.in_(some))
            for row in self._database.read(lambda tx, asked=asked: tx.execute(asked).all()):  # type: ignore[misc]
                found[row.sku, row.location] += row.quantity
        return found


def _same(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == demand.c[name] for name in ("connection", "company", "entity", "key")]
