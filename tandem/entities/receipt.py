"""Receipts: money that moved at a payment provider; in Sage Pro a cash receipt (ARCASH) or open credit (ARMAST O)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from tandem.entities.declaration import Canonical
from tandem.entities.ledger import CURRENCY, DAY, Journal


class Receipt(Canonical):
    """One movement of money as the shop lists it; `received_on` is its day in the shop."""

    payment_id: str = Field(min_length=1)
    order_id: str = Field(min_length=1)
    kind: Literal["authorization", "capture", "sale", "void", "refund", "giftCard", "storeCredit"]
    status: Literal["pending", "success", "failure"]
    amount: Decimal
    currency: str = Field(pattern=CURRENCY)
    method: str
    gateway: str = ""
    transaction_id: str = ""
    parent_id: str | None = None
    received_on: str = Field(pattern=DAY)
    updated_at: str | None = None


class BookedReceipt(Canonical):
    """A receipt that the company has, in the `currency` of its order; paid back is below zero.

    `unapplied` is what of it stands as a deposit, below zero for what was paid back out of one. `base` is what it moved
    on its clearing account in the company's currency, None where nobody kept it.
    """

    receipt_no: str = Field(min_length=1)
    external_id: str = ""
    tender: str = ""
    currency: str = ""
    amount: Decimal
    unapplied: Decimal = Decimal(0)
    base: Decimal | None = None
    status: Literal["unposted", "posted", "void"] = "unposted"


class ApplicationDocument(Canonical):
    """So much of a deposit applied to an invoice."""

    external_id: str = Field(min_length=1)
    receipt: str
    invoice_no: str
    amount: Decimal
    application_date: str = Field(pattern=DAY)
    journal: Journal


class ReceiptDocument(Canonical):
    """A receipt to be entered, and what of it is applied to invoices; `receipt_no` is set if it stands there already.

    Without `invoice_no` and `applies_to` it is a deposit. `applies_to` is the external id of the credit memo that is
    paid back. `reference` is the provider's number of the transaction.
    """

    external_id: str = Field(min_length=1)
    receipt_no: str = ""
    order_id: str
    customer_key: str
    invoice_no: str = ""
    applies_to: str = ""
    amount: Decimal
    currency: str = Field(pattern=CURRENCY)
    exchange_rate: Decimal
    receipt_date: str = Field(pattern=DAY)
    tender: str
    reference: str = ""
    journal: Journal | None = None
    applications: tuple[ApplicationDocument, ...] = ()
    notes: tuple[str, ...] = ()
