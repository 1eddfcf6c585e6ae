"""Receipts (ARCASH; unapplied ones ARMAST) on the wire."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from tandem.gateway.models.base import (
    Day,
    Exact,
    ExactLong,
    Number,
    Positive,
    PositiveOrNull,
    Record,
    Required,
    Stamp,
    Text,
    WireIn,
    WireOut,
)
from tandem.gateway.models.finance import Distribution, DistributionIn, ExternalDocumentId

ReceiptStatus = Literal["unposted", "posted", "void"]


class ReceiptIn(WireIn):
    """Money that came in or was paid back, to be entered unposted."""

    external_receipt_id: ExternalDocumentId = Field(description="The caller's id; unique in the company")
    customer_no: Required
    invoice_no: Text = Field(
        "", description="What it pays: an invoice, credit memo or unapplied receipt; left out, it is unapplied"
    )
    amount: Number = Field(description="Below zero: paid back")
    receipt_date: Day
    currency: Text = Field("", description="The company's currency when left out")
    exchange_rate: PositiveOrNull | None = None
    reference_no: Required = Field(description="The payment provider's transaction id")
    tender: Required
    distribution: list[DistributionIn] = Field(
        min_length=2,
        max_length=500,
        description="Sums to zero; the lines of kind receivable (unapplied: or deposit) sum to Amount below zero",
    )


class ApplicationIn(WireIn):
    """So much of an unapplied receipt that pays an invoice."""

    external_application_id: ExternalDocumentId = Field(description="The caller's id; unique in the company")
    invoice_no: Required
    amount: Positive
    application_date: Day
    distribution: list[DistributionIn] = Field(
        min_length=2, max_length=500, description="Sums to zero; the lines of kind receivable sum to Amount below zero"
    )


class Application(WireOut):
    """One application of a receipt."""

    application_no: str
    external_application_id: str
    invoice_no: str
    amount: Exact
    application_date: date | None
    own_date: date | None
    posted: bool


class Receipt(Record):
    """A receipt; `Unapplied` is what may still be applied or paid back."""

    receipt_no: str
    external_receipt_id: str
    status: ReceiptStatus
    customer_no: str
    invoice_no: str
    amount: Exact
    base_amount: Exact
    receipt_date: date | None
    own_date: date | None = Field(description="The date it came with, where that lay in a closed period")
    currency: str
    exchange_rate: ExactLong
    reference_no: str
    tender: str
    distribution: list[Distribution]
    applied: Exact
    unapplied: Exact
    applications: list[Application]
    session: str
    ledger_batch: str
    updated_at: Stamp | None
