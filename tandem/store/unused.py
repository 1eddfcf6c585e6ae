"""What arrived and no entity uses: kept as SKIPPED, and found by the number that it came with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tandem.entities.state import State
from tandem.store.database import Database
from tandem.store.tables import inbox
from tandem.store.whose import MOST

_COLUMNS = ("connection", "key", "event_type", "event_id", "state", "reason", "received_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unused:
    """An event of a type that nobody declared; `key` is the number that its record came with."""

    connection: str
    key: str
    event_type: str
    event_id: str
    state: State
    reason: str
    received_at: datetime


def unused(database: Database, keys: Iterable[str], connection: str | None = None) -> dict[str, Unused]:
    """The events of types that nobody declared, by the number that they came with; the first of each."""
    wanted = sorted({key.strip() for key in keys})
    found: dict[str, Unused] = {}
    for start in range(0, len(wanted), MOST):
        for event in _read(database, wanted[start : start + MOST], connection):
            found.setdefault(event.key, event)
    return found


def _read(database: Database, keys: list[str], connection: str | None) -> list[Unused]:
    asked = sa.select(*(inbox.c[name] for name in _COLUMNS)).where(inbox.c.entity.is_(None), inbox.c.key.in_(keys))
    if connection is not None:
        asked = asked.where(inbox.c.connection == connection)
    rows = database.read(lambda tx: tx.execute(asked.order_by(inbox.c.id)).mappings().all())
    return [Unused(**{**row, "state": State(row["state"])}) for row in rows]
