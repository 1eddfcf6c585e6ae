"""What arrives: stored in one transaction, together with what it takes from stock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from tandem.entities.declaration import System
from tandem.entities.state import State
from tandem.entities.takes import Need
from tandem.store.database import Database
from tandem.store.intake import Row, event_of, row_of, store, whose_of
from tandem.store.model import Event, PutResult
from tandem.store.releasing import heralds
from tandem.store.taking import Freed, Wanted, met


def put(database: Database, events: Sequence[Event]) -> PutResult:
    """Stores the events that are new, and what their records take, all in one transaction.

    Raises:
        StoreUnavailable: nothing of them was stored.
        SettingsError: a connection comes with another company than before.
    """
    for connection, company in {(event.connection, event.company) for event in events}:
        database.belongs(connection, company)
    rows = [row_of(event) for event in events]
    needs = {
        event_of(row): event.needs
        for row, event in zip(reversed(rows), reversed(events), strict=True)
        if event.needs is not None and row["state"] == State.WAITING
    }
    new = database.write(lambda tx: _store(database, tx, rows, needs)) if rows else 0
    return PutResult(new, len(events) - new)


def announce(
    database: Database,
    tx: Connection,
    freed: Freed,
    now: datetime,
    moved: Counter[tuple[str, str, str]] | None = None,
) -> None:
    """Stores word for whoever tells of the places where less is reserved by now; `moved` as in `intake.store`."""
    rows = [row_of(event) for event in heralds(tx, freed, now)]
    if rows:
        store(database, tx, rows, moved=moved)


def _store(
    database: Database,
    tx: Connection,
    rows: Sequence[Row],
    needs: dict[tuple[str, str, str], tuple[Need, ...]],
) -> int:
    stored = store(database, tx, rows)
    taking = [_wanted(row, needs[event_of(row)]) for row in stored.new if event_of(row) in needs]
    if taking:
        freed = met(database, tx, taking, stored.fresh)
        announce(database, tx, freed, max(one.at for one in taking))
    return len(stored.new)


def _wanted(row: Row, needs: tuple[Need, ...]) -> Wanted:
    return Wanted(
        whose=whose_of(row),
        source=System(row["source"]),
        version=row["version"],
        needs=needs,
        at=row["received_at"],
        cause=f"{row['source']}:{row['event_id']}",
    )
