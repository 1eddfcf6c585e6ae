"""Filling in an order as the shop would: lines and charges in, every total the shop shows out."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tandem.values import ZERO, round_to

SHIPPING = "shipping"


@dataclass(kw_only=True)
class Goods:
    """One line: `off` is the discount in money, `rate` the tax rate in percent, `total` the shop's own line total."""

    sku: str
    name: str
    price: Decimal
    quantity: Decimal = Decimal(1)
    off: Decimal = ZERO
    code: str = ""
    rate: Decimal = ZERO
    total: Decimal | None = None
    unit: str = "each"
    ships: bool = True
    gift_card: bool = False
    parent: int | None = None


@dataclass(kw_only=True)
class Charge:
    """Shipping (`kind` is SHIPPING; only it has a discount) or a fee, with its own tax."""

    kind: str
    title: str
    amount: Decimal
    off: Decimal = ZERO
    tax: Decimal = ZERO


@dataclass(kw_only=True)
class Form:
    """An order before its totals are worked out; `extra` fields replace the ones made here."""

    key: str
    placed_at: str
    email: str
    currency: str
    ship_to: dict[str, Any]
    goods: list[Goods]
    bill_to: dict[str, Any] | None = None
    customer: str | None = None
    charges: list[Charge] = field(default_factory=list)
    inclusive: bool = False
    method: str = "creditCard"
    payments: list[dict[str, Any]] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """The order in the shop's wire form, each total there and in agreement with the others."""
        lines = [self._line(number, goods) for number, goods in enumerate(self.goods, start=1)]
        totals = self._totals(lines)
        return {
            **self._head(),
            **totals,
            "shippingAddress": self.ship_to,
            "billingAddress": self.bill_to or self.ship_to,
            "lineItems": lines,
            **self._charges(),
            "payments": self._payments(totals["totalAmount"]),
            "paymentInfo": {"method": self.method, "status": "paid"},
            "fulfillments": [],
            **self.extra,
        }

    def _head(self) -> dict[str, Any]:
        return {
            "orderId": self.key,
            "orderNumber": self.key,
            "version": 1,
            "customerId": self.customer,
            "email": self.email,
            "orderDate": self.placed_at,
            "updatedDate": self.placed_at,
            "status": "open",
            "cancelledAt": None,
            "cancelReason": "",
            "isTest": False,
            "source": "web",
            "currency": self.currency,
            "shopCurrency": self.currency,
            "exchangeRate": None,
            "taxesIncluded": self.inclusive,
            "taxExempt": False,
            "taxExemptCode": "",
            "purchaseOrderNo": "",
            "note": "",
            "customerGroup": "",
            "tags": {},
            "customFields": {},
        }

    def _totals(self, lines: list[dict[str, Any]]) -> dict[str, Any]:
        shipping = [charge for charge in self.charges if charge.kind == SHIPPING]
        tax = sum((t["amount"] for line in lines for t in line["taxLines"]), ZERO)
        tax += sum((charge.tax for charge in self.charges), ZERO)
        total = sum((line["lineTotal"] for line in lines), ZERO)
        total += sum((charge.amount - charge.off for charge in self.charges), ZERO)
        return {
            "subtotal": sum((round_to(g.price * g.quantity, 2) for g in self.goods), ZERO),
            "discountTotal": sum((g.off for g in self.goods), ZERO) + sum((c.off for c in shipping), ZERO),
            "shippingTotal": sum((c.amount - c.off for c in shipping), ZERO),
            "feeTotal": sum((c.amount for c in self.charges if c.kind != SHIPPING), ZERO),
            "taxTotal": tax,
            "totalAmount": total if self.inclusive else total + tax,
        }

    def _charges(self) -> dict[str, Any]:
        return {
            "shippingLines": [
                {
                    "method": "ground",
                    "title": c.title,
                    "amount": c.amount,
                    "discount": c.off,
                    "taxAmount": c.tax,
                }
                for c in self.charges
                if c.kind == SHIPPING
            ],
            "fees": [
                {"kind": c.kind, "title": c.title, "amount": c.amount, "taxAmount": c.tax}
                for c in self.charges
                if c.kind != SHIPPING
            ],
        }

    def _payments(self, total: Decimal) -> list[dict[str, Any]]:
        if self.payments is not None:
            return self.payments
        return [payment(self.key, 1, self.method, "sale", total, self.currency)] if total else []

    def _line(self, number: int, goods: Goods) -> dict[str, Any]:
        total = goods.total
        if total is None:
            total = round_to(goods.price * goods.quantity, 2) - goods.off
        return {
            "lineId": f"{self.key}-{number}",
            "sku": goods.sku,
            "productId": f"p-{goods.sku.strip().upper()}",
            "name": goods.name,
            "quantity": goods.quantity,
            "unit": goods.unit,
            "unitPrice": goods.price,
            "discountAllocations": [{"amount": goods.off, "code": goods.code or "SALE"}] if goods.off else [],
            "taxLines": self._taxes(total, goods.rate),
            "lineTotal": total,
            "requiresShipping": goods.ships,
            "giftCard": goods.gift_card,
            "bundleParentLineId": f"{self.key}-{goods.parent}" if goods.parent else None,
            "fulfilledQuantity": 0,
            "refundedQuantity": 0,
            "currentQuantity": goods.quantity,
        }

    def _taxes(self, total: Decimal, rate: Decimal) -> list[dict[str, Any]]:
        if not rate:
            return []
        share = rate / (100 + rate) if self.inclusive else rate / 100
        amount = round_to(total * share, 2)
        return [{"title": "Sales tax", "rate": rate / 100, "amount": amount, "jurisdiction": "IL"}]


def payment(key: str, number: int, method: str, kind: str, amount: Decimal, currency: str) -> dict[str, Any]:
    """One successful movement of money on an order."""
    return {
        "paymentId": f"{key}-pay-{number}",
        "method": method,
        "gateway": "standin",
        "gatewayTransactionId": f"txn-{key}-{number}",
        "kind": kind,
        "status": "success",
        "amount": amount,
        "currency": currency,
        "parentId": None,
        "processedAt": None,
    }
