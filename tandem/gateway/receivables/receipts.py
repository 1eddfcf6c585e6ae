"""Receipts: entered unposted, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, select

from tandem.gateway import entering
from tandem.gateway.company import periods
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict, Fault, Faulty, PeriodClosed
from tandem.gateway.company.limits import width_of
from tandem.gateway.company.numbering import Lettered, Numbering
from tandem.gateway.company.required import require
from tandem.gateway.company.rows import Row, insert_all
from tandem.gateway.models import Receipt, ReceiptIn
from tandem.gateway.receivables.documents import OPEN_CREDIT
from tandem.gateway.receivables.receipt_check import ReceiptBasis, cut, receipt_faults
from tandem.gateway.receivables.receipt_read import ReceiptReader

NEEDED = "armast artran arcash ardist glacnt tdrcpt tdappl tddist"
GROUP = 50
"""Receipts in one transaction; each is some ten statements."""

_ONE = Decimal(1)


class Receipts:
    """Enters receipts into one company."""

    def __init__(self, company: Company, reader: ReceiptReader, numbering: Numbering | None = None) -> None:
        self._company = company
        self._reader = reader
        self._numbering = numbering or lettered(company, "R")
        self._entering = entering.Entering(company, entering.in_groups(GROUP), entering.one_by_one(self.enter))

    def create_many(
        self, receipts: Sequence[ReceiptIn], record: entering.Record[Receipt] | None = None
    ) -> list[entering.Outcome[Receipt]]:
        """Enter receipts, each for itself: one outcome for each, in their order, durable when this returns."""
        return self._entering.many(receipts, record)

    def faults(self, given: ReceiptIn) -> list[Fault]:
        """Every fault of a receipt that is not going to be written.

        Raises:
            Conflict: the company lacks a table that receipts need.
        """
        require(self._company, NEEDED)
        with self._company.read() as connection:
            return receipt_faults(given, ReceiptBasis.read(connection, self._company, given), self._company)

    def enter(self, connection: Connection, given: ReceiptIn) -> Receipt:
        """Writes one receipt in the caller's transaction.

        Raises:
            Conflict: the external id has been entered, or a table is missing.
            Faulty: with every fault of the receipt.
            PeriodClosed: its date lies in a closed period and is not to be moved.
            CompanyError: the company refuses the write.
        """
        company = self._company
        require(company, NEEDED)
        self._require_new(connection, given)
        basis = ReceiptBasis.read(connection, company, given)
        faults = receipt_faults(given, basis, company)
        closed = periods.period_faults(given.receipt_date, "ReceiptDate", "receipt", basis.calendar, company)
        if faults or basis.customer is None:
            raise Faulty([*faults, *closed])
        if closed:
            raise PeriodClosed(closed)
        (number,) = self._numbering.take(connection, 1)
        day = periods.open_day(given.receipt_date, basis.calendar, company)
        if basis.document is None:
            insert_all(connection, company.tables.armast, [self._credit(given, basis, basis.customer, number, day)])
        else:
            insert_all(connection, company.tables.arcash, [self._cash(given, basis, basis.document, day)])
        insert_all(connection, company.tables.tdrcpt, [self._companion(given, basis, number, day)])
        basis.sides(given).write(connection, company, basis.accounts, number, day)
        return self._reader.get(connection, number)

    def _credit(self, given: ReceiptIn, basis: ReceiptBasis, customer: Row, number: str, day: date) -> Row:
        """The ARMAST row of an unapplied receipt: an open credit, so its amounts are below zero."""
        moved, base = given.receipt_date != day, basis.sides(given).owed_in_base()
        return {
            "invno": number,
            "custno": customer["custno"],
            "invdte": day,
            "artype": OPEN_CREDIT,
            "refno": cut(self._company.tables.armast, "refno", given.reference_no),
            "invamt": -given.amount,
            "balance": -given.amount,
            "binvamt": base,
            "bbal": base,
            "glarec": customer["gllink"],
            "salesmn": customer["salesmn"],
            "terr": customer["terr"],
            "currid": basis.code(given),
            "exchrat": given.exchange_rate or _ONE,
            "notes": periods.mark(given.receipt_date, "receipt") if moved else "",
            **self._company.stamp().added(),
        }

    def _cash(self, given: ReceiptIn, basis: ReceiptBasis, document: Row, day: date) -> Row:
        """The ARCASH row of a receipt that pays a document."""
        return {
            "custno": document["custno"],
            "invno": document["invno"],
            "refno": cut(self._company.tables.arcash, "refno", given.reference_no),
            "paidamt": given.amount,
            "dtepaid": day,
            "currid": basis.code(given),
            **self._company.stamp().added(),
        }

    def _companion(self, given: ReceiptIn, basis: ReceiptBasis, number: str, day: date) -> Row:
        stamp = self._company.stamp()
        return {
            "rcptno": number,
            "extid": given.external_receipt_id,
            "custno": given.customer_no.strip().upper(),
            "invno": "" if basis.document is None else basis.document["invno"],
            "amount": given.amount,
            "bamount": -basis.sides(given).owed_in_base(),
            "rcptdate": day,
            "owndate": None if given.receipt_date == day else given.receipt_date,
            "currid": basis.code(given),
            "exchrat": given.exchange_rate or _ONE,
            "refno": given.reference_no,
            "cashref": cut(self._company.tables.arcash, "refno", given.reference_no),
            "tender": given.tender,
            "adddate": stamp.day,
            "addtime": stamp.clock,
            "recorded": self._company.clock().isoformat(timespec="milliseconds"),
        }

    def _require_new(self, connection: Connection, given: ReceiptIn) -> None:
        table, extid = self._company.tables.tdrcpt, given.external_receipt_id
        existing = connection.scalars(select(table.c.rcptno).where(table.c.extid == extid)).first()
        if existing is not None:
            detail = f"external receipt {extid} is receipt {existing}"
            raise Conflict("duplicate-external-receipt", detail, {"existing": {"ReceiptNo": existing}})


def lettered(company: Company, letter: str) -> Lettered:
    """Numbers of receipts (R) or applications (A), as wide as every column that one is written to."""
    tables = company.tables
    column = {"R": tables.tdrcpt.c.rcptno, "A": tables.tdappl.c.applno}[letter]
    places = ((tables.armast, "invno"), (tables.ardist, "tranno"), (column.table, column.key))
    return Lettered(letter, column, min(width_of(table, name) for table, name in places))
