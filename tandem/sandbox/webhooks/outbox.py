"""The outbox: an event is written in the transaction of its change, and stays until it was delivered or given up."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, insert, or_, select, update

from tandem.sandbox.database import Database
from tandem.sandbox.faults import Board
from tandem.sandbox.webhooks.schedule import next_due
from tandem.sandbox.webhooks.tables import attempt, event

ENDPOINT = "webhooks.endpoint"

GONE = 410
"""The answer that ends the subscription."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Emission:
    """An event that has come into being; `subject` is the id of the record it tells of."""

    seq: int
    type: str
    subject: str
    occurred: str
    body: str
    event_id: str = ""


def event_id_of(seq: int) -> str:
    """The webhook-id of an event; its copies keep it."""
    return f"evt_{seq:010d}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What one try to deliver came to; `status` is None when there was no answer."""

    seq: int
    event_id: str
    number: int
    sent: datetime
    status: int | None
    error: str
    milliseconds: int
    retry_after: float | None = None

    @property
    def delivered(self) -> bool:
        """Only a 2xx counts; a redirection does not."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where webhooks go; an inactive one was unsubscribed by its own answer 410, or by hand."""

    url: str | None
    active: bool = True


class Outbox:
    """Events, in the order in which they are to be sent."""

    def __init__(self, database: Database, board: Board, *, configured: str | None) -> None:
        self._database = database
        self._board = board
        kept = json.loads(database.remembered(ENDPOINT) or "{}")
        if kept.get("configured") == configured and kept:
            self.endpoint = Endpoint(kept["url"], kept["active"])
        else:
            self.endpoint = Endpoint(configured, configured is not None)
        self._configured = configured

    def subscribe(self, endpoint: Endpoint) -> None:
        """Sends what comes from now on there; remembered until another address is configured."""
        self.endpoint = endpoint
        kept = {"configured": self._configured, "url": endpoint.url, "active": endpoint.active}
        self._database.remember(ENDPOINT, json.dumps(kept))

    def add(self, connection: Connection, emissions: Sequence[Emission], now: datetime, copies_from: int) -> int:
        """Writes events in the caller's transaction; returns how many numbers from `copies_from` on it used."""
        state = "waiting" if self.endpoint.active and self.endpoint.url else "recorded"
        rows: list[dict[str, Any]] = []
        copies: list[dict[str, Any]] = []
        overtaken: dict[int, int] = {}
        for emission in emissions:
            row = _row(emission, state, now.timestamp())
            rows.append(row)
            if state == "waiting":
                self._break(row, copies, overtaken)
        for number, copy in enumerate(copies, start=copies_from):
            copy["seq"] = number
        if rows:
            connection.execute(insert(event), rows + copies)
        for seq, by in overtaken.items():
            due = {"behind": by, "due": now.timestamp()}
            connection.execute(update(event).where(event.c.seq == seq).values(due))
        return len(copies)

    def _break(self, row: dict[str, Any], copies: list[dict[str, Any]], overtaken: dict[int, int]) -> None:
        knobs = self._board.knobs.events
        if self._board.hits(knobs.drop, "events.drop", row["type"]):
            row["state"] = "dropped"
            return
        if knobs.delay and self._board.hits(knobs.delay, "events.delay", row["type"]):
            row["due"] += float(knobs.delay.seconds)
        if knobs.duplicate and self._board.hits(knobs.duplicate, "events.duplicate", row["type"]):
            times = [row["due"] + float(knobs.duplicate.seconds * n) for n in range(1, knobs.duplicate.copies + 1)]
            copies.extend(row | {"due": due} for due in times)
        if knobs.swap:
            chosen = self._board.hits(knobs.swap, "events.swap", row["type"])
            before = self._board.swap_with(row["seq"] if chosen else None)
            if before is not None:
                overtaken[before] = row["seq"]
            if chosen:
                row["due"] += float(knobs.swap.seconds)

    def due(self, now: datetime, *, limit: int, taken: Collection[int] = ()) -> Sequence[RowMapping]:
        """What is to be sent now, longest due first; `taken` is under way already."""
        waiting = [*_waits(), event.c.due <= now.timestamp(), event.c.seq.not_in(taken)]
        query = select(event).where(*waiting).order_by(event.c.due, event.c.seq).limit(limit)
        with self._database.reading() as connection:
            return connection.execute(query).mappings().all()

    def next_due(self, taken: Collection[int] = ()) -> float | None:
        """Unix time at which the next one is due."""
        query = select(event.c.due).where(*_waits(), event.c.seq.not_in(taken)).order_by(event.c.due).limit(1)
        with self._database.reading() as connection:
            found: float | None = connection.scalar(query)
        return found

    def settle(self, attempts: Sequence[Attempt], scale: Decimal) -> None:
        """Writes down what came of the attempts and when to try again."""
        if not attempts:
            return
        with self._database.writing() as connection:
            connection.execute(insert(attempt), [_attempt_row(one) for one in attempts])
            for one in attempts:
                statement = update(event).where(event.c.seq == one.seq)
                connection.execute(statement.values(attempts=one.number, **self._fate(one, scale)))
            if any(one.status == GONE for one in attempts):
                dropped = update(event).where(event.c.state == "waiting").values(state="unsubscribed")
                connection.execute(dropped)
        if any(one.status == GONE for one in attempts):
            self.subscribe(Endpoint(self.endpoint.url, active=False))

    def _fate(self, one: Attempt, scale: Decimal) -> dict[str, Any]:
        if one.delivered:
            return {"state": "delivered"}
        if one.status == GONE:
            return {"state": "unsubscribed"}
        key = f"{self._board.knobs.seed}:jitter:{one.event_id}"
        again = next_due(one.number, one.sent, key=key, scale=scale, retry_after=one.retry_after)
        return {"state": "failed"} if again is None else {"due": again.timestamp()}


def _waits() -> list[ColumnElement[bool]]:
    """Waiting, and not behind another that was not tried yet."""
    other = event.alias()
    first = exists().where(and_(other.c.seq == event.c.behind, other.c.state == "waiting", other.c.attempts == 0))
    return [event.c.state == "waiting", or_(event.c.behind.is_(None), ~first)]


def _row(emission: Emission, state: str, due: float) -> dict[str, Any]:
    return {
        "seq": emission.seq,
        "event_id": emission.event_id or event_id_of(emission.seq),
        "type": emission.type,
        "subject": emission.subject,
        "occurred": emission.occurred,
        "body": emission.body,
        "state": state,
        "attempts": 0,
        "due": due,
        "behind": None,
    }


def _attempt_row(one: Attempt) -> dict[str, Any]:
    sent = one.sent.isoformat(timespec="milliseconds")
    return {
        "seq": one.seq, "number": one.number, "sent": sent, "status": one.status, "error": one.error,
        "milliseconds": one.milliseconds,
    }  # fmt: skip
