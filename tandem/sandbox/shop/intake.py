"""Filling in a cart from catalogue and customer, and an order that comes with all its figures already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any
from zoneinfo import ZoneInfo

from tandem.sandbox.shop.cart import Cart, Line, Part, address_of
from tandem.sandbox.shop.refusal import invalid
from tandem.sandbox.shop.tables import CUSTOMERS, PRODUCTS
from tandem.sandbox.shop.transaction import Record, Transaction, by
from tandem.sandbox.shop.wire import kept_dates
from tandem.values import ZERO

BLANK: Record = {
    "orderId": None, "orderNumber": None, "version": 1, "customerId": None, "email": "", "orderDate": None,
    "updatedDate": None, "status": "open", "cancelledAt": None, "cancelReason": "", "isTest": False, "source": "web",
    "currency": None, "shopCurrency": None, "exchangeRate": None, "taxesIncluded": False, "taxExempt": False,
    "taxExemptCode": "", "subtotal": ZERO, "discountTotal": ZERO, "shippingTotal": ZERO, "feeTotal": ZERO,
    "taxTotal": ZERO, "totalAmount": ZERO, "purchaseOrderNo": "", "note": "", "customerGroup": "", "tags": {},
    "customFields": {}, "shippingAddress": {}, "billingAddress": {}, "lineItems": [], "shippingLines": [], "fees": [],
    "payments": [], "paymentInfo": {}, "fulfillments": [],
}  # fmt: skip
"""Every field of an order in the order of the wire."""


def blank_order() -> Record:
    """An order with nothing in it."""
    return deepcopy(BLANK)


BLANK_PAYMENT: Record = {
    "paymentId": "", "method": "", "gateway": "", "gatewayTransactionId": "", "kind": "sale", "status": "success",
    "amount": ZERO, "currency": None, "parentId": None, "processedAt": None,
}  # fmt: skip


class Clerk:
    """Fills carts in; looks up products and customers once for many of them."""

    def __init__(self, tx: Transaction, carts: Iterable[Cart]) -> None:
        carts = list(carts)
        skus = {line.sku for cart in carts for line in cart.lines}
        skus |= {part.sku for cart in carts for line in cart.lines for part in line.parts}
        products = [p for p in tx.where(PRODUCTS, "sku", sorted(skus)) if not p["isDeleted"]]
        self._products = by(products, "sku")
        ids = {cart.customer_id for cart in carts if cart.customer_id}
        self._customers = by(tx.where(CUSTOMERS, "customerId", sorted(ids)), "customerId")

    def filled(self, cart: Cart, shop_currency: str) -> Cart:
        """The cart with everything said.

        Raises:
            ShopError: the customer is unknown, or a line has no price and its product none either.
        """
        customer = self._customer(cart)
        made, lines = cart.lines_made, []
        for index, line in enumerate(cart.lines):
            made, numbers = _numbers(line, made)
            lines.append(self._line(line, f"lines[{index}]", numbers))
        shipping = cart.shipping_address or customer.get("shippingAddress") or customer.get("billingAddress")
        return cart.model_copy(
            update={
                "lines": tuple(lines),
                "lines_made": made,
                "email": cart.email or customer.get("email", ""),
                "currency": cart.currency or customer.get("currency") or shop_currency,
                "shop_currency": cart.shop_currency or shop_currency,
                "shipping_address": address_of(shipping),
                "billing_address": address_of(cart.billing_address or customer.get("billingAddress") or shipping),
                "customer_group": _first(cart.customer_group, customer.get("group"), ""),
                "tax_exempt_code": cart.tax_exempt_code or customer.get("taxExemptCode", ""),
                "payment_method": cart.payment_method or customer.get("paymentMethod") or None,
            }
        )

    def _customer(self, cart: Cart) -> Mapping[str, Any]:
        if cart.customer_id is None:
            return {}
        found = self._customers.get(cart.customer_id)
        if found is None:
            raise invalid("customerId", f"there is no customer {cart.customer_id!r}")
        addresses = found["addresses"]
        return found | {"shippingAddress": addresses[0] if addresses else None}

    def _line(self, line: Line, path: str, numbers: Sequence[str]) -> Line:
        product = self._known(line, path)
        parts = enumerate(zip(line.parts, numbers[1:], strict=True))
        return line.model_copy(
            update={
                "line_id": numbers[0],
                "product_id": line.product_id or product.get("productId"),
                "name": _first(line.name, product.get("name"), ""),
                "unit": _first(line.unit, product.get("unit"), "each"),
                "unit_price": _first(line.unit_price, product.get("unitPrice")),
                "requires_shipping": _first(line.requires_shipping, product.get("requiresShipping"), True),
                "gift_card": _first(line.gift_card, product.get("giftCard"), False),
                "parts": tuple(self._part(part, f"{path}.parts[{n}]", number) for n, (part, number) in parts),
            }
        )

    def _part(self, part: Part, path: str, number: str) -> Part:
        product = self._known(part, path)
        name, price = _first(part.name, product.get("name"), ""), _first(part.unit_price, product.get("unitPrice"))
        return part.model_copy(update={"line_id": number, "name": name, "unit_price": price})

    def _known(self, item: Line | Part, path: str) -> Mapping[str, Any]:
        product = self._products.get(item.sku)
        if product is None and item.unit_price is None:
            raise invalid(f"{path}.sku", f"there is no product {item.sku!r}; name one, or give a unitPrice")
        return product or {}


def _numbers(line: Line, made: int) -> tuple[int, list[str]]:
    """Ids of a line and its parts; those that have one keep it, so that an edit does not change it."""
    numbers = []
    for given in (line.line_id, *(part.line_id for part in line.parts)):
        if not given:
            made += 1
        numbers.append(given or str(made))
    return made, numbers


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def stated(order: Mapping[str, Any], zone: ZoneInfo) -> Record:
    """An order in the wire's own form, its figures believed; fields that it lacks are blank.

    Raises:
        ShopError: a date-time that is none, or no lines.
    """
    if not isinstance(order["lineItems"], Sequence) or not order["lineItems"]:
        raise invalid("lineItems", "an order has at least one line")
    record: Record = kept_dates({**blank_order(), **order}, zone)
    record |= {name: str(record[name]) for name in ("orderId", "orderNumber") if record[name] is not None}
    record["payments"] = [BLANK_PAYMENT | payment for payment in record["payments"]]
    record["lineItems"] = [_stated_line(line, n) for n, line in enumerate(record["lineItems"], start=1)]
    record["shippingAddress"] = address_of(record["shippingAddress"])
    record["billingAddress"] = address_of(record["billingAddress"] or record["shippingAddress"])
    return record


def _stated_line(line: Mapping[str, Any], number: int) -> Record:
    quantity = line.get("quantity", ZERO)
    blank = {
        "lineId": str(number), "sku": "", "productId": None, "name": "", "quantity": quantity, "unit": "each",
        "unitPrice": ZERO, "discountAllocations": [], "taxLines": [], "lineTotal": ZERO, "requiresShipping": True,
        "giftCard": False, "bundleParentLineId": None, "fulfilledQuantity": ZERO, "refundedQuantity": ZERO,
        "currentQuantity": quantity,
    }  # fmt: skip
    return blank | dict(line)
