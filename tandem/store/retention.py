"""What is kept for how long: the content of settled events goes first, the events themselves much later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from tandem.store import bulk
from tandem.store.database import Database
from tandem.store.desk import cursors
from tandem.store.tables import inbox

IDS = 4
"""Times as long as its content the id of an event is kept: whoever sends it again so late is read again, no more."""

CHUNK = 500
"""Rows looked at in one transaction, so that nobody waits for it."""


_Work = Callable[[ColumnElement[bool]], sa.Update | sa.Delete]


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many events lost their content, and how many are gone; `more` says that not all that is due was looked at."""

    bodies: int
    events: int
    more: bool


class Retention:
    """Walks the inbox in the order in which it was filled, from a mark: no index is kept for it, no order pays for it.

    Records, ledger, links and letters stay; so do events of types that nobody declared, which stand nowhere else.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def prune(self, connection: str, *, keep: timedelta, now: datetime, chunks: int = 20) -> Pruned:
        """Takes the content of events that were settled and came before `keep`, and those that came long before.

        Looks at no more than `chunks` chunks of each kind; the next call goes on from there.
        """
        bodies, more_bodies = self._walk(connection, "prune:bodies", now - keep, chunks, self._empty)
        events, more_events = self._walk(connection, "prune:events", now - IDS * keep, chunks, self._drop)
        return Pruned(bodies, events, more_bodies or more_events)

    def _walk(self, connection: str, mark: str, before: datetime, chunks: int, work: _Work) -> tuple[int, bool]:
        total = 0
        for _ in range(chunks):
            done, more = self._database.write(lambda tx: self._chunk(tx, connection, mark, before, work))
            total += done
            if not more:
                return total, False
        return total, True

    def _chunk(self, tx: Connection, connection: str, mark: str, before: datetime, work: _Work) -> tuple[int, bool]:
        """One chunk behind the mark; what came late ends the walk, because all behind it came later still."""
        mine = (cursors.c.connection == connection) & (cursors.c.name == mark)
        start = tx.execute(sa.select(cursors.c.id).where(mine)).scalar()
        asked = sa.select(inbox.c.id, inbox.c.received_at).where(inbox.c.id > int(start or 0))
        rows = tx.execute(asked.order_by(inbox.c.id).limit(CHUNK)).all()
        old = [row for row in rows if row.received_at < before]
        if not old:
            return 0, False
        span = (inbox.c.id >= old[0].id) & (inbox.c.id <= old[-1].id) & (inbox.c.connection == connection)
        done = tx.execute(work(span & (inbox.c.received_at < before) & inbox.c.settled_at.is_not(None))).rowcount
        row = {"connection": connection, "name": mark, "time": before, "id": str(old[-1].id)}
        bulk.replaced(self._database, tx, cursors, [row])
        return done, len(rows) == CHUNK and len(old) == len(rows)

    @staticmethod
    def _empty(span: ColumnElement[bool]) -> sa.Update:
        held = inbox.c.body.is_not(None) | inbox.c.edited.is_not(None)
        return sa.update(inbox).where(span, held).values(body=None, edited=None)

    @staticmethod
    def _drop(span: ColumnElement[bool]) -> sa.Delete:
        return sa.delete(inbox).where(span, inbox.c.entity.is_not(None))
