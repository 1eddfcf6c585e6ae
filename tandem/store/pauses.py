"""A side that is away is one fact for all drains: since when, until when it is left in peace, who looks first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from tandem.entities.state import Fault
from tandem.store.database import Database
from tandem.store.manners import pauses

SAME = timedelta(minutes=1)
"""An outage that is back so soon after its end is the same one: a side that flaps is told of once."""

Wait = Callable[[int], float]
"""Seconds until the next look, after so many failures in a row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What one drain met: `retry_after` in seconds where the side said how long, `lasting` if not a mere slow-down."""

    connection: str
    system: str
    owner: str
    at: datetime
    reason: str
    fault: Fault = Fault.TRANSIENT
    retry_after: float | None = None
    lasting: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """The last outage of a side; it stands while `ended_at` is None, and nobody but `prober` calls before `until`."""

    connection: str
    system: str
    since: datetime
    until: datetime
    reason: str
    fault: Fault
    failures: int
    outages: int
    prober: str | None
    told: bool
    ended_at: datetime | None


class Pauses:
    """One row per connection and side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, connection: str | None = None) -> list[Pause]:
        """The outages of one connection, or of all, that are not over, due for another look or not."""
        return self._found(connection, pauses.c.ended_at.is_(None))

    def all(self, connection: str | None = None) -> list[Pause]:
        """The last outage of every side that ever had one."""
        return self._found(connection)

    def _found(self, connection: str | None, *conditions: ColumnElement[bool]) -> list[Pause]:
        if connection is not None:
            conditions = (pauses.c.connection == connection, *conditions)
        asked = sa.select(pauses).where(*conditions).order_by(pauses.c.connection, pauses.c.system)
        return [_pause(row) for row in self._database.read(lambda tx: tx.execute(asked).all())]

    def note(self, failure: Failure, wait: Wait) -> Pause:
        """Starts an outage, or prolongs it if this was the look that was due; word of the same failure changes nothing.

        A side that says how long is left in peace for exactly so long, else for `wait` of the failures in a row.
        """
        return self._database.write(lambda tx: self._note(tx, failure, wait))

    def _note(self, tx: Connection, failure: Failure, wait: Wait) -> Pause:
        mine = _of(failure.connection, failure.system)
        last = sa.select(pauses).where(mine).with_for_update()
        if (found := tx.execute(last).one_or_none()) is None:
            blank = self._database.insert(pauses).on_conflict_do_nothing(index_elements=["connection", "system"])
            tx.execute(blank, [_blank(failure)])
            found = tx.execute(last).one()
        before = _pause(found)
        values = _after(before, failure, wait)
        if values:
            tx.execute(sa.update(pauses).where(mine).values(values))
        return _pause(tx.execute(sa.select(pauses).where(mine)).one())

    def probe(self, connection: str, system: str, *, owner: str, now: datetime, until: datetime) -> bool:
        """Whether this owner is the one who looks again, a look being due; the others wait for it until `until`."""
        statement = (
            sa.update(pauses)
            .where(_of(connection, system), pauses.c.ended_at.is_(None), pauses.c.until <= now)
            .values(until=until, prober=owner)
        )
        return self._database.write(lambda tx: tx.execute(statement).rowcount) > 0

    def over(self, connection: str, system: str, *, owner: str, answered: datetime, now: datetime) -> Pause | None:
        """Ends an outage upon an answer to a call that began at `answered`; the outage to whoever ended it, else None.

        Nobody's answer ends a pause that the side asked for before its time, except the prober's.
        """
        statement = (
            sa.update(pauses)
            .where(
                _of(connection, system),
                pauses.c.ended_at.is_(None),
                pauses.c.since <= answered,
                sa.or_(pauses.c.until <= now, pauses.c.prober == owner),
            )
            .values(ended_at=now, prober=None)
            .returning(*pauses.c)
        )
        found = self._database.write(lambda tx: tx.execute(statement).one_or_none())
        return None if found is None else _pause(found)

    def told(self, pause: Pause) -> None:
        """People know of this outage."""
        mine = _of(pause.connection, pause.system) & (pauses.c.since == pause.since)
        self._database.write(lambda tx: tx.execute(sa.update(pauses).where(mine).values(told=True)))


def _of(connection: str, system: str) -> ColumnElement[bool]:
    return (pauses.c.connection == connection) & (pauses.c.system == system)


def _blank(failure: Failure) -> dict[str, Any]:
    return {
        "connection": failure.connection,
        "system": failure.system,
        "since": failure.at,
        "until": failure.at,
        "reason": "",
        "fault": str(failure.fault),
        "failures": 0,
        "outages": 0,
        "prober": None,
        "told": False,
        "ended_at": failure.at,
    }


def _after(before: Pause, failure: Failure, wait: Wait) -> dict[str, Any]:
    """The columns that a failure changes."""
    asked = None if failure.retry_after is None else failure.at + timedelta(seconds=failure.retry_after)
    if before.ended_at is None and before.until > failure.at and before.prober != failure.owner:
        return {"until": asked} if asked is not None and asked > before.until else {}
    new = before.ended_at is not None
    same = new and before.outages > 0 and failure.lasting and failure.at - _ended(before) < SAME
    failures = 1 if new and not same else before.failures + 1
    fresh = {"since": failure.at, "told": False, "outages": before.outages + 1} if new and not same else {}
    return fresh | {
        "until": asked or failure.at + timedelta(seconds=wait(failures)),
        "reason": failure.reason,
        "fault": str(failure.fault),
        "failures": failures,
        "prober": None,
        "ended_at": None,
    }


def _ended(pause: Pause) -> datetime:
    return pause.ended_at or pause.until


def _pause(row: Any) -> Pause:
    return Pause(**{**row._mapping, "fault": Fault(row.fault)})
