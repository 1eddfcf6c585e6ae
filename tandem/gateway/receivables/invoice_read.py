"""Invoices read in bulk: header, lines, distribution and companion rows, open or from history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import NotFound
from tandem.gateway.company.required import require
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.models import Invoice
from tandem.gateway.receivables.documents import Documents
from tandem.gateway.receivables.invoice_shown import Parts, invoice
from tandem.gateway.receivables.posting import Distributions

_NONE = Decimal("0.00")
_LINE = "invno tranlineno item descrip qtyshp price disc extprice loctid"


@dataclass(slots=True)
class InvoiceReader:
    """Reads invoices, credit memos and open credits of one company."""

    company: Company

    def get(self, connection: Connection, number: str) -> Invoice:
        """One document by its number, open or in history.

        Raises:
            NotFound: there is none.
            Conflict: the company has no table of invoices.
        """
        number = number.strip()
        found = self.by_number(connection, [number])
        if number not in found:
            raise NotFound(f"there is no invoice {number}, neither open nor in history")
        return found[number]

    def by_number(self, connection: Connection, numbers: Sequence[str]) -> dict[str, Invoice]:
        """Documents by number.

        Raises:
            Conflict: the company has no table of invoices.
        """
        require(self.company, "armast artran")
        documents = Documents(self.company)
        headers = documents.headers(connection, numbers)
        lines = grouped(documents.lines(connection, _LINE, "invno", sorted(headers)), "invno")
        memos = documents.memos(connection, sorted(headers))
        pending = documents.pending(connection, headers)
        states = Distributions.read(
            connection, self.company, (*headers, *(memo["invno"] for several in memos.values() for memo in several))
        )
        companions = {row["invno"]: row for row in self._own(connection, "tdinv", headers)}
        references = grouped(self._own(connection, "tdinvl", headers), "invno")
        external = self._orders(connection, headers.values())
        return {
            number: invoice(
                Parts(
                    header=header,
                    lines=lines.get(number, ()),
                    companion=companions.get(number, {}),
                    references={row["tranlineno"]: row for row in references.get(number, ())},
                    memos=[memo for memo in memos.get(number, ()) if states.posting(memo["invno"]).posted],
                    posting=states.posting(number),
                    distribution=states.shown(number),
                    pending=pending.get(number, _NONE),
                    external_order=external.get(header["ornum"]),
                ),
                self.company.policy.zone,
            )
            for number, header in headers.items()
        }

    def _own(self, connection: Connection, name: str, numbers: Iterable[str]) -> list[Row]:
        """The companion rows of these documents; none where the company has no such table."""
        rows: list[Row] = []
        if self.company.tables.has(name):
            table = getattr(self.company.tables, name)
            for part in chunks(sorted(numbers)):
                rows.extend(fetch(connection, select(*labelled(table)).where(table.c.invno.in_(part)), table))
        return rows

    def _orders(self, connection: Connection, headers: Iterable[Row]) -> dict[str, str]:
        table = self.company.tables.tdorder
        found: dict[str, str] = {}
        for part in chunks(sorted({header["ornum"] for header in headers} - {""})):
            statement = select(table.c.sono, table.c.extid).where(table.c.sono.in_(part))
            found |= {row[0]: row[1] for row in connection.execute(statement)}
        return found


def grouped(rows: Iterable[Row], key: str) -> Mapping[str, list[Row]]:
    """Rows by what stands in one of their columns."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found
