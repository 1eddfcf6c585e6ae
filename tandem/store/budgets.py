"""How often each side may be called: one budget per connection and side, shared by all drains on all machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from tandem.store.database import Database
from tandem.store.manners import budgets

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """Calls per second that a side takes, and how many of them may come at once after a silence."""

    per_second: float
    burst: int = 1

    @property
    def interval(self) -> int:
        """Microseconds between two calls, rounded up: never faster than promised."""
        return -int(-1_000_000 // self.per_second)


@dataclass(frozen=True, slots=True)
class Place:
    """Whether a place in line was taken, and the seconds until it comes up (or would)."""

    taken: bool
    wait: float


class Budgets:
    """The generic cell rate algorithm: a row holds when the next call is due, and one UPDATE takes a place in line."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(
        self, connection: str, system: str, rate: Rate, *, now: datetime, calls: int = 1, longest: float = 3600.0
    ) -> Place:
        """Takes places for some calls, unless they are further away than `longest` seconds.

        In any span of time, however many drains ask, no more than rate times the span plus the burst is let through.
        """
        moment = _microseconds(now)
        due = _later(budgets.c.arrival, moment) + calls * rate.interval
        early = rate.burst * rate.interval
        statement = (
            sa.update(budgets)
            .where(_of(connection, system), due - early <= moment + int(longest * 1_000_000))
            .values(arrival=due)
            .returning(budgets.c.arrival)
        )

        def work(tx: Connection) -> Place:
            taken = tx.execute(statement).scalar_one_or_none()
            if taken is None:
                self._open(tx, connection, system, moment)
                taken = tx.execute(statement).scalar_one_or_none()
            if taken is not None:
                return Place(taken=True, wait=max(0, taken - early - moment) / 1_000_000)
            asked = sa.select(due).where(_of(connection, system))
            return Place(taken=False, wait=(tx.execute(asked).scalar_one() - early - moment) / 1_000_000)

        return self._database.write(work)

    def forward(self, connection: str, system: str, rate: Rate, *, until: datetime) -> None:
        """Lets nobody through before `until`: a side that asked for a pause has asked it of all."""
        moment = _microseconds(until)
        full = moment + (rate.burst - 1) * rate.interval  # at `until` one call may go, and no burst of saved-up ones

        def work(tx: Connection) -> None:
            self._open(tx, connection, system, moment)
            later = sa.update(budgets).where(_of(connection, system)).values(arrival=_later(budgets.c.arrival, full))
            tx.execute(later)

        self._database.write(work)

    def _open(self, tx: Connection, connection: str, system: str, moment: int) -> None:
        row = {"connection": connection, "system": system, "arrival": moment}
        new = self._database.insert(budgets).on_conflict_do_nothing(index_elements=["connection", "system"])
        tx.execute(new, [row])


def _of(connection: str, system: str) -> ColumnElement[bool]:
    return (budgets.c.connection == connection) & (budgets.c.system == system)


def _later(column: ColumnElement[int], moment: int) -> ColumnElement[int]:
    return sa.case((column > moment, column), else_=moment)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
