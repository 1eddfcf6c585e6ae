"""What Sage Pro has posted, told by its own columns: a distribution row without a session is not posted yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.models import Distribution

VOID, DELETED = "V", "X"


@dataclass(frozen=True, slots=True)
class Posting:
    """Whether a document is posted, in which session, and in which batch it went to the ledger.

    A document without distribution rows counts as posted: it was entered at the screens, or its rows were purged.
    """

    posted: bool = True
    session: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Distributions:
    """Distribution rows by the number of their document."""

    sage: Mapping[str, Sequence[Row]]
    own: Mapping[str, Sequence[Row]]

    @classmethod
    def read(cls, connection: Connection, company: Company, numbers: Iterable[str]) -> Distributions:
        """The rows of these documents."""
        tables, wanted = company.tables, sorted(set(numbers))
        sage: dict[str, list[Row]] = {}
        own: dict[str, list[Row]] = {}
        for name, columns, order, found in (
            ("ardist", "tranno glacnt amount arsess glbatch", "glacnt", sage),
            ("tddist", "tranno tranlineno glacnt kind amount bamount", "tranlineno", own),
        ):
            if not tables.has(name):
                continue
            table = getattr(tables, name)
            for part in chunks(wanted):
                statement = select(*labelled(table, columns)).where(table.c.tranno.in_(part))
                for row in fetch(connection, statement.order_by(table.c.tranno, table.c[order]), table):
                    found.setdefault(row["tranno"], []).append(row)
        return cls(sage, own)

    def posting(self, number: str) -> Posting:
        """What of the document is posted; all of its rows are, or it is not."""
        rows = self.sage.get(number, ())
        return Posting(
            posted=all(row["arsess"] for row in rows),
            session=max((row["arsess"] for row in rows), default=""),
            batch=max((row["glbatch"] for row in rows), default=""),
        )

    def shown(self, number: str) -> list[Distribution]:
        """The lines as they were entered here; of another document, the rows of ARDIST."""
        return [
            Distribution(account=row["glacnt"], amount=row["amount"], kind=row["kind"], base_amount=row["bamount"])
            for row in self.own.get(number, ())
        ] or [
            Distribution(account=row["glacnt"], amount=row["amount"], kind="", base_amount=row["amount"])
            for row in self.sage.get(number, ())
        ]
