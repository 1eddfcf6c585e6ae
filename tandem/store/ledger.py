"""The ledger: what became of every record, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tandem.entities.cargo import Cargo, Known
from tandem.entities.declaration import System
from tandem.entities.state import Fault, Outcome, State
from tandem.store.database import Database
from tandem.store.model import Line, Record, SettleReport
from tandem.store.settlement import settle
from tandem.store.tables import ledger, links, records
from tandem.store.whose import MOST, AnyRow


class Ledger:
    """Every record's present state and every pass that led to it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, connection: str, entity: str, keys: Iterable[str]) -> dict[str, Known]:
        """What is remembered of these records; one that never arrived and was never linked is absent.

        Version and content hash are those of the last pass that came to an end; payload and its hash are those of the
        last document that was written, or may have been.
        """
        wanted = sorted(set(keys))
        known: dict[str, Known] = {}
        for start in range(0, len(wanted), MOST):
            known |= self._linked(connection, entity, wanted[start : start + MOST])
            known |= self._remembered(connection, entity, wanted[start : start + MOST])
        return known

    def decided(self, connection: str, entity: str, keys: Iterable[str]) -> dict[str, datetime]:
        """When each of these records came to an end of a pass last; one that never did is absent."""
        wanted, found = sorted(set(keys)), dict[str, datetime]()
        scope = sa.select(records.c.key, records.c.updated_at)
        scope = scope.where(records.c.connection == connection, records.c.entity == entity)
        for start in range(0, len(wanted), MOST):
            some = scope.where(records.c.key.in_(wanted[start : start + MOST]))
            rows = self._database.read(lambda tx, some=some: tx.execute(some).all())  # type: ignore[misc]
            found |= {row.key: row.updated_at for row in rows}
        return found

    def settle(self, cargo: Sequence[Cargo], owner: str, now: datetime, flow_run_id: str | None = None) -> SettleReport:
        """Writes what became of a batch, in one transaction; a message whose lease was lost is left alone.

        Raises:
            ValueError: a cargo has no outcome; nothing was written.
            StoreUnavailable: nothing was written.
        """
        return settle(self._database, cargo, owner, now, flow_run_id)

    def find(self, number: str) -> list[Record]:
        """The records that go by this number: their key, what people call them, or their number in the target."""
        wanted = number.strip()
        asked = sa.union(*(sa.select(records.c.id).where(column == wanted) for column in _NUMBERS)).subquery()
        return self._records(sa.select(records).where(records.c.id.in_(sa.select(asked.c.id))))

    def records(
        self,
        connection: str,
        entity: str,
        *,
        states: Iterable[State] | None = None,
        after: int = 0,
        limit: int = 500,
    ) -> list[Record]:
        """Records in the order in which they were first seen; the next page goes on `after` the last one's id."""
        asked = sa.select(records).where(
            records.c.connection == connection, records.c.entity == entity, records.c.id > after
        )
        if states is not None:
            asked = asked.where(records.c.state.in_([str(state) for state in states]))
        return self._records(asked.limit(limit))

    def history(self, connection: str, entity: str, key: str) -> list[Line]:
        """Every pass over one record, the first one first."""
        asked = (
            sa.select(ledger)
            .where(ledger.c.connection == connection, ledger.c.entity == entity, ledger.c.key == key)
            .order_by(ledger.c.id)
        )
        return [_line(row) for row in self._database.read(lambda tx: tx.execute(asked).all())]

    def _records(self, asked: sa.Select[Any]) -> list[Record]:
        ordered = asked.order_by(records.c.id)
        return [_record(row) for row in self._database.read(lambda tx: tx.execute(ordered).all())]

    def _linked(self, connection: str, entity: str, keys: list[str]) -> dict[str, Known]:
        asked = {"connection": connection, "entity": entity, "keys": keys}
        rows = self._database.read(lambda tx: tx.execute(_LINKED, asked).all())
        return {
            row.key: Known(state=State.WAITING, target=row.target, manual_link=row.origin == "manual") for row in rows
        }

    def _remembered(self, connection: str, entity: str, keys: list[str]) -> dict[str, Known]:
        asked = {"connection": connection, "entity": entity, "keys": keys}
        return {row.key: _known(row) for row in self._database.read(lambda tx: tx.execute(_RECORDS, asked).all())}


def _some(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.c.connection == sa.bindparam("connection"),
        table.c.entity == sa.bindparam("entity"),
        table.c.key.in_(sa.bindparam("keys", expanding=True)),
    )


_NUMBERS = (records.c.key, records.c.number, records.c.target)
_REMEMBERED = ("key", "state", "version", "content_hash", "payload_hash", "payload", "written", "reason", "fault")
_SAME = sa.and_(*(records.c[name] == links.c[name] for name in ("connection", "company", "entity", "key")))
_LINKED = sa.select(links.c.key, links.c.target, links.c.origin).where(_some(links))
_RECORDS = (
    sa.select(*(records.c[name] for name in _REMEMBERED), links.c.target, links.c.origin)
    .select_from(records.outerjoin(links, _SAME))
    .where(_some(records))
)


def _known(row: AnyRow) -> Known:
    return Known(
        state=State(row.state),
        version=row.version,
        content_hash=row.content_hash,
        payload_hash=row.payload_hash,
        target=row.target,
        payload=row.payload,
        manual_link=row.origin == "manual",
        written=row.written,
        given_up=_given_up(row),
        fault=Fault(row.fault) if row.fault else None,
    )


def _given_up(row: AnyRow) -> Outcome | None:
    """A person's word that nobody will mend this state of the record; a rule's SKIPPED carries no class of fault."""
    if row.state != State.SKIPPED or not row.fault:
        return None
    return Outcome(state=State.SKIPPED, reason=row.reason, fault=Fault(row.fault))


def _record(row: AnyRow) -> Record:
    values = {name: row._mapping[name] for name in Record.__slots__}
    return Record(
        **values
        | {
            "state": State(row.state),
            "source": System(row.source),
            "fault": row.fault and Fault(row.fault),
        }
    )


def _line(row: AnyRow) -> Line:
    values = {name: row._mapping[name] for name in Line.__slots__}
    return Line(**values | {"state": State(row.state), "fault": row.fault and Fault(row.fault)})
