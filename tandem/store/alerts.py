"""Alerts wait here until they were sent: a channel that is down delays them and loses none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.store import bulk
from tandem.store.database import Database
from tandem.store.desk import alerts
from tandem.store.model import Alert


class Alerts:
    """An outbox in which alike alerts are one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, connection: str, key: str, title: str, text: str, now: datetime, *, quiet_seconds: float = 3600
    ) -> bool:
        """Asks for an alert; False if one of the same `key` waits already or was sent within the quiet time."""
        since = now - timedelta(seconds=quiet_seconds)
        row = {
            "connection": connection,
            "key": key,
            "title": title,
            "text": text,
            "count": 1,
            "attempts": 0,
            "error": "",
            "created_at": now,
        }
        return self._database.write(lambda tx: self._add(tx, row, since))

    def pending(self, limit: int = 50) -> list[Alert]:
        """Those that were not sent yet, the oldest first."""
        asked = sa.select(*(alerts.c[name] for name in Alert.__slots__)).where(alerts.c.sent_at.is_(None))
        asked = asked.order_by(alerts.c.id).limit(limit)
        rows = self._database.read(lambda tx: tx.execute(asked).all())
        return [Alert(**dict(row._mapping)) for row in rows]

    def sent(self, ids: Iterable[int], now: datetime) -> None:
        """These reached somebody."""
        self._change(ids, sent_at=now)

    def failed(self, ids: Iterable[int], error: str) -> None:
        """These did not; they stay."""
        self._change(ids, error=error, attempts=alerts.c.attempts + 1)

    def _add(self, tx: Connection, row: dict[str, object], since: datetime) -> bool:
        alike = (alerts.c.connection == row["connection"]) & (alerts.c.key == row["key"])
        recent = sa.update(alerts).where(alike, alerts.c.sent_at > since).values(count=alerts.c.count + 1)
        if tx.execute(recent).rowcount:
            return False
        return bulk.alerted(self._database, tx, [row]) == 1

    def _change(self, ids: Iterable[int], **values: object) -> None:
        statement = sa.update(alerts).where(alerts.c.id.in_(list(ids))).values(values)
        self._database.write(lambda tx: tx.execute(statement))
