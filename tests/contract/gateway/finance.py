"""Documents of finance over HTTP, with people at Sage Pro's screens played by plain SQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import httpx

_ids = count(1)


@dataclass(slots=True)
class Books:
    """The company as a plain reader and writer of its file sees it."""

    path: Path

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def value(self, statement: str, *values: Any) -> Any:
        ((found,),) = self.sql(statement, *values)
        return found

    def ship(self, order: str, line: int, quantity: str) -> None:
        self.sql("UPDATE sotran SET qtyshp = ? WHERE trim(sono) = ? AND tranlineno = ?", quantity, order, line)

    def post(self, number: str, session: str = "S1") -> None:
        """A bookkeeper posts what was entered: session in the distribution, cash off the balances it pays."""
        self.sql("UPDATE ardist SET arsess = ? WHERE trim(tranno) = ?", session, number)
        for document, amount in self._cash(number):
            (paid, balance) = self.sql("SELECT paidamt, balance FROM armast WHERE trim(invno) = ?", document)[0]
            new = f"{Decimal(paid) + amount:.2f}", f"{Decimal(balance) - amount:.2f}"
            self.sql("UPDATE armast SET paidamt = ?, balance = ? WHERE trim(invno) = ?", *new, document)

    def _cash(self, number: str) -> list[tuple[str, Decimal]]:
        receipts = self.sql("SELECT trim(invno), amount FROM tdrcpt WHERE trim(rcptno) = ? AND invno <> ''", number)
        applied = self.sql("SELECT trim(invno), trim(rcptno), amount FROM tdappl WHERE trim(applno) = ?", number)
        moved = [(invoice, Decimal(amount)) for invoice, amount in receipts]
        for invoice, receipt, amount in applied:
            moved += [(invoice, Decimal(amount)), (receipt, -Decimal(amount))]
        return moved

    def balanced(self) -> bool:
        """Whether every document's distribution sums to zero in the company's currency."""
        sums = self.sql("SELECT sum(CAST(replace(amount, '.', '') AS INTEGER)) FROM ardist GROUP BY tranno")
        own = self.sql("SELECT sum(CAST(replace(amount, '.', '') AS INTEGER)) FROM tddist GROUP BY tranno")
        return {row[0] for row in (*sums, *own)} <= {0}


async def order(api: httpx.AsyncClient, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A sales order of the customer SMITH01: six cups at 4.00 and freight of 5.00 unless told otherwise."""
    items = list(lines) or [
        {"LineReference": "a", "ItemCode": "CUP-BLUE", "Quantity": 6, "UnitPrice": "4.00", "ExtendedPrice": "24.00"},
        {"LineReference": "f", "ItemCode": "FREIGHT", "Quantity": 1, "UnitPrice": "5.00", "ExtendedPrice": "5.00"},
    ]
    given = {
        "ExternalOrderId": f"W-{next(_ids)}",
        "CustomerNo": "SMITH01",
        "OrderDate": "2026-03-02",
        "ShipToAddress": {"Company": "Smith"},
        "LineItems": items,
        "TaxAmount": 0,
        "TotalAmount": str(sum(Decimal(item["ExtendedPrice"]) for item in items)),
        **more,
    }
    answer = await api.post("/orders", json=given)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def line(reference: str, item: str, quantity: str, price: str, extended: str, tax: str = "0.00") -> dict[str, Any]:
    return {
        "LineReference": reference,
        "ItemCode": item,
        "Quantity": quantity,
        "UnitPrice": price,
        "ExtendedPrice": extended,
        "TaxAmount": tax,
    }


def split(**amounts: str) -> list[dict[str, Any]]:
    """A distribution by kind, on the accounts of the embedded company's chart."""
    accounts = {
        "receivable": "1100",
        "clearing": "1050",
        "bank": "1000",
        "deposit": "2300",
        "gift_card": "2200",
        "tax": "2100",
        "revenue": "4000",
        "shipping": "4100",
        "refund": "4900",
        "exchange_difference": "7100",
    }
    return [{"Account": accounts[kind], "Amount": amount, "Kind": kind} for kind, amount in amounts.items()]


def invoice(sales_order: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An invoice whose sums are right: all goods to revenue, tax to tax."""
    items = list(lines) or [line("a", "CUP-BLUE", "2", "4.00", "8.00", "0.66"), line("f", "FREIGHT", "1", "5", "5")]
    tax = sum(Decimal(item["TaxAmount"]) for item in items)
    goods = sum(Decimal(item["ExtendedPrice"]) for item in items)
    given = {
        "ExternalInvoiceId": f"I-{next(_ids)}",
        "Type": "invoice",
        "SalesOrderNo": sales_order,
        "CustomerNo": "SMITH01",
        "InvoiceDate": "2026-03-03",
        "LineItems": items,
        "TaxAmount": str(tax),
        "TotalAmount": str(goods + tax),
        "Distribution": split(receivable=str(goods + tax), revenue=str(-goods), tax=str(-tax)),
    }
    return {**given, **more}


def memo(sales_order: str, applies: str, amount: str, **more: Any) -> dict[str, Any]:
    """A credit memo over one amount, of an invoice."""
    back = Decimal(amount)
    lines = [line("r", "CUP-BLUE", "-1", amount, str(-back))]
    distribution = split(receivable=str(-back), refund=amount)
    more = {"Type": "creditMemo", "AppliesToInvoiceNo": applies, "Distribution": distribution, **more}
    return invoice(sales_order, *lines, **more)


def receipt(invoice_no: str, amount: str, **more: Any) -> dict[str, Any]:
    """Money in (or back) on a document; without one it is unapplied."""
    owed = {"receivable": str(-Decimal(amount))} if invoice_no else {"deposit": str(-Decimal(amount))}
    return {
        "ExternalReceiptId": f"R-{next(_ids)}",
        "CustomerNo": "SMITH01",
        "InvoiceNo": invoice_no,
        "Amount": amount,
        "ReceiptDate": "2026-03-04",
        "ReferenceNo": f"tx-{next(_ids)}",
        "Tender": "card",
        "Distribution": split(clearing=amount, **owed),
        **more,
    }


def application(invoice_no: str, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "ExternalApplicationId": f"A-{next(_ids)}",
        "InvoiceNo": invoice_no,
        "Amount": amount,
        "ApplicationDate": "2026-03-05",
        "Distribution": split(deposit=amount, receivable=str(-Decimal(amount))),
        **more,
    }


def journal(*amounts: str, **more: Any) -> dict[str, Any]:
    accounts = ("1000", "1050", "6100", "4000")
    return {
        "ExternalJournalId": f"J-{next(_ids)}",
        "JournalDate": "2026-03-31",
        "Description": "Payout of 31 March",
        "ReferenceNo": "po-1",
        "Lines": [{"Account": accounts[n], "Amount": amount} for n, amount in enumerate(amounts)],
        **more,
    }


async def entered(api: httpx.AsyncClient, path: str, document: dict[str, Any]) -> dict[str, Any]:
    answer = await api.post(path, json=document)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def got(api: httpx.AsyncClient, path: str, **parameters: Any) -> Any:
    answer = await api.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()
