"""What was sent and what came of it, for people and tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, func, select

from tandem.sandbox.database import Database
from tandem.sandbox.webhooks.outbox import Emission
from tandem.sandbox.webhooks.tables import attempt, event

FILTERS = {"type": event.c.type, "subject": event.c.subject, "state": event.c.state, "eventId": event.c.event_id}


class Journal:
    """Reads the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self) -> dict[str, int]:
        """How many events stand in which state."""
        query = select(event.c.state, func.count()).group_by(event.c.state).order_by(event.c.state)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def listing(self, filters: Mapping[str, str], *, after: int, limit: int) -> list[dict[str, Any]]:
        """Events in the order of their making, each with its attempts."""
        query = select(event).where(event.c.seq > after).order_by(event.c.seq).limit(limit)
        for name, value in filters.items():
            query = query.where(FILTERS[name] == value)
        with self._database.reading() as connection:
            return _with_attempts(connection, query)


def stored(connection: Connection, event_id: str) -> Emission | None:
    """An event as it was written, whatever became of it."""
    query = select(event).where(event.c.event_id == event_id).order_by(event.c.seq).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return Emission(**{name: row[name] for name in ("seq", "event_id", "type", "subject", "occurred", "body")})


def _with_attempts(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    rows = connection.execute(query).mappings().all()
    tries: dict[int, list[dict[str, Any]]] = defaultdict(list)
    of_these = attempt.c.seq.in_([row["seq"] for row in rows])
    for one in connection.execute(select(attempt).where(of_these).order_by(attempt.c.id)).mappings():
        shown = {name: one[name] for name in ("number", "sent", "status", "error", "milliseconds")}
        tries[one["seq"]].append(shown)
    return [
        {
            "seq": row["seq"],
            "eventId": row["event_id"],
            "type": row["type"],
            "subject": row["subject"],
            "occurred": row["occurred"],
            "state": row["state"],
            "attempts": tries[row["seq"]],
        }
        for row in rows
    ]
