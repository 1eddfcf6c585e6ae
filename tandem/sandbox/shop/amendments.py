"""The desk where orders that were placed are changed: lines, address, hold, cancellation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tandem.sandbox.shop.cart import Cart, Line, address_of
from tandem.sandbox.shop.checkout import figures_of
from tandem.sandbox.shop.core import ShopCore, touched
from tandem.sandbox.shop.intake import Clerk
from tandem.sandbox.shop.refusal import ShopError, invalid, not_open, parsed
from tandem.sandbox.shop.settlement import booked, summary
from tandem.sandbox.shop.shelves import Shelves
from tandem.sandbox.shop.tables import ORDERS
from tandem.sandbox.shop.transaction import Record, Transaction, by
from tandem.sandbox.shop.wire import kept_dates
from tandem.values import ZERO, loads

PATCHABLE = ("tags", "customFields")
FIXED = frozenset({"orderId", "version", "updatedDate", "fulfillments"})
"""What no change from outside may set."""


class AmendmentDesk(ShopCore):
    """Each change raises the order's version and is told by webhook."""

    def edit_order(
        self,
        order_id: str,
        *,
        quantities: Mapping[str, Decimal | int] | None = None,
        add: Sequence[Line | Mapping[str, Any]] = (),
        remove: Iterable[str] = (),
    ) -> Record:
        """Changes quantities by line id (nought keeps the line), adds and removes lines; all totals follow.

        Wrong values that were planted are gone afterwards: this is how the shop mends an order.

        Raises:
            ShopError: no such order or line, the order came with its own figures, more was shipped already, or more
                is wanted than is there.
        """
        with self.writing() as tx:
            order = _changeable(tx.need(ORDERS, order_id))
            kept = tx.cart(ORDERS, order_id)
            if not kept:
                raise ShopError(409, "no-cart", f"order {order_id} came with its own figures: change its fields")
            cart = _edited(parsed(Cart, loads(kept)), quantities or {}, add, set(remove))
            cart = Clerk(tx, [cart]).filled(cart, self.currency_of(order))
            order |= _carried_over(order, figures_of(cart, order["currency"]))
            order |= booked(order)
            order["paymentInfo"] = summary(order, cart.payment_method)
            tx.save(ORDERS, touched(order, tx), cart.model_dump_json(by_alias=True, exclude_unset=True), honestly=True)
            tx.emit("order.updated", ORDERS, order)
            _restock(tx, order)
        return order

    def currency_of(self, order: Mapping[str, Any]) -> str:
        """The currency of the shop's own books for this order."""
        return str(order["shopCurrency"] or order["currency"])

    def change_order(self, order_id: str, fields: Mapping[str, Any]) -> Record:
        """Replaces fields of the order by what is given, believed as it stands.

        Raises:
            ShopError: no such order, or a field that cannot be set.
        """
        if wrong := sorted(FIXED & fields.keys()):
            raise invalid(wrong[0], "cannot be set from outside")
        with self.writing() as tx:
            order = tx.need(ORDERS, order_id) | kept_dates(dict(fields), self.zone)
            return self._changed(tx, order)

    def patch_order(self, order_id: str, body: Any) -> Record:
        """Merges tags and custom fields, as the REST API allows it.

        Raises:
            ShopError: no such order, another field, or a version that is not the current one.
        """
        self.refuse_if_told("patch")
        if not isinstance(body, dict):
            raise invalid("body", "a patch is a JSON object")
        if other := sorted(body.keys() - {*PATCHABLE, "version"}):
            raise invalid(other[0], f"only {' and '.join(PATCHABLE)} can be patched")
        with self.writing() as tx:
            order = tx.need(ORDERS, order_id)
            if body.get("version") not in (None, order["version"]):
                message = f"order {order_id} is at version {order['version']} by now"
                raise ShopError(409, "version-conflict", message, field="version", version=order["version"])
            for name in PATCHABLE:
                if not isinstance(body.get(name, {}), dict):
                    raise invalid(name, "is an object of names and values")
                order[name] = (order[name] or {}) | body.get(name, {})
            return self._changed(tx, order)

    def cancel(self, order_id: str, reason: str = "") -> Record:
        """Cancels what is not shipped; a second time changes nothing.

        Raises:
            ShopError: no such order, or everything was shipped.
        """
        self.refuse_if_told("cancel")
        with self.writing() as tx:
            order = tx.need(ORDERS, order_id)
            if order["status"] == "cancelled":
                return order
            if order["status"] == "completed":
                raise ShopError(409, "already-fulfilled", f"order {order_id} was shipped: use a return")
            order |= {"status": "cancelled", "cancelledAt": tx.stamp, "cancelReason": reason}
            return self._changed(tx, order, "order.cancelled")

    def change_address(self, order_id: str, address: Mapping[str, str], *, billing: bool = False) -> Record:
        """Replaces fields of the shipping (or billing) address.

        Raises:
            ShopError: no such order.
        """
        name = "billingAddress" if billing else "shippingAddress"
        with self.writing() as tx:
            order = _changeable(tx.need(ORDERS, order_id))
            order[name] = address_of(order[name] | dict(address))
            return self._changed(tx, order)

    def hold(self, order_id: str) -> Record:
        """Keeps the order from being shipped until it is released."""
        return self._restate(order_id, "open", "onHold")

    def release_hold(self, order_id: str) -> Record:
        """Lets a held order go on."""
        return self._restate(order_id, "onHold", "open")

    def _restate(self, order_id: str, before: str, after: str) -> Record:
        with self.writing() as tx:
            order = tx.need(ORDERS, order_id)
            if order["status"] == after:
                return order
            if order["status"] != before:
                raise ShopError(409, "wrong-status", f"order {order_id} is {order['status']}, not {before}")
            order["status"] = after
            return self._changed(tx, order)

    def _changed(self, tx: Transaction, order: Record, event: str = "order.updated") -> Record:
        tx.save(ORDERS, touched(order, tx))
        tx.emit(event, ORDERS, order)
        _restock(tx, order)
        return order


def _restock(tx: Transaction, order: Record) -> None:
    """The shelves as the order now leaves them."""
    shelves = Shelves.of(tx, order)
    shelves.settle(order)
    shelves.put_back()


def _changeable(order: Record) -> Record:
    if order["status"] not in ("open", "onHold"):
        raise not_open(order)
    return order


def _edited(
    cart: Cart, quantities: Mapping[str, Decimal | int], add: Sequence[Line | Mapping[str, Any]], remove: set[str]
) -> Cart:
    there = {line.line_id for line in cart.lines}
    if unknown := sorted((quantities.keys() | remove) - there):
        raise ShopError(422, "unknown-line", f"the order has no line {unknown[0]!r}", field="lineId")
    kept = [
        line.model_copy(update={"quantity": Decimal(quantities[line.line_id]), "line_total": None, "tax_amount": None})
        if line.line_id in quantities
        else line
        for line in cart.lines
        if line.line_id not in remove
    ]
    new = [line if isinstance(line, Line) else parsed(Line, line) for line in add]
    if not kept + new:
        raise invalid("lines", "an order keeps at least one line; cancel it instead")
    honest = [line.model_copy(update={"planted": {}}) for line in kept]
    return cart.model_copy(update={"lines": (*honest, *new), "planted": {}, "omitted": ()})


def _carried_over(order: Record, figures: Record) -> Record:
    """The new figures, with what was shipped and refunded of each line."""
    before = by(order["lineItems"], "lineId")
    for number, line in enumerate(figures["lineItems"]):
        old = before.pop(line["lineId"], None)
        if old is None:
            continue
        line |= {name: old[name] for name in ("fulfilledQuantity", "refundedQuantity")}
        line["currentQuantity"] = line["quantity"] - line["refundedQuantity"]
        if line["currentQuantity"] < line["fulfilledQuantity"]:
            raise invalid(f"lines[{number}].quantity", f"{line['fulfilledQuantity']} were shipped already")
    for line in before.values():
        if line["fulfilledQuantity"] > ZERO:
            raise invalid("remove", f"line {line['lineId']} was shipped already")
    return figures
