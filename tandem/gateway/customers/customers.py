"""Customers read from ARCUST, with their ship-tos and the shop's ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.custom import allowed
from tandem.gateway.company.expressions import email_key, updated
from tandem.gateway.company.faults import NotFound
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.customers.records import COLUMNS, SHIP_TO_COLUMNS, customer_out
from tandem.gateway.listing import Place, Slice, Window
from tandem.gateway.models import Customer


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of a list of customers; e-mail and name count when equal but for outer blanks and case."""

    emails: Sequence[str] = ()
    external_ids: Sequence[str] = ()
    company: str | None = None


def folded(text: str) -> str:
    """What two e-mail addresses or names are compared by."""
    return text.strip().casefold()


def _spellings(keys: Sequence[str]) -> list[str]:
    """The keys as the database's own lower() may write them: it leaves letters beyond ASCII as they are."""
    upper = (_ascii_lower(key.upper()) for key in keys)
    return sorted({*keys, *upper})


def _ascii_lower(text: str) -> str:
    return "".join(mark.lower() if mark.isascii() else mark for mark in text)


class Customers:
    """The customers of one company."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._tables = company.tables
        self._stamp = updated(company.tables.arcust)
        self._custom = sorted(allowed(company, company.tables.arcust))

    def get(self, connection: Connection, number: str) -> Customer:
        """One customer.

        Raises:
            NotFound: there is no such customer.
        """
        return self.records(connection, [self.row(connection, number)])[0]

    def row(self, connection: Connection, number: str, *, lock: bool = False) -> Row:
        """The row of one customer, by its number as given or in capitals.

        Raises:
            NotFound: there is no such customer.
        """
        table = self._tables.arcust
        spellings = [number.strip(), number.strip().upper()]
        statement = self._select().where(table.c.custno.in_(spellings))
        if lock:
            statement = statement.with_hint(table, "WITH (UPDLOCK)", "mssql")
        rows = {row["custno"]: row for row in fetch(connection, statement, table)}
        for spelling in spellings:
            if spelling in rows:
                return rows[spelling]
        raise NotFound(f"there is no customer {number}")

    def page(self, connection: Connection, window: Window, wanted: Wanted) -> Slice[Customer]:
        """Customers by the moment of their last change."""
        custno = self._tables.arcust.c.custno
        conditions = [
            *window.conditions(self._stamp, [custno], self._company.policy.zone),
            *self._conditions(wanted),
        ]
        statement = self._select().where(*conditions).order_by(self._stamp, custno).limit(window.limit + 1)
        rows = fetch(connection, statement, self._tables.arcust)
        page = window.cut(rows, lambda row: Place(row["updated"], (row["custno"],)))
        return page.map(lambda kept: self.records(connection, [row for row in kept if _meets(row, wanted)]))

    def records(self, connection: Connection, rows: Sequence[Row]) -> list[Customer]:
        """The customers of these rows, with what stands in other tables read for all of them at once."""
        numbers = [row["custno"] for row in rows]
        external = self._external(connection, numbers)
        exempt = self._exempt(connection, numbers)
        ship_tos = self._ship_tos(connection, numbers)
        return [
            customer_out(
                row,
                external=external[row["custno"]],
                exempt=exempt.get(row["custno"], ""),
                ship_tos=ship_tos[row["custno"]],
                custom={name: str(row[name]) for name in self._custom},
                zone=self._company.policy.zone,
            )
            for row in rows
        ]

    def _select(self) -> Select[Any]:
        columns = f"{COLUMNS} {' '.join(self._custom)}"
        return select(*labelled(self._tables.arcust, columns), self._stamp.label("updated"))

    def _conditions(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        table, links = self._tables.arcust, self._tables.tdcust
        conditions: list[ColumnElement[bool]] = []
        if wanted.emails:
            keys = [folded(email) for email in wanted.emails]
            conditions.append(email_key(table).in_(_spellings(keys)))
        if wanted.external_ids:
            linked = select(links.c.custno).where(links.c.extid.in_(wanted.external_ids))
            conditions.append(table.c.custno.in_(linked))
        if wanted.company is not None:
            conditions.append(func.lower(table.c.company).in_(_spellings([folded(wanted.company)])))
        return conditions

    def _external(self, connection: Connection, numbers: Sequence[str]) -> dict[str, list[str]]:
        table = self._tables.tdcust
        found: dict[str, list[str]] = defaultdict(list)
        for part in chunks(numbers):
            statement = select(table.c.custno, table.c.extid).where(table.c.custno.in_(part))
            for number, extid in connection.execute(statement.order_by(table.c.recorded, table.c.extid)):
                found[number].append(extid)
        return found

    def _exempt(self, connection: Connection, numbers: Sequence[str]) -> dict[str, str]:
        table = self._tables.tdprof
        found: dict[str, str] = {}
        for part in chunks(numbers):
            statement = select(table.c.custno, table.c.exemptcode).where(table.c.custno.in_(part))
            found |= {row[0]: row[1] for row in connection.execute(statement)}
        return found

    def _ship_tos(self, connection: Connection, numbers: Sequence[str]) -> dict[str, list[Row]]:
        table = self._tables.arcadr
        found: dict[str, list[Row]] = defaultdict(list)
        for part in chunks(numbers):
            statement: Select[Any] = select(*labelled(table, SHIP_TO_COLUMNS)).where(table.c.custno.in_(part))
            for row in fetch(connection, statement.order_by(table.c.custno, table.c.cshipno), table):
                found[row["custno"]].append(row)
        return found


def _meets(row: Row, wanted: Wanted) -> bool:
    """The database's comparison is the wider one (collations may ignore accents): equal means equal here."""
    emails = {folded(email) for email in wanted.emails}
    if emails and folded(row["email"]) not in emails:
        return False
    return wanted.company is None or folded(row["company"]) == folded(wanted.company)
