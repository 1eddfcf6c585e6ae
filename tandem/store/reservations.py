"""Values that one drain is about to write: two must not make the same customer at the same moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, Connection, PrimaryKeyConstraint, Table

from tandem.store.columns import Moment, Name
from tandem.store.database import Database
from tandem.store.schema import metadata

reservations = Table(
    "reservations",
    metadata,
    Column("connection", Name, nullable=False),
    Column("entity", Name, nullable=False),
    Column("value", Name, nullable=False),
    Column("owner", Name, nullable=False),
    Column("until", Moment, nullable=False),
    PrimaryKeyConstraint("connection", "entity", "value", name="pk_reservations"),
)
"""For which record a value is reserved until when; a row lives as long as one write. Values and records come as hashes:
no personal data."""


class Reservations:
    """Short claims on values rather than on records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(
        self, connection: str, entity: str, wanted: Mapping[str, str], *, now: datetime, until: datetime
    ) -> set[str]:
        """Reserves values for their owners where no other owner has them; gives the values that were reserved.

        An owner is a record and not a drain: who holds the lease of the record goes on where a drain before it died.
        """
        insert = self._database.insert(reservations)
        free = (reservations.c.until <= now) | (reservations.c.owner == insert.excluded.owner)
        statement = insert.on_conflict_do_update(
            index_elements=["connection", "entity", "value"],
            set_={"owner": insert.excluded.owner, "until": insert.excluded.until},
            where=free,
        )
        rows = [
            {"connection": connection, "entity": entity, "value": value, "owner": owner, "until": until}
            for value, owner in sorted(wanted.items())  # one order for all: two never wait for each other in a circle
        ]

        def take(tx: Connection) -> set[str]:
            return set(tx.execute(statement.returning(reservations.c.value), rows).scalars())

        return self._database.write(take) if rows else set()

    def free(self, connection: str, entity: str, held: Mapping[str, str]) -> None:
        """Gives values back that are still their owners'."""
        mine = sa.tuple_(reservations.c.value, reservations.c.owner).in_(sorted(held.items()))
        statement = sa.delete(reservations).where(
            reservations.c.connection == connection, reservations.c.entity == entity, mine
        )
        self._database.write(lambda tx: tx.execute(statement))
