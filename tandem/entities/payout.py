"""Payouts: what a payment provider sends to the bank, and what it is made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from tandem.entities.declaration import Canonical
from tandem.entities.ledger import CURRENCY, DAY, JournalDocument


class Component(Canonical):
    """One part of a payout: `amount` adds to it (below zero: takes from it), `fee` is taken off besides.

    `source_id` is the number of the payment, refund or dispute. A fee has no other amount than its fee.
    """

    kind: Literal["charge", "refund", "dispute", "fee", "adjustment"]
    source_id: str = ""
    order_id: str = ""
    amount: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)


class Payout(Canonical):
    """What reaches the bank as one `amount`; components without a document clear under `tender`."""

    payout_id: str = Field(min_length=1)
    paid_on: str = Field(pattern=DAY)
    currency: str = Field(pattern=CURRENCY)
    exchange_rate: Decimal | None = None
    amount: Decimal
    store: str = ""
    tender: str = ""
    components: tuple[Component, ...] = ()
    updated_at: str | None = None


class Tied(Canonical):
    """A component and the document of the company that it is about; empty if there is none yet."""

    component: Component
    document: str = ""


class PayoutDocument(Canonical):
    """The journal of a payout and what each of its components is tied to."""

    payout: Payout
    journal: JournalDocument
    components: tuple[Tied, ...]
    notes: tuple[str, ...] = ()

    @property
    def untied(self) -> tuple[Component, ...]:
        """Components without a document."""
        return tuple(one.component for one in self.components if not one.document)
