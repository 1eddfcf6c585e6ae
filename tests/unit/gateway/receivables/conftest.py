"""The stocked company of the order tests, with what enters invoices and receipts into it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from tandem.gateway.company.company import Company
from tandem.gateway.models import ApplicationIn, InvoiceIn, Receipt, ReceiptIn
from tandem.gateway.receivables.applications import Applications
from tandem.gateway.receivables.invoice_read import InvoiceReader
from tandem.gateway.receivables.invoices import Invoices
from tandem.gateway.receivables.receipt_read import ReceiptReader
from tandem.gateway.receivables.receipts import Receipts
from tests.unit.gateway.orders.conftest import POLICY, Desk, line, made, order, raw

__all__ = ["made"]

DAY = date(2026, 3, 2)
ACCOUNTS = {"receivable": "1100", "revenue": "4000", "tax": "2100", "clearing": "1050", "deposit": "2300"}
_ids = count(1)


@dataclass(slots=True)
class Office:
    """A company with an order in it, and everybody who bills, pays and posts."""

    company: Company
    invoices: Invoices = field(init=False)
    receipts: Receipts = field(init=False)
    applications: Applications = field(init=False)

    def __post_init__(self) -> None:
        reader = ReceiptReader(self.company)
        self.invoices = Invoices(self.company, InvoiceReader(self.company))
        self.receipts = Receipts(self.company, reader)
        self.applications = Applications(self.company, reader)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        driver = raw(self.company.engine)
        rows = driver.execute(statement, values).fetchall()
        driver.commit()
        return rows

    def order(self, quantity: str = "100") -> str:
        """An order of teapots; none of them has left."""
        desk = Desk(self.company)
        lines = [line_of("a", quantity), line_of("b", quantity)]
        number: str = desk.entry.create(order(f"W-{next(_ids)}", *lines)).sales_order_no
        return number

    def ship(self, number: str, line: int, quantity: Decimal) -> None:
        self.sql(
            "UPDATE sotran SET qtyshp = ? WHERE trim(sono) = ? AND tranlineno = ?", f"{quantity:.4f}", number, line
        )

    def apply(self, receipt: str, given: ApplicationIn) -> Receipt:
        with self.company.write() as connection:
            return self.applications.apply(connection, receipt, given)

    def cents(self, table: str, column: str = "amount") -> list[int]:
        """The sum of each document's distribution, in cents."""
        statement = f"SELECT sum(CAST(replace({column}, '.', '') AS INTEGER)) FROM {table} GROUP BY tranno"
        return [row[0] for row in self.sql(statement)]


def line_of(reference: str, quantity: str) -> Any:
    return line(reference, "TEAPOT", quantity, "2.00")


def split(**amounts: Decimal) -> list[dict[str, Any]]:
    return [{"Account": ACCOUNTS[kind], "Amount": amount, "Kind": kind} for kind, amount in amounts.items()]


def invoice(sales_order: str, quantities: dict[str, Decimal], **more: Any) -> InvoiceIn:
    """An invoice over so many of each line of the order at 2.00."""
    lines = [
        {
            "LineReference": reference,
            "ItemCode": "TEAPOT",
            "Quantity": quantity,
            "UnitPrice": Decimal(2),
            "ExtendedPrice": (quantity * 2).quantize(Decimal("0.01")),
        }
        for reference, quantity in quantities.items()
    ]
    whole = sum((line["ExtendedPrice"] for line in lines), Decimal(0))
    given = {
        "ExternalInvoiceId": f"I-{next(_ids)}",
        "Type": "invoice",
        "SalesOrderNo": sales_order,
        "CustomerNo": "SMITH01",
        "InvoiceDate": DAY,
        "LineItems": lines,
        "TaxAmount": Decimal(0),
        "TotalAmount": whole,
        "Distribution": split(receivable=whole, revenue=-whole),
        **more,
    }
    return InvoiceIn.model_validate(given)


def receipt(invoice_no: str, amount: Decimal, **more: Any) -> ReceiptIn:
    owed = {"receivable" if invoice_no else "deposit": -amount}
    given = {
        "ExternalReceiptId": f"R-{next(_ids)}",
        "CustomerNo": "SMITH01",
        "InvoiceNo": invoice_no,
        "Amount": amount,
        "ReceiptDate": DAY,
        "ReferenceNo": "tx",
        "Tender": "card",
        "Distribution": split(clearing=amount, **owed),
        **more,
    }
    return ReceiptIn.model_validate(given)


def application(invoice_no: str, amount: Decimal) -> ApplicationIn:
    given = {
        "ExternalApplicationId": f"A-{next(_ids)}",
        "InvoiceNo": invoice_no,
        "Amount": amount,
        "ApplicationDate": DAY,
        "Distribution": split(deposit=amount, receivable=-amount),
    }
    return ApplicationIn.model_validate(given)


NUMBERED = replace(POLICY, invoice_numbers="sysdata")


@pytest.fixture
def office(made: tuple[Company, sqlite3.Connection]) -> Office:
    company, template = made
    template.backup(raw(company.engine))
    return Office(Company(company.engine, company.tables, NUMBERED))
