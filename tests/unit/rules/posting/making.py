"""Sold orders, money and what comes back, with as little said as a test needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tandem.entities.dispute import Dispute
from tandem.entities.order import Payment
from tandem.entities.payout import Component, Payout
from tandem.entities.receipt import Receipt
from tandem.entities.refund import PaidBack, Refund, RefundLine, Return, ReturnLine
from tandem.entities.sold import SoldLine, SoldOrder, TaxShare
from tests.unit.rules.making import D

DAY = "2026-03-02"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def sold_line(line_id: str, amount: str, quantity: str = "1", *, tax: str = "0", **more: Any) -> SoldLine:
    taxes = more.pop("taxes", None)
    if taxes is None:
        taxes = (TaxShare(amount=D(tax)),) if D(tax) else ()
    for name in ("discount", "pack", "per_bundle"):
        if name in more:
            more[name] = D(more[name])
    kind = more.setdefault("kind", "goods")
    more.setdefault("ships", kind == "goods")
    gross = D(amount) + more.get("discount", D(0))
    return SoldLine(
        line_id=line_id,
        sku=f"SKU-{line_id}",
        quantity=D(quantity),
        unit_price=gross / D(quantity),
        amount=D(amount),
        taxes=taxes,
        **more,
    )


def sold(*lines: SoldLine, payments: tuple[Payment, ...] = (), **more: Any) -> SoldOrder:
    return SoldOrder(
        **{
            "order_id": "O-1",
            "number": "1001",
            "sales_order_no": "1002",
            "customer_key": "C-1",
            "store": "web",
            "business_date": DAY,
            "currency": "USD",
            "shop_currency": "USD",
            "lines": lines,
            "payments": payments,
            **more,
        }
    )


def paid(payment_id: str, amount: str, *, kind: str = "capture", **more: Any) -> Payment:
    return Payment(
        **{
            "payment_id": payment_id,
            "method": "creditCard",
            "kind": kind,
            "status": "success",
            "amount": D(amount),
            "currency": "USD",
            **more,
        }
    )


def movement(payment: Payment, order_id: str = "O-1", **more: Any) -> Receipt:
    """The payment as the shop lists it by itself."""
    return Receipt(order_id=order_id, received_on=DAY, **payment.model_dump(), **more)


def refund_line(line_id: str, quantity: str, amount: str | None = None, **more: Any) -> RefundLine:
    tax = more.pop("tax", None)
    return RefundLine(
        line_id=line_id,
        quantity=D(quantity),
        amount=None if amount is None else D(amount),
        tax=None if tax is None else D(tax),
        **more,
    )


def back(amount: str, method: str = "creditCard", **more: Any) -> PaidBack:
    return PaidBack(amount=D(amount), method=method, **more)


def refund(*lines: RefundLine, pays: tuple[PaidBack, ...] = (), refund_id: str = "F-1", **more: Any) -> Refund:
    for name in ("shipping", "tax"):
        if isinstance(more.get(name), str):
            more[name] = D(more[name])
    return Refund(
        **{
            "refund_id": refund_id,
            "order_id": "O-1",
            "status": "success",
            "currency": "USD",
            "refunded_on": "2026-03-09",
            "refunded_at": NOON + timedelta(days=7),
            "lines": lines,
            "transactions": pays,
            **more,
        }
    )


def returned(*lines: tuple[str, str], restock: bool = True, **more: Any) -> Return:
    return Return(
        **{
            "return_id": "T-1",
            "order_id": "O-1",
            "status": "received",
            "received_on": "2026-03-08",
            "received_at": NOON + timedelta(days=6),
            "lines": tuple(
                ReturnLine(line_id=line_id, quantity=D(quantity), restock=restock, location="RET")
                for line_id, quantity in lines
            ),
            **more,
        }
    )


def dispute(status: str = "opened", **more: Any) -> Dispute:
    return Dispute(
        **{
            "dispute_id": "D-1",
            "order_id": "O-1",
            "payment_id": "P-1",
            "status": status,
            "amount": D("88.00"),
            "fee": D("15.00"),
            "currency": "USD",
            "opened_on": "2026-03-10",
            "closed_on": "" if status == "opened" else "2026-04-10",
            **more,
        }
    )


def part(kind: str, source_id: str, amount: str, fee: str = "0") -> Component:
    return Component(kind=kind, source_id=source_id, amount=D(amount), fee=D(fee))


def payout(amount: str, *components: Component, **more: Any) -> Payout:
    return Payout(
        **{
            "payout_id": "Y-1",
            "paid_on": "2026-03-05",
            "currency": "USD",
            "amount": D(amount),
            "tender": "creditCard",
            "components": components,
            **more,
        }
    )
