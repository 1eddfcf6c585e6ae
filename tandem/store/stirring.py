"""Which records something is happening to: what waits, and what was dealt with a moment ago."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from tandem.store.database import Database
from tandem.store.tables import inbox
from tandem.store.whose import MOST


def stirred(database: Database, connection: str, entity: str, keys: Iterable[str], since: datetime) -> dict[str, bool]:
    """Keys with an event that waits (true) or that arrived or was settled since then (false); the others are absent."""
    wanted, found = sorted(set(keys)), dict[str, bool]()
    for start in range(0, len(wanted), MOST):
        asked = (
            sa.select(inbox.c.key, sa.func.max(sa.case((inbox.c.settled_at.is_(None), 1), else_=0)))
            .where(
                inbox.c.connection == connection,
                inbox.c.entity == entity,
                inbox.c.key.in_(wanted[start : start + MOST]),
                sa.or_(inbox.c.settled_at.is_(None), inbox.c.settled_at >= since, inbox.c.received_at >= since),
            )
            .group_by(inbox.c.key)
        )
        rows = database.read(lambda tx, asked=asked: tx.execute(asked).all())  # type: ignore[misc]
        found |= {key: bool(waits) for key, waits in rows}
    return found
