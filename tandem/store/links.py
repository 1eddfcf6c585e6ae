"""The crosswalk: which number a record has in the other system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.store import crosswalk
from tandem.store.database import Database
from tandem.store.tables import links
from tandem.store.whose import MOST, Whose
from tandem.values import utc_now


class Links:
    """Look-ups and bindings; settling binds by itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, connection: str, entity: str, keys: Iterable[str]) -> dict[str, str]:
        """The target numbers of those keys that are bound."""
        return self._look_up(connection, entity, keys, asked="key", given="target")

    def reverse(self, connection: str, entity: str, targets: Iterable[str]) -> dict[str, str]:
        """The keys of those target numbers that are bound; the oldest where several keys share a number."""
        return self._look_up(connection, entity, targets, asked="target", given="key")

    def bind(
        self,
        connection: str,
        entity: str,
        targets: Mapping[str, str],
        *,
        origin: Literal["auto", "manual"] = "auto",
        company: str | None = None,
        now: datetime | None = None,
    ) -> int:
        """Binds keys to target numbers; a manual binding is only ever replaced by another one. How many changed.

        Raises:
            SettingsError: the connection is new and no company is given, or it belongs to another company.
        """
        if company is None:
            company = self._database.company_of(connection)
        self._database.belongs(connection, company)
        wanted = {Whose(connection, company, entity, key): target for key, target in targets.items()}
        moment = now or utc_now()
        return self._database.write(lambda tx: crosswalk.bind(self._database, tx, wanted, origin=origin, now=moment))

    def _look_up(
        self, connection: str, entity: str, values: Iterable[str], *, asked: str, given: str
    ) -> dict[str, str]:
        wanted = sorted(set(values))
        column = links.c[asked]
        scope = sa.select(column, links.c[given]).where(links.c.connection == connection, links.c.entity == entity)
        found: dict[str, str] = {}
        for start in range(0, len(wanted), MOST):
            some = scope.where(column.in_(wanted[start : start + MOST])).order_by(links.c.id.desc())
            found |= self._database.read(partial(_pairs, some))
        return found


def _pairs(asked: sa.Select[Any], tx: Connection) -> dict[str, str]:
    return {row[0]: row[1] for row in tx.execute(asked)}
