"""The ids and numbers that orders bring with them: each is taken once, and what the shop gives out is its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tandem.sandbox.shop.cart import Cart
from tandem.sandbox.shop.refusal import ShopError, invalid, parsed
from tandem.sandbox.shop.tables import ORDERS
from tandem.sandbox.shop.transaction import Record, Transaction, by

NUMBER_PREFIX = "E-"
"""What order numbers of the shop's own making begin with."""

Stated = Mapping[str, Any]
Order = Cart | Stated
There = dict[tuple[str, str], Record]
"""Orders by the name and value of what they are known by."""


def taken_in(order: Order) -> Cart | Stated:
    """The order as a cart, or as it was stated.

    Raises:
        ShopError: it is neither, or brings an id or number that the shop itself gives out.
    """
    if not isinstance(order, Cart | Mapping):
        raise invalid("body", "an order is a JSON object")
    made = order if isinstance(order, Cart) or "lineItems" in order else parsed(Cart, order)
    _check_names(made)
    return made


def _names(order: Cart | Stated) -> dict[str, str]:
    """The id and the number that the order brings with it."""
    if isinstance(order, Cart):
        said = {"orderId": order.order_id, "orderNumber": order.order_number}
    else:
        said = {"orderId": order.get("orderId"), "orderNumber": order.get("orderNumber")}
    return {name: str(value) for name, value in said.items() if value}


def _check_names(order: Cart | Stated) -> None:
    """What the shop itself gives out cannot be brought, or it would meet it again one day."""
    own = {"orderId": f"{ORDERS.prefix}_", "orderNumber": NUMBER_PREFIX}
    for name, value in _names(order).items():
        if value.startswith(own[name]):
            raise invalid(name, f"what begins with {own[name]} is given by the shop itself")


def existing(tx: Transaction, orders: Sequence[Cart | Stated]) -> There:
    """The orders that are there already under one of the ids or numbers."""
    there: There = {}
    for name in ("orderId", "orderNumber"):
        asked = sorted({names[name] for names in map(_names, orders) if name in names})
        there |= {(name, value): record for value, record in by(tx.where(ORDERS, name, asked), name).items()}
    return there


def known(there: There, order: Cart | Stated) -> Record | None:
    """The one that is there already under the order's id or number."""
    return next((there[item] for item in _names(order).items() if item in there), None)


def skus_of(order: Cart | Stated) -> set[str]:
    """What is on the order, the parts of bundles included."""
    if isinstance(order, Cart):
        return {line.sku for line in order.lines} | {part.sku for line in order.lines for part in line.parts}
    lines = order["lineItems"] if isinstance(order["lineItems"], Sequence) else ()
    return {str(line["sku"]) for line in lines if isinstance(line, Mapping) and line.get("sku")}


def refused(order: Record, index: int | None) -> ShopError:
    """409: an order of that id or number is there; `index` is its place in a list."""
    field = "orderNumber" if index is None else f"orders[{index}].orderNumber"
    message = f"order {order['orderNumber']} is there already as {order['orderId']}"
    return ShopError(409, "duplicate-order", message, field=field, orderId=order["orderId"])
