"""Invoices and credit memos (ARMAST, ARTRAN) on the wire."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from tandem.gateway.models.base import (
    Day,
    Exact,
    ExactLong,
    LongText,
    Number,
    NumberOrNull,
    Percent,
    PositiveOrNull,
    Record,
    Required,
    Stamp,
    Text,
    WireIn,
    WireOut,
    nullable,
)
from tandem.gateway.models.finance import Distribution, DistributionIn, ExternalDocumentId

InvoiceType = Literal["invoice", "creditMemo"]
InvoiceStatus = Literal["unposted", "open", "partPaid", "paid", "void", "credited"]
LineNoOrNull = Annotated[int, Field(ge=1, le=99999, strict=True), nullable({"type": "integer"})]


class InvoiceLineIn(WireIn):
    """One line; ExtendedPrice counts: a share of an order's line need not be Quantity x UnitPrice to the cent."""

    line_reference: ExternalDocumentId = Field(description="The caller's id of the line, unique within the document")
    sales_order_line: LineNoOrNull | None = Field(
        None, description="Line of the order; left out, the one with this LineReference, or none"
    )
    item_code: Required
    description: Text = Field("", description="Taken from the item when left out")
    quantity: Number = Field(description="Above zero; on a credit memo below, or zero where only money is given back")
    unit_price: Number
    discount_percent: Percent = Decimal(0)
    extended_price: Number
    tax_amount: NumberOrNull = Decimal(0)
    location: Text = Field("", description="The order line's location when left out")


class InvoiceIn(WireIn):
    """An invoice or credit memo to be entered, unposted; all amounts of a credit memo are below zero."""

    external_invoice_id: ExternalDocumentId = Field(description="The caller's id; unique in the company")
    type: InvoiceType
    sales_order_no: Required
    shipment_no: Text = ""
    applies_to_invoice_no: Text = Field("", description="The invoice that a credit memo takes back")
    customer_no: Required
    invoice_date: Day
    payment_terms: Text = Field("", description="The order's terms when left out")
    currency: Text = Field("", description="The company's currency when left out")
    exchange_rate: PositiveOrNull | None = None
    reference_no: Text = ""
    notes: LongText = ""
    line_items: list[InvoiceLineIn] = Field(min_length=1, max_length=5000)
    tax_amount: Number = Field(description="Sum of the lines' TaxAmount")
    total_amount: Number = Field(description="Sum of the lines' ExtendedPrice, plus TaxAmount")
    distribution: list[DistributionIn] = Field(
        min_length=2, max_length=5000, description="Sums to zero; the lines of kind receivable sum to TotalAmount"
    )


class InvoiceLine(WireOut):
    """One line as it stands in the company."""

    line_no: int
    line_reference: str
    sales_order_line: int | None
    item_code: str
    description: str
    quantity: Exact
    unit_price: Exact
    discount_percent: Exact
    extended_price: Exact
    tax_amount: Exact
    location: str


class Invoice(Record):
    """An invoice or credit memo; amounts paid and open are those that Sage Pro has posted."""

    invoice_no: str
    external_invoice_id: str | None
    type: Literal["invoice", "creditMemo", "openCredit", "financeCharge", "other"]
    status: InvoiceStatus
    sales_order_no: str
    external_order_id: str | None
    shipment_no: str
    applies_to_invoice_no: str
    customer_no: str
    invoice_date: date | None
    own_date: date | None = Field(description="The date it came with, where that lay in a closed period")
    due_date: date | None
    discount_date: date | None
    payment_terms: str
    currency: str
    exchange_rate: ExactLong
    reference_no: str
    notes: str
    line_items: list[InvoiceLine]
    tax_amount: Exact
    total_amount: Exact
    distribution: list[Distribution]
    paid_amount: Exact
    balance: Exact
    pending_amount: Exact = Field(description="Receipts and applications that are entered and not posted yet")
    base_balance: Exact
    posted: bool
    session: str
    ledger_batch: str
    history: bool
    updated_at: Stamp | None
