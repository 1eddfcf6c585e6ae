"""What is paid: the payments of a checkout, and the summary that the order shows of all its payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tandem.sandbox.shop.cart import Tender
from tandem.values import ZERO, money

Payment = dict[str, Any]

RECEIVED = frozenset({"capture", "sale", "giftCard", "storeCredit"})
DEFAULT_METHOD = "creditCard"


def tenders_of(tenders: Sequence[Tender] | None, method: str | None) -> tuple[Tender, ...]:
    """The means of payment; none said is one sale over everything."""
    return (Tender(method=method or DEFAULT_METHOD),) if tenders is None else tuple(tenders)


def amounts_of(tenders: Sequence[Tender], total: Decimal, currency: str) -> list[tuple[Tender, Decimal]]:
    """Each with its amount; one without takes what is left, and one of nothing is left out."""
    left, taken = total, []
    for tender in tenders:
        amount = max(left, ZERO) if tender.amount is None else money(tender.amount, tender.currency or currency)
        if (tender.currency or currency) == currency:
            left -= amount
        if amount:
            taken.append((tender, amount))
    return taken


def booked(order: Mapping[str, Any]) -> dict[str, Decimal]:
    """The total in the currency of the shop's own books, where that is another one and the rate is known."""
    rate, currency = order["exchangeRate"], str(order["shopCurrency"])
    if not rate or currency == order["currency"]:
        return {}
    return {"shopTotalAmount": money(order["totalAmount"] * rate, currency)}


def received(order: Mapping[str, Any]) -> Decimal:
    """Money that came in and was not given back, in the order's currency."""
    total = ZERO
    for payment in order["payments"]:
        if payment["status"] == "success" and payment["kind"] in RECEIVED | {"refund"}:
            amount = _in_order_currency(payment, order)
            total += -amount if payment["kind"] == "refund" else amount
    return total


def _in_order_currency(payment: Payment, order: Mapping[str, Any]) -> Decimal:
    amount: Decimal = payment["amount"]
    rate = order.get("exchangeRate")
    if payment["currency"] == order["currency"]:
        return amount
    if payment["currency"] == order.get("shopCurrency") and rate:
        return money(amount / rate, order["currency"])
    return ZERO


def uncaptured(payments: Sequence[Payment], authorization: Payment) -> Decimal:
    """What may still be captured of an authorisation; nothing once it is void."""
    left: Decimal = authorization["amount"]
    for payment in payments:
        if payment["parentId"] == authorization["paymentId"] and payment["status"] != "failure":
            if payment["kind"] == "void":
                return ZERO
            if payment["kind"] == "capture":
                left -= payment["amount"]
    return left


def summary(order: Mapping[str, Any], method: str | None) -> dict[str, str]:
    """`paymentInfo`: the main means of payment and how far the order is paid."""
    payments = order["payments"]
    main = max(payments, key=lambda p: p["amount"], default=None)
    return {"method": method or (main["method"] if main else DEFAULT_METHOD), "status": _status(order)}


def _status(order: Mapping[str, Any]) -> str:
    payments, paid = order["payments"], received(order)
    if not order["totalAmount"]:
        return "free"
    if paid >= order["totalAmount"]:
        return "paid"
    if paid > 0:
        return "partiallyPaid"
    if any(p["kind"] == "refund" and p["status"] == "success" for p in payments):
        return "refunded"
    held = [p for p in payments if p["kind"] == "authorization" and p["status"] == "success"]
    return "authorized" if any(uncaptured(payments, p) for p in held) else "pending"
