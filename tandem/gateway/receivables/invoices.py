"""Invoices and credit memos: entered unposted, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from tandem.gateway import entering
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict, Fault, Faulty, PeriodClosed
from tandem.gateway.company.numbering import Numbering, invoice_numbers
from tandem.gateway.company.periods import open_day, period_faults
from tandem.gateway.company.required import require
from tandem.gateway.company.rows import insert_all
from tandem.gateway.models import Invoice, InvoiceIn
from tandem.gateway.receivables.basis import Basis, sides
from tandem.gateway.receivables.documents import Documents
from tandem.gateway.receivables.invoice_check import invoice_faults
from tandem.gateway.receivables.invoice_read import InvoiceReader
from tandem.gateway.receivables.invoice_rows import Invoicing

NEEDED = "armast artran ardist glacnt tdinv tdinvl tddist tdrcpt tdappl"
GROUP = 50
"""Invoices in one transaction; each is some fifteen statements."""


class Invoices:
    """Enters invoices into one company."""

    def __init__(self, company: Company, reader: InvoiceReader, numbering: Numbering | None = None) -> None:
        self._company = company
        self._reader = reader
        self._documents = Documents(company)
        policy = company.policy
        self._numbering = numbering or invoice_numbers(company.tables, policy.company, policy.invoice_numbers)
        self._entering = entering.Entering(company, entering.in_groups(GROUP), entering.one_by_one(self.enter))

    def create_many(
        self, invoices: Sequence[InvoiceIn], record: entering.Record[Invoice] | None = None
    ) -> list[entering.Outcome[Invoice]]:
        """Enter invoices, each for itself: one outcome for each, in their order, durable when this returns."""
        return self._entering.many(invoices, record)

    def faults(self, given: InvoiceIn) -> list[Fault]:
        """Every fault of an invoice that is not going to be written.

        Raises:
            Conflict: the company lacks a table that invoices need.
        """
        require(self._company, NEEDED)
        with self._company.read() as connection:
            return invoice_faults(given, self._basis(connection, given), self._company)

    def enter(self, connection: Connection, given: InvoiceIn) -> Invoice:
        """Writes one invoice in the caller's transaction.

        Raises:
            Conflict: the external id has been entered, how invoices are numbered is not known, or a table is missing.
            Faulty: with every fault of the invoice.
            PeriodClosed: its date lies in a closed period and is not to be moved.
            CompanyError: the company cannot number invoices, or refuses the write.
        """
        company, tables = self._company, self._company.tables
        require(company, NEEDED)
        self._require_new(connection, given)
        basis = self._basis(connection, given)
        faults = invoice_faults(given, basis, company)
        closed = period_faults(given.invoice_date, "InvoiceDate", "invoice", basis.calendar, company)
        if faults or basis.order is None:
            raise Faulty([*faults, *closed])
        if closed:
            raise PeriodClosed(closed)
        (number,) = self._numbering.take(connection, 1)
        day = open_day(given.invoice_date, basis.calendar, company)
        made = Invoicing(given, basis, basis.order, number, day, company)
        insert_all(connection, tables.armast, [made.header()])
        insert_all(connection, tables.artran, list(made.lines()))
        insert_all(connection, tables.tdinv, [made.companion()])
        insert_all(connection, tables.tdinvl, list(made.references()))
        sides(given).write(connection, company, basis.accounts, number, day)
        return self._reader.get(connection, number)

    def _basis(self, connection: Connection, given: InvoiceIn) -> Basis:
        return Basis.read(connection, self._company, self._documents, given)

    def _require_new(self, connection: Connection, given: InvoiceIn) -> None:
        table, extid = self._company.tables.tdinv, given.external_invoice_id
        existing = connection.scalars(select(table.c.invno).where(table.c.extid == extid)).first()
        if existing is not None:
            detail = f"external invoice {extid} is invoice {existing}"
            raise Conflict("duplicate-external-invoice", detail, {"existing": {"InvoiceNo": existing}})
