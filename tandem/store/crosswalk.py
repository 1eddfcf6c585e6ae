"""Binding a record to its number in the other system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from tandem.store.database import Database
from tandem.store.tables import links
from tandem.store.whose import Whose


def bind(database: Database, tx: Connection, targets: Mapping[Whose, str], *, origin: str, now: datetime) -> int:
    """Binds records to targets; what a person bound is never overwritten automatically. How many rows changed."""
    if not targets:
        return 0
    insert = database.insert(links)
    new = insert.excluded
    allowed = links.c.target != new.target
    if origin == "manual":
        allowed |= links.c.origin != "manual"
    else:
        allowed &= links.c.origin != "manual"
    statement = insert.on_conflict_do_update(
        index_elements=["connection", "company", "entity", "key"],
        set_={"target": new.target, "origin": new.origin, "bound_at": new.bound_at},
        where=allowed,
    ).returning(links.c.id)
    rows = [
        {**whose._asdict(), "target": targets[whose], "origin": origin, "bound_at": now} for whose in sorted(targets)
    ]
    return len(tx.execute(statement, rows).all())
