"""The company's fiscal calendar (SYCDFIS): which days lie in a period that its bookkeeper has closed.

Only the table's name is known for certain, its columns are not: a site where `begdate`, `enddate` or `closed` are
missing, or whose table is empty, has no calendar here, and then nothing is checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import Row, fetch
from tandem.gateway.company.tables import labelled

_NEEDED = frozenset({"begdate", "enddate", "closed"})
_STILL_OPEN = frozenset({"", "N"})


@dataclass(frozen=True, slots=True)
class Period:
    """One fiscal period; both days belong to it."""

    name: str
    first: date
    last: date
    closed: bool
    year: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Periods from some day on, in their order."""

    periods: tuple[Period, ...] = ()

    @classmethod
    def read(
        cls, connection: Connection, company: Company, days: Iterable[date], *, limit: int | None = None
    ) -> Calendar:
        """The periods that end on the earliest of these days or later, the first so many of them."""
        table = company.tables.sycdfis
        earliest = min(days, default=None)
        if earliest is None or not company.tables.has("sycdfis") or not _NEEDED.issubset(table.c.keys()):
            return cls()
        statement = select(*labelled(table)).where(table.c.enddate >= earliest)
        if "compid" in table.c:
            statement = statement.where(table.c.compid == company.policy.company)
        if limit is not None:
            statement = statement.order_by(table.c.enddate).limit(limit)
        found = [_period(row) for row in fetch(connection, statement, table) if row["begdate"] and row["enddate"]]
        return cls(tuple(sorted(found, key=lambda period: period.first)))

    @classmethod
    def around(cls, connection: Connection, company: Company, day: date) -> Calendar:
        """The periods that a document of this day needs: its own, and the later ones only if that is closed."""
        nearest = cls.read(connection, company, [day], limit=1)
        return nearest if nearest.closed_on(day) is None else cls.read(connection, company, [day])

    def on(self, day: date) -> Period | None:
        """The period that a day lies in, open or closed; None if it lies in none."""
        return next((period for period in self.periods if period.first <= day <= period.last), None)

    def closed_on(self, day: date) -> Period | None:
        """The closed period that a day lies in; None if its period is open, or it lies in none."""
        return next((period for period in self.periods if period.closed and period.first <= day <= period.last), None)

    def first_open_day(self, after: date) -> date | None:
        """The first day after this one that lies in an open period; None if there is none."""
        return next((period.first for period in self.periods if not period.closed and period.first > after), None)


def _period(row: Row) -> Period:
    name = "-".join(part.strip() for part in (row["fisyr"], row["period"]) if part.strip())
    closed = row["closed"].strip().upper() not in _STILL_OPEN
    shown = name or row["begdate"].isoformat()
    return Period(shown, row["begdate"], row["enddate"], closed, row["fisyr"].strip(), row["period"].strip())
