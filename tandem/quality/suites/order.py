"""Orders: as the shop sends them, and as they go to Sage Pro."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import list_currencies

from tandem.quality.expect import agreeing, between, filled, matching, unique
from tandem.quality.frame import Row, difference, number, parts, shape, table, text, total
from tandem.quality.suites.suite import DAY, EMAIL, Suite

MOST_LINES = 5000
CENTS = Decimal("0.05")


def inbound() -> Suite:
    """What must be there before an order is worth mapping."""
    return Suite(
        name="order.inbound",
        rows=_sent,
        expectations=[
            filled("orderNumber", "orderNumber must be filled: it is the number that the customer quotes"),
            matching("orderDate", DAY, "orderDate must be an ISO date-time such as 2026-03-02T10:11:12"),
            matching("currency", r"^[A-Z]{3}$", "currency must be an ISO 4217 code such as USD"),
            filled("customerId", "customerId must be filled, or email for a guest: somebody must have bought"),
            between("lineItems", 1, MOST_LINES, f"lineItems must hold 1 to {MOST_LINES} lines to make one sales order"),
            between("totalAmount", 0, None, "totalAmount must not be negative: a credit is no order"),
            filled(
                "shippingAddress.country",
                "shippingAddress.country must be filled: goods of this order are to be shipped",
            ),
            filled("lineItems.sku", "lineItems.sku must be filled: Sage Pro's item is found by it"),
            matching("email", EMAIL, "email should be an address such as ann@example.com", severity="warning"),
            agreeing(
                "subtotal",
                "subtotal should be unitPrice times quantity over all lines; the lines are what is posted",
                severity="warning",
            ),
            agreeing(
                "payments.currency",
                "payments.currency should be the order's: an amount in another one is never mixed in",
                severity="warning",
            ),
            unique("orderNumber", "orderNumber should belong to one order only"),
        ],
    )


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def _currency(record: Mapping[str, Any]) -> str:
    """The code; one that does not exist is said so, because the library walks through a long set at every step."""
    code = text(record, "currency")
    return code if code in _currencies() or not code else f"{code}, which does not exist"


def _sent(record: Mapping[str, Any]) -> list[Row]:
    """A test order is never posted, and of a cancelled one nothing but its number is needed."""
    if record.get("isTest") is True or record.get("status") == "cancelled":
        return []
    lines = parts(record, "lineItems")
    head = {
        "orderNumber": text(record, "orderNumber"),
        "orderDate": text(record, "orderDate"),
        "currency": _currency(record),
        "customerId": text(record, "customerId") or shape(record, "email") or "",
        "lineItems": Decimal(len(lines)),
        "totalAmount": number(record, "totalAmount"),
        "shippingAddress.country": _country(record, lines),
        "email": shape(record, "email"),
        "subtotal": difference(number(record, "subtotal"), _listed(lines), limit=CENTS),
        "payments.currency": _foreign(record),
    }
    rows = [{"lineItems.sku": text(line, "sku")} for line in lines]
    return table(head, rows, ids=[text(line, "lineId") or str(n) for n, line in enumerate(lines, 1)])


def _country(record: Mapping[str, Any], lines: list[Mapping[str, Any]]) -> str | None:
    """Where goods go: to the billing address if there is no other."""
    if not any(line.get("requiresShipping") is not False for line in lines):
        return None
    return text(record, "shippingAddress.country" if record.get("shippingAddress") else "billingAddress.country")


def _listed(lines: list[Mapping[str, Any]]) -> Decimal:
    return total((number(line, "unitPrice") or Decimal(0)) * (number(line, "quantity") or Decimal(0)) for line in lines)


def _foreign(record: Mapping[str, Any]) -> str:
    currencies = {text(payment, "currency") for payment in parts(record, "payments")} - {text(record, "currency")}
    return ", ".join(sorted(currencies)) or "0"


def outbound() -> Suite:
    """What the sheet must have made of an order before the gateway is asked."""
    return Suite(
        name="order.outbound",
        rows=_written,
        expectations=[
            filled("ExternalOrderId", "ExternalOrderId must be filled: the order is found again by it"),
            filled("CustomerNo", "CustomerNo must be filled: the customer must stand in Sage Pro first"),
            matching("OrderDate", DAY, "OrderDate must be a date such as 2026-03-02"),
            between("LineItems", 1, MOST_LINES, f"LineItems must hold 1 to {MOST_LINES} lines"),
            agreeing("TotalAmount", "TotalAmount must be the sum of ExtendedPrice and TaxAmount: the sheet lost money"),
            agreeing("TaxAmount", "TaxAmount must be the sum of the lines' TaxAmount: the sheet lost tax"),
            filled(
                "LineItems.ItemCode", "LineItems.ItemCode must be filled: every line stands for an item of Sage Pro"
            ),
            filled("PaymentTerms", "PaymentTerms should be filled, else the customer's own apply", severity="warning"),
        ],
    )


def _written(payload: Mapping[str, Any]) -> list[Row]:
    if payload.get("Cancel") is True:
        return []
    lines = parts(payload, "LineItems")
    tax = number(payload, "TaxAmount")
    head = {
        "ExternalOrderId": text(payload, "ExternalOrderId"),
        "CustomerNo": text(payload, "CustomerNo"),
        "OrderDate": text(payload, "OrderDate"),
        "LineItems": Decimal(len(lines)),
        "TotalAmount": difference(number(payload, "TotalAmount"), _sum(lines, "ExtendedPrice") + (tax or Decimal(0))),
        "TaxAmount": difference(tax, _sum(lines, "TaxAmount")),
        "PaymentTerms": text(payload, "PaymentTerms"),
    }
    rows = [{"LineItems.ItemCode": text(line, "ItemCode")} for line in lines]
    return table(head, rows, ids=[text(line, "LineReference") or str(n) for n, line in enumerate(lines, 1)])


def _sum(lines: list[Mapping[str, Any]], field: str) -> Decimal:
    return total(number(line, field) for line in lines)
