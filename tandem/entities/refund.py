"""Refunds and returns: money back to the customer and goods back to the warehouse, which may come apart."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from tandem.entities.declaration import Canonical
from tandem.entities.invoice import InvoiceDocument
from tandem.entities.ledger import CURRENCY, DAY
from tandem.entities.receipt import ReceiptDocument


class RefundLine(Canonical):
    """So much of one line of the shop's order; `amount` as the order states lines, None: its share.

    So it is without `tax`, unless the order's prices include it.
    """

    line_id: str = Field(min_length=1)
    quantity: Decimal = Field(ge=0)
    amount: Decimal | None = None
    tax: Decimal | None = None
    restock: bool = False
    location: str = ""


class PaidBack(Canonical):
    """What one tender got back; `payment_id` is that of the movement of money."""

    payment_id: str = ""
    method: str
    amount: Decimal = Field(ge=0)
    transaction_id: str = ""


class Refund(Canonical):
    """A refund; `tax` is all tax that it gives back, that of its lines included (None: only that of its lines).

    What the transactions pay beyond lines, shipping and tax is an amount without a reason of its own.
    """

    refund_id: str = Field(min_length=1)
    order_id: str = Field(min_length=1)
    status: Literal["pending", "success", "failure"]
    currency: str = Field(pattern=CURRENCY)
    refunded_on: str = Field(pattern=DAY)
    refunded_at: datetime | None = None
    lines: tuple[RefundLine, ...] = ()
    shipping: Decimal = Field(default=Decimal(0), ge=0)
    tax: Decimal | None = Field(default=None, ge=0)
    transactions: tuple[PaidBack, ...] = ()
    reason: str = ""
    updated_at: str | None = None

    @property
    def paid_back(self) -> Decimal:
        """All that the transactions pay."""
        return sum((one.amount for one in self.transactions), Decimal(0))


class ReturnLine(Canonical):
    """So much of one line of the shop's order that comes back."""

    line_id: str = Field(min_length=1)
    quantity: Decimal = Field(ge=0)
    restock: bool = False
    location: str = ""


class Return(Canonical):
    """Goods on their way back; `refund_id` is the refund that pays for them, `exchange_order_id` what replaces them."""

    return_id: str = Field(min_length=1)
    order_id: str = Field(min_length=1)
    status: Literal["requested", "received", "closed"]
    received_at: datetime | None = None
    received_on: str = Field(pattern=DAY)
    lines: tuple[ReturnLine, ...] = ()
    refund_id: str = ""
    exchange_order_id: str = ""
    updated_at: str | None = None


class StockMovement(Canonical):
    """Pieces that go back on the shelf; the location is empty where policy and return name none."""

    external_id: str = Field(min_length=1)
    line_id: str
    sku: str
    location: str = ""
    quantity: Decimal = Field(gt=0)


class RefundDocument(Canonical):
    """All that a refund becomes: credit memos (one for each invoice that it takes from), money back, stock.

    `reductions` are pieces by line that the sales order is to lose: they were paid back before they were invoiced.
    """

    refund: Refund
    credits: tuple[InvoiceDocument, ...] = ()
    paid_back: tuple[ReceiptDocument, ...] = ()
    movements: tuple[StockMovement, ...] = ()
    reductions: dict[str, Decimal] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()


class ReturnDocument(Canonical):
    """What a return becomes: stock; for an exchange a credit memo besides, which pays for the new order."""

    returned: Return
    movements: tuple[StockMovement, ...] = ()
    credits: tuple[InvoiceDocument, ...] = ()
    carried_to: str = ""
    notes: tuple[str, ...] = ()
