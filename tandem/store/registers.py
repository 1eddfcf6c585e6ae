"""Small registers: cursors of sweeps, counters of what was refused, drains that are up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from tandem.store import bulk
from tandem.store.database import Database
from tandem.store.desk import counters, cursors, drains
from tandem.store.model import Cursor, Drain
from tandem.store.tally import count
from tandem.values import utc_now

# Drains ask these many times a minute, and building one costs as much as running it.
_MARK = sa.select(cursors.c.time, cursors.c.id).where(
    cursors.c.connection == sa.bindparam("of"), cursors.c.name == sa.bindparam("called")
)
_UP = sa.select(drains).where(drains.c.until > sa.bindparam("now")).order_by(drains.c.since, drains.c.owner)
_UP_OF_ONE = _UP.where(drains.c.connection.is_(None) | (drains.c.connection == sa.bindparam("of")))


class Cursors:
    """How far each sweep has come."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, connection: str, name: str) -> Cursor | None:
        """The mark of a sweep; None before its first one."""
        mine = {"of": connection, "called": name}
        found = self._database.read(lambda tx: tx.execute(_MARK, mine).one_or_none())
        return None if found is None else Cursor(found.time, found.id)

    def set(self, connection: str, name: str, cursor: Cursor) -> None:
        """Moves the mark; only after what lies before it is stored."""
        row = {"connection": connection, "name": name, "time": cursor.time, "id": cursor.id}
        self._database.write(lambda tx: bulk.replaced(self._database, tx, cursors, [row]))


class Counters:
    """Counts of what leaves nothing else behind."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, connection: str, name: str, n: int = 1) -> None:
        """Counts one or more."""
        self.add_all({(connection, name): n})

    def add_all(self, numbers: Mapping[tuple[str, str], int]) -> None:
        """Counts many in one transaction."""
        self._database.write(lambda tx: count(self._database, tx, numbers))

    def all(self, connection: str | None = None) -> dict[tuple[str, str], int]:
        """All counts by (connection, name)."""
        asked = sa.select(counters)
        if connection is not None:
            asked = asked.where(counters.c.connection == connection)
        rows = self._database.read(lambda tx: tx.execute(asked).all())
        return {(row.connection, row.name): row.n for row in rows}


class Drains:
    """Which live runs are up, so that nobody starts another without need."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(
        self,
        owner: str,
        entities: Iterable[str],
        until: datetime,
        *,
        connection: str | None = None,
        now: datetime | None = None,
    ) -> None:
        """This owner takes these entities from now on; None stands for every connection."""
        row = {
            "owner": owner,
            "connection": connection,
            "entities": sorted(entities),
            "since": now or utc_now(),
            "until": until,
        }
        self._database.write(lambda tx: bulk.replaced(self._database, tx, drains, [row]))

    def beat(self, owner: str, until: datetime) -> bool:
        """Still here until then; False if the owner was not, or is no longer, in the register."""
        statement = sa.update(drains).where(drains.c.owner == owner).values(until=until)
        return self._database.write(lambda tx: tx.execute(statement).rowcount) > 0

    def leave(self, owner: str) -> None:
        """No longer taking anything."""
        self._database.write(lambda tx: tx.execute(sa.delete(drains).where(drains.c.owner == owner)))

    def up(self, now: datetime, connection: str | None = None) -> list[Drain]:
        """Those whose time is not over, of one connection or of all."""
        given: dict[str, object] = {"now": now}
        if connection is not None:
            given["of"] = connection
        asked = _UP if connection is None else _UP_OF_ONE
        rows = self._database.read(lambda tx: tx.execute(asked, given).all())
        return [
            Drain(
                owner=row.owner,
                connection=row.connection,
                entities=frozenset(row.entities),
                since=row.since,
                until=row.until,
            )
            for row in rows
        ]
