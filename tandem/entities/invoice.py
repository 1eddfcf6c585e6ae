"""Invoices and credit memos: entered unposted in Sage Pro (ARMAST, ARTRAN, ARDIST), told to the shop."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from tandem.entities.declaration import Canonical
from tandem.entities.ledger import CURRENCY, DAY, Journal

InvoiceType = Literal["invoice", "creditMemo"]


class BilledLine(Canonical):
    """What an invoice took of one line of the sales order; below zero on a credit memo."""

    line_id: str = ""
    quantity: Decimal
    amount: Decimal
    tax: Decimal = Decimal(0)


class Invoice(Canonical):
    """An invoice or credit memo as the company has it; amounts of a credit memo are below zero.

    `applies_to` is the invoice that a credit memo takes from. `external_id` is empty for one that people entered.
    """

    invoice_no: str = Field(min_length=1)
    external_id: str = ""
    type: InvoiceType = "invoice"
    status: Literal["unposted", "open", "partPaid", "paid", "void", "credited"] = "unposted"
    order_id: str = ""
    sales_order_no: str = ""
    shipment_no: str = ""
    applies_to: str = ""
    currency: str = Field(pattern=CURRENCY)
    invoice_date: str = Field(pattern=DAY)
    due_date: str = ""
    lines: tuple[BilledLine, ...] = ()
    tax: Decimal = Decimal(0)
    total: Decimal
    balance: Decimal
    updated_at: str | None = None


class InvoiceLine(BilledLine):
    """A line to be invoiced; `amount` is its share of the sales order's line, whatever quantity times price makes."""

    kind: str = "goods"
    sku: str = ""
    description: str = ""
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)


class InvoiceDocument(Canonical):
    """An invoice or credit memo to be entered, with its journal; the receivable is among the entries."""

    external_id: str = Field(min_length=1)
    type: InvoiceType = "invoice"
    order_id: str
    sales_order_no: str = ""
    shipment_no: str = ""
    applies_to: str = ""
    customer_key: str
    invoice_date: str = Field(pattern=DAY)
    payment_terms: str = ""
    currency: str = Field(pattern=CURRENCY)
    exchange_rate: Decimal
    reference: str = ""
    lines: tuple[InvoiceLine, ...]
    tax: Decimal
    total: Decimal
    journal: Journal
    notes: tuple[str, ...] = ()
