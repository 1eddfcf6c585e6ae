"""The rows of the records that a settlement touches: locked, changed, written back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.entities.cargo import Cargo
from tandem.entities.state import State
from tandem.store.database import Database
from tandem.store.heeding import folded_key
from tandem.store.judgement import record_row
from tandem.store.leases import waits_for
from tandem.store.tables import records
from tandem.store.tally import tally
from tandem.store.whose import Whose, matching, of

_FIXED = {"id", "connection", "company", "entity", "key", "source", "first_seen", "folded"}
_LIGHT = [column for column in records.c if column.name != "payload"]
"""All that is read before a change; the payload is large, and most passes leave it as it is."""


class RecordBooks:
    """The records of a batch and the parents that they wait for, so that no parent slips past unseen."""

    def __init__(self, database: Database, tx: Connection, kept: Sequence[Cargo], now: datetime) -> None:
        self._database = database
        self._tx = tx
        self.moved: Counter[tuple[str, str, str]] = Counter()
        self.rows: dict[Whose, dict[str, Any]] = {}
        mine = {of(cargo.message): cargo for cargo in kept}
        parents = {parent for cargo in kept if (parent := waits_for(cargo)) is not None}
        self._lock({*mine, *parents})
        missing = [(whose, mine[whose]) for whose in sorted(mine) if whose not in self.rows]
        if missing:
            self._meet(missing, now)
            self._lock({whose for whose, _ in missing})

    def enter(self, kept: Sequence[Cargo], now: datetime) -> None:
        """Writes what the outcomes make of the records."""
        touched: dict[Whose, dict[str, Any]] = {}
        for cargo in kept:
            whose = of(cargo.message)
            before = self.rows[whose]
            after = record_row(before, cargo, now)
            self.moved[whose.connection, whose.entity, before["state"]] -= 1
            self.moved[whose.connection, whose.entity, after["state"]] += 1
            self.rows[whose] = touched[whose] = after
        written = [row for row in touched.values() if "payload" in row]
        for rows in (written, [row for row in touched.values() if "payload" not in row]):
            if rows:
                self._tx.execute(_change(rows[0]), [_parameters(row) for row in rows])

    def tally(self) -> None:
        """Adds up the moves from state to state; last of all, because its rows are shared."""
        tally(self._database, self._tx, self.moved)

    def _lock(self, wanted: set[Whose]) -> None:
        for condition in matching(records, wanted):
            asked = sa.select(*_LIGHT).where(condition).order_by(records.c.key).with_for_update()
            self.rows |= {of(row): dict(row._mapping) for row in self._tx.execute(asked)}

    def _meet(self, missing: Sequence[tuple[Whose, Cargo]], now: datetime) -> None:
        """A record that came without an event of its own, such as a guest out of an order."""
        rows = [
            {
                **whose._asdict(),
                "source": str(cargo.message.source),
                "state": str(State.WAITING),
                "reason": "",
                "written": False,
                "first_seen": cargo.message.received_at,
                "updated_at": now,
                "folded": folded_key(whose.entity, cargo.message.source, whose.key),
            }
            for whose, cargo in missing
        ]
        insert = self._database.insert(records).on_conflict_do_nothing(
            index_elements=["connection", "company", "entity", "key"]
        )
        met = self._tx.execute(insert.returning(records.c.connection, records.c.entity), rows)
        self.moved.update((row.connection, row.entity, str(State.WAITING)) for row in met)


def _change(row: dict[str, Any]) -> sa.Update:
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in row if name not in _FIXED}
    return sa.update(records).where(records.c.id == sa.bindparam("row")).values(values)


def _parameters(row: dict[str, Any]) -> dict[str, Any]:
    return {"row": row["id"]} | {f"new_{name}": value for name, value in row.items() if name not in _FIXED}
