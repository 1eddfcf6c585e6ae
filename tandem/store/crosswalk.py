"""Binding a record to its number in the other system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from tandem.store import bulk
from tandem.store.database import Database
from tandem.store.whose import Whose


def bind(database: Database, tx: Connection, targets: Mapping[Whose, str], *, origin: str, now: datetime) -> int:
    """Binds records to targets; what a person bound is never overwritten automatically. How many rows changed."""
    if not targets:
        return 0
    rows = [
        {**whose._asdict(), "target": targets[whose], "origin": origin, "bound_at": now} for whose in sorted(targets)
    ]
    return bulk.bound(database, tx, rows, by_hand=origin == "manual")
