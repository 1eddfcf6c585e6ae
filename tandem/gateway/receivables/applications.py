"""Applications: an unapplied receipt pays an invoice, in whole or in part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, select, update

from tandem.gateway.company import periods
from tandem.gateway.company.calendar import Calendar
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict, Fault, Faulty, PeriodClosed
from tandem.gateway.company.limits import day_fault, first, number_fault
from tandem.gateway.company.numbering import Numbering
from tandem.gateway.company.required import require
from tandem.gateway.company.rows import Row, changed, insert_all
from tandem.gateway.ledger.accounts import Accounts
from tandem.gateway.models import ApplicationIn, Receipt
from tandem.gateway.receivables.distribution import RECEIVABLE, Sides
from tandem.gateway.receivables.documents import INVOICE, Documents
from tandem.gateway.receivables.receipt_check import cut, document_faults, open_faults
from tandem.gateway.receivables.receipt_read import ReceiptReader
from tandem.gateway.receivables.receipts import NEEDED, lettered


class Applications:
    """Applies unapplied receipts of one company."""

    def __init__(self, company: Company, reader: ReceiptReader, numbering: Numbering | None = None) -> None:
        self._company = company
        self._reader = reader
        self._documents = Documents(company)
        self._numbering = numbering or lettered(company, "A")

    def apply(self, connection: Connection, number: str, given: ApplicationIn) -> Receipt:
        """Writes one application in the caller's transaction; gives the receipt as it stands now.

        Raises:
            NotFound: there is no such receipt.
            Conflict: the external id has been entered, a table is missing, or the receipt is void or pays a document.
            Faulty: with every fault of the application.
            PeriodClosed: its date lies in a closed period and is not to be moved.
        """
        require(self._company, NEEDED)
        receipt = self._reader.get(connection, number)
        self._require_new(connection, given)
        if self._documents.header(connection, receipt.receipt_no) is None or receipt.invoice_no:
            raise Conflict("nothing-to-apply", f"receipt {receipt.receipt_no} pays a document, or is there no more")
        receipt = self._reader.get(connection, number)  # as it is now that its document is locked
        if receipt.status == "void":
            raise Conflict("nothing-to-apply", f"receipt {receipt.receipt_no} is void")
        invoice = self._documents.header(connection, given.invoice_no)
        accounts = Accounts(self._company).known(connection, {line.account for line in given.distribution})
        sides = Sides(given.distribution, RECEIVABLE, -given.amount, receipt.exchange_rate)
        faults = [
            *self._faults(connection, given, receipt, invoice),
            *first(day_fault("ApplicationDate", "arcash.dtepaid", given.application_date)),
            *sides.faults(accounts, self._company),
        ]
        day = self._day(connection, given, faults)
        (applied,) = self._numbering.take(connection, 1)
        self._write(connection, given, receipt, applied, day, -sides.owed_in_base())
        sides.write(connection, self._company, accounts, applied, day)
        return self._reader.get(connection, receipt.receipt_no)

    def _day(self, connection: Connection, given: ApplicationIn, faults: list[Fault]) -> date:
        """The day that it is entered under, if it has no faults."""
        company, day = self._company, given.application_date
        calendar = Calendar.around(connection, company, day)
        closed = periods.period_faults(day, "ApplicationDate", "application", calendar, company)
        if faults:
            raise Faulty([*faults, *closed])
        if closed:
            raise PeriodClosed(closed)
        return periods.open_day(day, calendar, company)

    def _faults(
        self, connection: Connection, given: ApplicationIn, receipt: Receipt, invoice: Row | None
    ) -> Iterator[Fault]:
        if invoice is None or invoice["artype"] != INVOICE:
            message = "there is no invoice of this number"
            yield Fault("InvoiceNo", "arcash.invno", "unknown-invoice", message, given.invoice_no)
        else:
            yield from document_faults(invoice, "InvoiceNo", receipt.customer_no, receipt.currency)
            yield from open_faults(invoice, self._documents.left(connection, invoice), given.amount, "arcash.paidamt")
        if given.amount > receipt.unapplied:
            message = f"of receipt {receipt.receipt_no} only {receipt.unapplied:f} is unapplied"
            yield Fault("Amount", "armast.balance", "more-than-unapplied", message, f"{given.amount:f}")
        yield from first(number_fault(self._company.tables.arcash, "paidamt", "Amount", given.amount))

    def _write(
        self, connection: Connection, given: ApplicationIn, receipt: Receipt, number: str, day: date, base: Decimal
    ) -> None:
        """Cash on the invoice and off the receipt, the companion row, and the stamp of the receipt."""
        tables, stamp = self._company.tables, self._company.stamp()
        cash = {
            "custno": receipt.customer_no,
            "refno": cut(tables.arcash, "refno", receipt.reference_no),
            "dtepaid": day,
            "currid": receipt.currency,
            **stamp.added(),
        }
        paid = {"invno": given.invoice_no.strip(), "paidamt": given.amount}
        taken = {"invno": receipt.receipt_no, "paidamt": -given.amount}
        insert_all(connection, tables.arcash, [{**cash, **paid}, {**cash, **taken}])
        companion = {
            "applno": number,
            "extid": given.external_application_id,
            "rcptno": receipt.receipt_no,
            "invno": given.invoice_no.strip(),
            "amount": given.amount,
            "bamount": base,
            "appldate": day,
            "owndate": None if given.application_date == day else given.application_date,
            "recorded": self._company.clock().isoformat(timespec="milliseconds"),
        }
        insert_all(connection, tables.tdappl, [companion])
        own = tables.tdrcpt
        touched = changed(own, {"lckdate": stamp.day, "lcktime": stamp.clock})
        connection.execute(update(own).where(own.c.rcptno == receipt.receipt_no).values(touched))

    def _require_new(self, connection: Connection, given: ApplicationIn) -> None:
        table, extid = self._company.tables.tdappl, given.external_application_id
        rows = connection.execute(select(table.c.applno, table.c.rcptno).where(table.c.extid == extid))
        for applied, receipt in rows:
            detail = f"external application {extid} is application {applied} of receipt {receipt}"
            existing = {"ReceiptNo": receipt, "ApplicationNo": applied}
            raise Conflict("duplicate-external-application", detail, {"existing": existing})
