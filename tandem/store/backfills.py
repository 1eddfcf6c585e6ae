"""Backfills under way: what was chosen, how far it is stored, and whether a person has paused it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from tandem.store.database import Database
from tandem.store.manners import backfills


class Progress(StrEnum):
    """Where a backfill stands; one that is RUNNING and was cut off goes on when it is started again."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Backfill:
    """One backfill: all of `chosen` up to `mark` is in the inbox, which took `stored` new events."""

    connection: str
    name: str
    entity: str
    chosen: dict[str, Any]
    state: Progress
    round: int
    mark: str | None
    stored: int
    started_at: datetime
    updated_at: datetime


class Backfills:
    """The register of backfills."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, connection: str, name: str, *, entity: str, chosen: dict[str, Any], now: datetime) -> Backfill:
        """Starts a backfill, or goes on where one was cut off or paused; one that was done begins anew."""
        row = {
            "connection": connection,
            "name": name,
            "entity": entity,
            "chosen": chosen,
            "state": str(Progress.RUNNING),
            "round": 1,
            "mark": None,
            "stored": 0,
            "started_at": now,
            "updated_at": now,
        }
        done = backfills.c.state == Progress.DONE
        kept = {name: backfills.c[name] for name in ("mark", "stored", "started_at")}
        fresh = self._database.insert(backfills)
        statement = fresh.on_conflict_do_update(
            index_elements=["connection", "name"],
            set_={
                "state": fresh.excluded.state,
                "round": backfills.c.round + sa.case((done, 1), else_=0),
                "updated_at": fresh.excluded.updated_at,
                **{name: sa.case((done, fresh.excluded[name]), else_=column) for name, column in kept.items()},
            },
        ).returning(*backfills.c)
        return _backfill(self._database.write(lambda tx: tx.execute(statement, [row]).one()))

    def advance(self, job: Backfill, *, mark: str | None, stored: int, now: datetime) -> Progress:
        """Moves the mark, only over what is stored (None: as far as before); where the backfill stands by now."""
        values: dict[str, Any] = {"stored": backfills.c.stored + stored, "updated_at": now}
        if mark is not None:
            values["mark"] = mark
        mine = _of(job.connection, job.name) & (backfills.c.round == job.round)
        statement = sa.update(backfills).where(mine).values(values).returning(backfills.c.state)
        return Progress(self._database.write(lambda tx: tx.execute(statement).scalar_one()))

    def end(self, job: Backfill, now: datetime) -> None:
        """All that was chosen went its way."""
        self._set(job.connection, job.name, Progress.DONE, now)

    def pause(self, connection: str, name: str, now: datetime) -> bool:
        """Asks a backfill to stop for now; False if there is none that could."""
        return self._set(connection, name, Progress.PAUSED, now)

    def _set(self, connection: str, name: str, state: Progress, now: datetime) -> bool:
        mine = _of(connection, name) & (backfills.c.state != Progress.DONE)
        statement = sa.update(backfills).where(mine).values(state=str(state), updated_at=now)
        return self._database.write(lambda tx: tx.execute(statement).rowcount) > 0

    def get(self, connection: str, name: str) -> Backfill | None:
        """One backfill by its name."""
        found = self._found(_of(connection, name))
        return found[0] if found else None

    def all(self, connection: str) -> list[Backfill]:
        """All that there ever were, the latest change last."""
        return self._found(backfills.c.connection == connection)

    def paused(self, connection: str) -> bool:
        """Whether a person has paused any: what it has put into the inbox is to wait."""
        return bool(self._found((backfills.c.connection == connection) & (backfills.c.state == Progress.PAUSED)))

    def _found(self, condition: ColumnElement[bool]) -> list[Backfill]:
        asked = sa.select(backfills).where(condition).order_by(backfills.c.updated_at, backfills.c.name)
        return [_backfill(row) for row in self._database.read(lambda tx: tx.execute(asked).all())]


def _of(connection: str, name: str) -> ColumnElement[bool]:
    return (backfills.c.connection == connection) & (backfills.c.name == name)


def _backfill(row: Any) -> Backfill:
    return Backfill(**{**row._mapping, "state": Progress(row.state)})
