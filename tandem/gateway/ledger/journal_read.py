"""Journals read in bulk: those that were entered here, with what has become of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from tandem.gateway import etag
from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import updated
from tandem.gateway.company.faults import NotFound
from tandem.gateway.company.required import require
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.stamps import moment_of_text
from tandem.gateway.company.tables import labelled
from tandem.gateway.listing import Place, Slice, Window
from tandem.gateway.models import Journal, JournalLine
from tandem.gateway.models.journal import JournalStatus

_NEEDED = "glhunp gldunp tdjrnl"
_KEY = ("glbatch", "entryno")


@dataclass(frozen=True, slots=True)
class JournalQuery:
    """Which journals a list is to hold; the days belong to it."""

    window: Window
    external_ids: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(slots=True)
class JournalReader:
    """Reads the journals of one company."""

    company: Company

    def get(self, connection: Connection, number: str) -> Journal:
        """One journal by its number.

        Raises:
            NotFound: there is none.
            Conflict: the company lacks a table of journals.
        """
        number = number.strip().upper()
        found = self.by_number(connection, [number])
        if number not in found:
            raise NotFound(f"there is no journal {number}")
        return found[number]

    def by_number(self, connection: Connection, numbers: Sequence[str]) -> dict[str, Journal]:
        """Journals by number.

        Raises:
            Conflict: the company lacks a table of journals.
        """
        require(self.company, _NEEDED)
        tables, own = self.company.tables, self.company.tables.tdjrnl
        found: dict[str, Journal] = {}
        for part in chunks(sorted(set(numbers))):
            statement = select(*labelled(own), self._stamp().label("updated")).select_from(self._joined())
            rows = fetch(connection, statement.where(own.c.glbatch.in_(part)), own)
            headers = {_key(row): row for row in self._rows(connection, tables.glhunp, part)}
            lines: dict[tuple[str, ...], list[Row]] = {}
            for row in self._rows(connection, tables.gldunp, part):
                lines.setdefault(_key(row), []).append(row)
            for row in rows:
                found[row["glbatch"]] = self._journal(row, headers.get(_key(row)), lines.get(_key(row), []))
        return found

    def page(self, connection: Connection, query: JournalQuery) -> Slice[Journal]:
        """One page of journals by the moment of their last change.

        Raises:
            Conflict: the company lacks a table of journals.
        """
        require(self.company, _NEEDED)
        own, stamp = self.company.tables.tdjrnl, self._stamp()
        conditions = query.window.conditions(stamp, [own.c.glbatch], self.company.policy.zone)
        if query.external_ids:
            conditions.append(own.c.extid.in_(query.external_ids))
        if query.first is not None:
            conditions.append(own.c.jrnldate >= query.first)
        if query.last is not None:
            conditions.append(own.c.jrnldate <= query.last)
        statement = (
            select(own.c.glbatch.label("glbatch"), stamp.label("updated"))
            .select_from(self._joined())
            .where(*conditions)
            .order_by(stamp, own.c.glbatch)
            .limit(query.window.limit + 1)
        )
        cut = query.window.cut(fetch(connection, statement), lambda row: Place(row["updated"], (row["glbatch"],)))
        return cut.map(lambda rows: self._in_order(connection, [row["glbatch"] for row in rows]))

    def _in_order(self, connection: Connection, numbers: Sequence[str]) -> list[Journal]:
        found = self.by_number(connection, numbers)
        return [found[number] for number in numbers]

    def _joined(self) -> Any:
        own, header = self.company.tables.tdjrnl, self.company.tables.glhunp
        return own.outerjoin(header, and_(*(header.c[name] == own.c[name] for name in _KEY)))

    def _stamp(self) -> ColumnElement[str]:
        """The last change of the entry, or our own stamp once the entry is gone or was never stamped."""
        tables = self.company.tables
        return func.coalesce(func.nullif(updated(tables.glhunp), " "), updated(tables.tdjrnl))

    def _rows(self, connection: Connection, table: Any, numbers: Sequence[str]) -> list[Row]:
        keys = [table.c[name] for name in (*_KEY, *(["tranlineno"] if "tranlineno" in table.c else []))]
        statement: Select[Any] = select(*labelled(table)).where(table.c.glbatch.in_(numbers))
        return fetch(connection, statement.order_by(*keys), table)

    def _journal(self, row: Row, header: Row | None, lines: Sequence[Row]) -> Journal:
        shown = header or {}
        made = Journal(
            e_tag="",
            journal_no=row["glbatch"],
            external_journal_id=row["extid"],
            status=_status(header),
            journal_date=shown.get("trandte") or row["jrnldate"],
            own_date=row["owndate"],
            fiscal_year=shown.get("fisyr", ""),
            period=shown.get("period", ""),
            description=row["descrip"],
            reference_no=row["refno"],
            lines=[
                JournalLine(
                    line_no=line["tranlineno"],
                    account=line["glacnt"],
                    amount=line["amount"],
                    description=line["descrip"],
                )
                for line in lines
            ],
            updated_at=moment_of_text(row["updated"], self.company.policy.zone),
        )
        return etag.seal(made)


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in _KEY)


def _status(header: Row | None) -> JournalStatus:
    if header is None:
        return "gone"
    return "posted" if header["posted"] else "unposted"
