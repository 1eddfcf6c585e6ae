"""Disputes: money that the payment provider takes back while it asks who is right."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from tandem.entities.declaration import Canonical
from tandem.entities.ledger import CURRENCY, DAY, JournalDocument


class Dispute(Canonical):
    """A chargeback; `fee` is what the provider charges for it, above zero."""

    dispute_id: str = Field(min_length=1)
    order_id: str = Field(min_length=1)
    payment_id: str = ""
    status: Literal["opened", "won", "lost"]
    amount: Decimal = Field(gt=0)
    fee: Decimal = Field(default=Decimal(0), ge=0)
    currency: str = Field(pattern=CURRENCY)
    reason: str = ""
    opened_on: str = Field(pattern=DAY)
    closed_on: str = ""
    updated_at: str | None = None


class DisputeDocument(Canonical):
    """The journals of a dispute that are not in the books yet, in their order."""

    dispute: Dispute
    journals: tuple[JournalDocument, ...]
