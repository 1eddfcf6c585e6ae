"""Every fault of a receipt or application at once: never more than is open, nor than is unapplied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, Table

from tandem.gateway.company.calendar import Calendar
from tandem.gateway.company.company import Company
from tandem.gateway.company.currency import code_of, currency_faults, own_currency
from tandem.gateway.company.faults import Fault
from tandem.gateway.company.limits import day_fault, first, number_fault, text_fault, width_of
from tandem.gateway.company.rows import Row
from tandem.gateway.ledger.accounts import Accounts
from tandem.gateway.models import ReceiptIn
from tandem.gateway.orders.amounts import CENTS, in_base
from tandem.gateway.receivables.basis import customer_row
from tandem.gateway.receivables.distribution import OWED, RECEIVABLE, Sides
from tandem.gateway.receivables.documents import OPEN_CREDIT, Documents, is_void
from tandem.values import ZERO

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class ReceiptBasis:
    """What one receipt is checked against and copied from; `left` is what of its document is still open."""

    currency: str
    customer: Row | None
    document: Row | None
    left: Decimal
    accounts: Mapping[str, str]
    calendar: Calendar

    @classmethod
    def read(cls, connection: Connection, company: Company, given: ReceiptIn) -> ReceiptBasis:
        """The basis of one receipt; its document is locked until the transaction ends.

        Raises:
            CompanyError: the company record is missing or has no currency.
        """
        documents = Documents(company)
        document = documents.header(connection, given.invoice_no)
        return cls(
            currency=own_currency(connection, company),
            customer=customer_row(connection, company, given.customer_no),
            document=document,
            left=ZERO if document is None else documents.left(connection, document),
            accounts=Accounts(company).known(connection, {line.account for line in given.distribution}),
            calendar=Calendar.around(connection, company, given.receipt_date),
        )

    def code(self, given: ReceiptIn) -> str:
        """The currency of the receipt."""
        return code_of(given.currency, self.currency)

    def sides(self, given: ReceiptIn) -> Sides:
        """The distribution of the receipt: it lowers the receivable, or raises what the customer has to his credit."""
        on_account = self.document is None or self.document["artype"] == OPEN_CREDIT
        return Sides(given.distribution, OWED if on_account else RECEIVABLE, -given.amount, given.exchange_rate or _ONE)


def receipt_faults(given: ReceiptIn, basis: ReceiptBasis, company: Company) -> list[Fault]:
    """All faults of a receipt, in the order of its members."""
    return [
        *_party_faults(given, basis),
        *_amount_faults(given, basis, company),
        *first(day_fault("ReceiptDate", "arcash.dtepaid", given.receipt_date)),
        *currency_faults(given.currency, given.exchange_rate, basis.currency, "armast"),
        *_text_faults(given, company),
        *basis.sides(given).faults(basis.accounts, company),
    ]


def _party_faults(given: ReceiptIn, basis: ReceiptBasis) -> Iterator[Fault]:
    if basis.customer is None:
        message = "no customer has this number"
        yield Fault("CustomerNo", "arcust.custno", "unknown-customer", message, given.customer_no)
    if given.invoice_no.strip() and basis.document is None:
        message = "there is no invoice, credit memo or unapplied receipt of this number"
        yield Fault("InvoiceNo", "arcash.invno", "unknown-invoice", message, given.invoice_no)
    if basis.document is not None and basis.customer is not None:
        yield from document_faults(basis.document, "InvoiceNo", basis.customer["custno"], basis.code(given))


def document_faults(document: Row, field: str, customer: str, currency: str) -> Iterator[Fault]:
    """What keeps a document from being paid by a customer in a currency."""
    number = document["invno"]
    if is_void(document):
        yield Fault(field, "armast.arstat", "void-invoice", "is void and cannot be paid", number)
    if document["custno"] != customer:
        message = f"is a document of customer {document['custno']}"
        yield Fault(field, "armast.custno", "another-customer", message, number)
    if document["currid"] and document["currid"] != currency:
        yield Fault(field, "armast.currid", "another-currency", f"is a document in {document['currid']}", number)


def _amount_faults(given: ReceiptIn, basis: ReceiptBasis, company: Company) -> Iterator[Fault]:
    amount, tables = given.amount, company.tables
    if not amount:
        yield Fault("Amount", "arcash.paidamt", "zero", "must not be zero", "0")
    elif basis.document is None and not given.invoice_no.strip() and amount < 0:
        message = "is paid back, so InvoiceNo must name the document that it is paid back of"
        yield Fault("Amount", "arcash.paidamt", "below-zero", message, f"{amount:f}")
    elif basis.document is not None:
        yield from open_faults(basis.document, basis.left, amount, "arcash.paidamt")
    yield from first(
        number_fault(tables.arcash, "paidamt", "Amount", amount),
        number_fault(tables.armast, "bbal", "Amount", in_base(amount, given.exchange_rate or _ONE, CENTS)),
    )
    if given.exchange_rate is not None:
        yield from first(number_fault(tables.armast, "exchrat", "ExchangeRate", given.exchange_rate))


def open_faults(document: Row, left: Decimal, amount: Decimal, column: str) -> Iterator[Fault]:
    """An amount after which more than nothing, or more than the whole document, would be open."""
    lowest, highest = min(ZERO, document["invamt"]), max(ZERO, document["invamt"])
    if not lowest <= left - amount <= highest:
        message = f"of document {document['invno']} over {document['invamt']:f} there are {left:f} open"
        yield Fault("Amount", column, "more-than-open", message, f"{amount:f}")


def _text_faults(given: ReceiptIn, company: Company) -> Iterator[Fault]:
    tables = company.tables
    yield from first(
        text_fault(tables.tdrcpt, "refno", "ReferenceNo", given.reference_no),
        text_fault(tables.arcash, "refno", "ReferenceNo", cut(tables.arcash, "refno", given.reference_no)),
    )
    yield from first(text_fault(tables.tdrcpt, "tender", "Tender", given.tender))


def cut(table: Table, column: str, text: str) -> str:
    """As much of a reference as a column holds; the whole of it stands in the companion table."""
    return text[: width_of(table, column)].rstrip() if column in table.c else ""
