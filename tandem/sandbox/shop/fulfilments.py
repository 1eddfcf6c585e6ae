"""The desk that is told what was shipped, shows it on the order, and writes to the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from tandem.sandbox.shop.cart import Exact, Form
from tandem.sandbox.shop.core import ShopCore, touched
from tandem.sandbox.shop.refusal import ShopError, not_open, parsed
from tandem.sandbox.shop.tables import FULFILLMENTS, ORDERS
from tandem.sandbox.shop.transaction import Record, Transaction, by
from tandem.sandbox.shop.wire import read_moment
from tandem.values import ZERO


class FulfilledLine(Form):
    """So many pieces of a line, and their share of its tax."""

    line_id: str
    quantity: Annotated[Exact, Field(gt=0)]
    tax_amount: Exact = Decimal(0)


class Tracking(Form):
    """Where a parcel can be followed."""

    company: str = ""
    number: str = ""
    url: str = ""


class Fulfilment(Form):
    """What left the warehouse; `external_key` is the sender's own name of it."""

    external_key: str = Field(min_length=1, max_length=64)
    location_id: str = ""
    lines: tuple[FulfilledLine, ...] = Field(min_length=1)
    tracking: tuple[Tracking, ...] = ()
    shipped_at: str | None = None
    notify_customer: bool = False


class FulfilmentDesk(ShopCore):
    """Takes each shipment once, and never more than is open."""

    def fulfil(self, order_id: str, body: Fulfilment | Mapping[str, Any]) -> Record:
        """Notes a shipment.

        Raises:
            ShopError: no such order, the external key is taken, an unknown line, or more than is open.
        """
        self.refuse_if_told("fulfillment")
        form = body if isinstance(body, Fulfilment) else parsed(Fulfilment, body)
        with self.writing() as tx:
            order = tx.need(ORDERS, order_id)
            _check_key(tx, form.external_key)
            if order["status"] not in ("open", "completed"):
                raise not_open(order)
            _ship(order, form.lines)
            record = self._record(tx, order, form)
            order["fulfillments"] = [*order["fulfillments"], record]
            order["status"] = "completed" if _all_shipped(order) else "open"
            tx.add(FULFILLMENTS, record)
            tx.save(ORDERS, touched(order, tx))
            tx.emit("fulfillment.created", FULFILLMENTS, record)
            tx.emit("order.updated", ORDERS, order)
            if form.notify_customer:
                self._write_to_customer(tx, order, record)
        return record

    def _record(self, tx: Transaction, order: Record, form: Fulfilment) -> Record:
        shipped = tx.stamp
        if form.shipped_at:
            shipped = self.stamp(read_moment(form.shipped_at, self.zone, "shippedAt"))
        return {
            "fulfillmentId": tx.id_of(FULFILLMENTS),
            "externalKey": form.external_key,
            "orderId": order["orderId"],
            "orderNumber": order["orderNumber"],
            "status": "fulfilled",
            "locationId": form.location_id,
            "lines": [line.model_dump(by_alias=True) for line in form.lines],
            "tracking": [one.model_dump(by_alias=True) for one in form.tracking],
            "shippedAt": shipped,
            "deliveredAt": None,
            "cancelledAt": None,
            "customerNotified": form.notify_customer,
            "createdDate": tx.stamp,
            "updatedDate": tx.stamp,
        }

    def _write_to_customer(self, tx: Transaction, order: Record, record: Record) -> None:
        numbers = ", ".join(one["number"] for one in record["tracking"] if one["number"])
        tx.mail(
            orderId=order["orderId"],
            fulfillmentId=record["fulfillmentId"],
            to=order["email"] or "",
            subject=f"Your order {order['orderNumber']} is on its way{': ' if numbers else ''}{numbers}",
            sentAt=tx.stamp,
        )

    def cancel_fulfilment(self, order_id: str, fulfilment_id: str) -> Record:
        """Takes a shipment back, as when it was voided; a second time changes nothing.

        Raises:
            ShopError: no such order, or no such fulfilment of it.
        """
        self.refuse_if_told("fulfillment.cancel")
        with self.writing() as tx:
            order, record = tx.need(ORDERS, order_id), tx.need(FULFILLMENTS, fulfilment_id)
            if record["orderId"] != order_id:
                message = f"fulfillment {fulfilment_id} belongs to another order"
                raise ShopError(404, "not-found", message, field="fulfillmentId")
            if record["status"] == "cancelled":
                return record
            record |= {"status": "cancelled", "cancelledAt": tx.stamp, "updatedDate": tx.stamp}
            there = by(order["lineItems"], "lineId")
            for line in record["lines"]:
                there[line["lineId"]]["fulfilledQuantity"] -= line["quantity"]
            others = (one for one in order["fulfillments"] if one["fulfillmentId"] != fulfilment_id)
            order["fulfillments"] = sorted((*others, record), key=lambda one: str(one["fulfillmentId"]))
            if order["status"] == "completed":
                order["status"] = "open"
            tx.save(FULFILLMENTS, record)
            tx.save(ORDERS, touched(order, tx))
            tx.emit("fulfillment.cancelled", FULFILLMENTS, record)
            tx.emit("order.updated", ORDERS, order)
        return record


def _check_key(tx: Transaction, key: str) -> None:
    for there in tx.where(FULFILLMENTS, "externalKey", [key]):
        raise ShopError(
            409, "duplicate-external-key", f"externalKey {key!r} is taken", field="externalKey",
            fulfillmentId=there["fulfillmentId"], orderId=there["orderId"],
        )  # fmt: skip


def _ship(order: Record, lines: Sequence[FulfilledLine]) -> None:
    there = by(order["lineItems"], "lineId")
    for number, one in enumerate(lines):
        line = there.get(one.line_id)
        if line is None:
            field = f"lines[{number}].lineId"
            raise ShopError(422, "unknown-line", f"{field}: the order has no line {one.line_id!r}", field=field)
        left = line["currentQuantity"] - line["fulfilledQuantity"]
        if one.quantity > left:
            field = f"lines[{number}].quantity"
            message = f"{field}: {one.quantity} is more than the {left} open of line {one.line_id}"
            raise ShopError(422, "more-than-open", message, field=field, open=left)
        line["fulfilledQuantity"] += one.quantity


def _all_shipped(order: Record) -> bool:
    """A bundle is shipped with its parts, and some goods are not shipped at all."""
    bundles = {line["bundleParentLineId"] for line in order["lineItems"]}
    return all(
        line["fulfilledQuantity"] >= line["currentQuantity"]
        for line in order["lineItems"]
        if line["requiresShipping"] and line["currentQuantity"] > ZERO and line["lineId"] not in bundles
    )
