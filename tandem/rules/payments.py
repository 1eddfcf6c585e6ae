"""How much of an order's money has really come in; an authorisation is a promise, not a receipt."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, Protocol

from tandem.entities.order import Order, Payment
from tandem.values import ZERO

RECEIPTS = frozenset({"capture", "sale", "giftCard", "storeCredit"})


class Paid(Protocol):
    """Whatever has payments: an order of the shop, or one as it was sold."""

    @property
    def payments(self) -> tuple[Payment, ...]:
        """Movements of money, as they came."""


class CaptureState(NamedTuple):
    """What was authorised, what of it was captured, and what is still open; `received` counts every kind of receipt."""

    authorised: Decimal
    captured: Decimal
    uncaptured: Decimal
    received: Decimal


def receipts(order: Paid) -> tuple[Payment, ...]:
    """The payments that are money: captured, sold at once, or taken off a gift card or store credit."""
    return tuple(p for p in order.payments if p.kind in RECEIPTS and p.status == "success")


def capture_state(order: Paid) -> CaptureState:
    """Where the order's payments stand."""
    authorised = _sum(order, "authorization")
    captured = _sum(order, "capture")
    open_amount = max(authorised - captured - _sum(order, "void"), ZERO)
    return CaptureState(authorised, captured, open_amount, sum((p.amount for p in receipts(order)), ZERO))


def capture_note(order: Order) -> str:
    """A sentence on what is authorised and not captured; empty if there is nothing of the kind."""
    state = capture_state(order)
    if not state.uncaptured:
        return ""
    return f"authorised {state.authorised}, captured {state.captured}, {state.uncaptured} not captured yet"


def _sum(order: Paid, kind: str) -> Decimal:
    return sum((p.amount for p in order.payments if p.kind == kind and p.status == "success"), ZERO)
