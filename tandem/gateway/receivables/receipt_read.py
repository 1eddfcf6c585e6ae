"""Receipts read in bulk: those that were entered here, with what has become of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select

from tandem.gateway import etag
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import NotFound
from tandem.gateway.company.required import require
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.stamps import moment_of_text
from tandem.gateway.company.tables import labelled
from tandem.gateway.listing import Place, Slice
from tandem.gateway.models import Application, Receipt
from tandem.gateway.models.receipt import ReceiptStatus
from tandem.gateway.receivables.documents import Documents, is_void
from tandem.gateway.receivables.invoice_read import grouped
from tandem.gateway.receivables.posting import Distributions
from tandem.gateway.receivables.receipt_stamps import ReceiptQuery, keys_of, stamps_of
from tandem.values import ZERO

_NONE = Decimal("0.00")
Paid = tuple[str, str, Decimal]
"""A receipt as ARCASH has it: document, reference, amount."""


@dataclass(slots=True)
class ReceiptReader:
    """Reads the receipts of one company."""

    company: Company

    def get(self, connection: Connection, number: str) -> Receipt:
        """One receipt by its number.

        Raises:
            NotFound: there is none.
            Conflict: the company lacks the companion tables of receipts.
        """
        number = number.strip().upper()
        found = self.by_number(connection, [number])
        if number not in found:
            raise NotFound(f"there is no receipt {number}")
        return found[number]

    def by_number(self, connection: Connection, numbers: Sequence[str]) -> dict[str, Receipt]:
        """Receipts by number.

        Raises:
            Conflict: the company lacks the companion tables of receipts.
        """
        require(self.company, "armast artran arcash tdrcpt tdappl")
        documents = Documents(self.company)
        rows = self._rows(connection, numbers)
        own = [row["rcptno"] for row in rows if not row["invno"]]
        open_credits = documents.headers(connection, own)
        pending = documents.pending(connection, own)
        cash = self._cash(connection, [row["invno"] for row in rows])
        applications = grouped(self._applications(connection, [row["rcptno"] for row in rows]), "rcptno")
        several = [one["applno"] for listed in applications.values() for one in listed]
        states = Distributions.read(connection, self.company, [*(row["rcptno"] for row in rows), *several])
        stamps = stamps_of(connection, self.company, [row["rcptno"] for row in rows])
        found: dict[str, Receipt] = {}
        for row in rows:
            number, credit = row["rcptno"], open_credits.get(row["rcptno"])
            paid = (row["invno"], row["cashref"], row["amount"])
            void = paid not in cash if row["invno"] else credit is None or is_void(credit)
            left = _NONE if void or credit is None else pending.get(number, ZERO) - credit["balance"]
            found[number] = self._shown(row, void, left, applications.get(number, ()), states, stamps[number])
        return found

    def _shown(
        self,
        row: Row,
        void: bool,
        left: Decimal,
        applications: Sequence[Row],
        states: Distributions,
        stamp: str,
    ) -> Receipt:
        number, posting = row["rcptno"], states.posting(row["rcptno"])
        status: ReceiptStatus = "void" if void else "posted" if posting.posted else "unposted"
        made = Receipt(
            e_tag="",
            receipt_no=number,
            external_receipt_id=row["extid"],
            status=status,
            customer_no=row["custno"],
            invoice_no=row["invno"],
            amount=row["amount"],
            base_amount=row["bamount"],
            receipt_date=row["rcptdate"],
            own_date=row["owndate"],
            currency=row["currid"],
            exchange_rate=row["exchrat"],
            reference_no=row["refno"],
            tender=row["tender"],
            distribution=states.shown(number),
            applied=_NONE if void else row["amount"] - left,
            unapplied=left,
            applications=[_application(one, states) for one in applications],
            session=posting.session,
            ledger_batch=posting.batch,
            updated_at=moment_of_text(stamp, self.company.policy.zone),
        )
        return etag.seal(made)

    def _rows(self, connection: Connection, numbers: Iterable[str]) -> list[Row]:
        table, rows = self.company.tables.tdrcpt, list[Row]()
        for part in chunks(sorted(set(numbers))):
            statement = select(*labelled(table)).where(table.c.rcptno.in_(part))
            rows.extend(fetch(connection, statement, table))
        return rows

    def _applications(self, connection: Connection, numbers: Sequence[str]) -> list[Row]:
        table, rows = self.company.tables.tdappl, list[Row]()
        for part in chunks(numbers):
            statement = select(*labelled(table)).where(table.c.rcptno.in_(part)).order_by(table.c.applno)
            rows.extend(fetch(connection, statement, table))
        return rows

    def _cash(self, connection: Connection, documents: Sequence[str]) -> set[Paid]:
        tables, found = self.company.tables, set[Paid]()
        for table in (getattr(tables, name) for name in ("arcash", "arycsh") if tables.has(name)):
            for part in chunks(sorted({number for number in documents if number})):
                statement = select(*labelled(table, "invno refno paidamt")).where(table.c.invno.in_(part))
                found.update((row["invno"], row["refno"], row["paidamt"]) for row in fetch(connection, statement))
        return found


def _application(row: Row, states: Distributions) -> Application:
    return Application(
        application_no=row["applno"],
        external_application_id=row["extid"],
        invoice_no=row["invno"],
        amount=row["amount"],
        application_date=row["appldate"],
        own_date=row["owndate"],
        posted=states.posting(row["applno"]).posted,
    )


def page(connection: Connection, reader: ReceiptReader, query: ReceiptQuery) -> Slice[Receipt]:
    """One page of receipts by the moment of their last change.

    Raises:
        Conflict: the company lacks the companion tables of receipts.
    """
    require(reader.company, "armast artran arcash tdrcpt tdappl")
    rows = fetch(connection, keys_of(reader.company, query))
    cut = query.window.cut(rows, lambda row: Place(row["updated"], (row["rcptno"],)))
    return cut.map(lambda kept: _receipts(connection, reader, [row["rcptno"] for row in kept]))


def _receipts(connection: Connection, reader: ReceiptReader, numbers: Sequence[str]) -> list[Receipt]:
    found = reader.by_number(connection, numbers)
    return [found[number] for number in numbers]
