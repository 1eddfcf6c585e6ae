"""The desk where money moves after the order was placed: captures, voids, sales, refunds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from tandem.sandbox.shop.cart import Exact, Form, Positive
from tandem.sandbox.shop.core import ShopCore, touched
from tandem.sandbox.shop.refusal import ShopError, invalid, parsed
from tandem.sandbox.shop.settlement import received, summary, uncaptured
from tandem.sandbox.shop.tables import ORDERS, REFUNDS
from tandem.sandbox.shop.transaction import Record, Transaction, by

PAYMENT = "payment"
"""Counter of payments."""

PaymentKind = Literal["authorization", "capture", "sale", "void", "refund", "giftCard", "storeCredit"]


class RefundLine(Form):
    """So many pieces of a line given back, and what they were worth."""

    line_id: str
    quantity: Positive
    amount: Exact = Decimal(0)
    tax_amount: Exact = Decimal(0)
    restock: bool = True


class Refund(Form):
    """`amount` is the money paid back, whatever the lines say."""

    amount: Positive
    lines: tuple[RefundLine, ...] = ()
    shipping_amount: Exact = Decimal(0)
    reason: str = ""
    status: Literal["pending", "success"] = "success"
    method: str | None = None
    parent_id: str | None = None


class PaymentDesk(ShopCore):
    """Money in and out."""

    def payment(
        self,
        order_id: str,
        *,
        kind: PaymentKind,
        amount: Decimal,
        method: str = "creditCard",
        status: Literal["pending", "success", "failure"] = "success",
        currency: str | None = None,
        parent_id: str | None = None,
    ) -> Record:
        """Notes a movement of money; the order is paid once enough has come in.

        Raises:
            ShopError: no such order.
        """
        with self.writing() as tx:
            order = tx.need(ORDERS, order_id)
            fields = {"kind": kind, "amount": amount, "method": method, "status": status, "parentId": parent_id}
            return self._move(tx, order, currency=currency or order["currency"], **fields)

    def capture(self, order_id: str, amount: Decimal | None = None) -> Record:
        """Captures the order's authorisation, in part or what is left of it.

        Raises:
            ShopError: no such order, nothing left to capture, or less than asked.
        """
        with self.writing() as tx:
            order = tx.need(ORDERS, order_id)
            authorization, left = _authorization(order)
            wanted = left if amount is None else amount
            if not 0 < wanted <= left:
                raise invalid("amount", f"{wanted} cannot be captured, {left} is left", left=left)
            return self._move(tx, order, kind="capture", amount=wanted, status="success", **_child(authorization))

    def void(self, order_id: str) -> Record:
        """Gives up what is left of the authorisation, as when it expires.

        Raises:
            ShopError: no such order, or nothing is left.
        """
        with self.writing() as tx:
            order = tx.need(ORDERS, order_id)
            authorization, left = _authorization(order)
            return self._move(tx, order, kind="void", amount=left, status="success", **_child(authorization))

    def _move(self, tx: Transaction, order: Record, **fields: Any) -> Record:
        paid_before = received(order) >= order["totalAmount"]
        self._book(tx, order, **fields)
        tx.save(ORDERS, touched(order, tx))
        tx.emit("order.updated", ORDERS, order)
        if not paid_before and received(order) >= order["totalAmount"]:
            tx.emit("order.paid", ORDERS, order)
        return order

    def refund(self, order_id: str, refund: Refund | Mapping[str, Any]) -> Record:
        """Pays money back and notes the pieces; answers the refund.

        Raises:
            ShopError: no such order or line, or more pieces than there are.
        """
        form = refund if isinstance(refund, Refund) else parsed(Refund, refund)
        with self.writing() as tx:
            order = tx.need(ORDERS, order_id)
            _take_back(order, form.lines)
            made = self._book(
                tx, order, kind="refund", amount=form.amount, status=form.status, currency=order["currency"],
                method=form.method or order["paymentInfo"]["method"], parentId=form.parent_id,
            )  # fmt: skip
            record = {
                "refundId": tx.id_of(REFUNDS), "orderId": order_id, "status": form.status,
                "currency": order["currency"], "amount": form.amount, "shippingAmount": form.shipping_amount,
                "reason": form.reason, "paymentId": made["paymentId"],
                "lines": [line.model_dump(by_alias=True) for line in form.lines],
                "createdDate": tx.stamp, "updatedDate": tx.stamp,
            }  # fmt: skip
            tx.save(ORDERS, touched(order, tx))
            tx.add(REFUNDS, record)
            tx.emit("order.updated", ORDERS, order)
            tx.emit("refund.created", REFUNDS, record)
        return record

    def _book(self, tx: Transaction, order: Record, **fields: Any) -> Record:
        number = tx.number(PAYMENT)
        payment = {
            "paymentId": f"pay_{number:06d}",
            "gateway": "standin-pay",
            "gatewayTransactionId": f"txn_{number:06d}",
            "processedAt": tx.stamp,
        } | fields
        order["payments"] = [*order["payments"], payment]
        order["paymentInfo"] = summary(order, order["paymentInfo"].get("method"))
        return payment


def _authorization(order: Record) -> tuple[Record, Decimal]:
    """The first authorisation with something left on it, and how much."""
    for payment in order["payments"]:
        if payment["kind"] == "authorization" and payment["status"] == "success":
            left = uncaptured(order["payments"], payment)
            if left > 0:
                return payment, left
    raise ShopError(409, "nothing-authorised", f"order {order['orderId']} has nothing left to capture")


def _child(payment: Record) -> Record:
    return {
        "method": payment["method"],
        "currency": payment["currency"],
        "parentId": payment["paymentId"],
    }


def _take_back(order: Record, lines: Sequence[RefundLine]) -> None:
    there = by(order["lineItems"], "lineId")
    for number, one in enumerate(lines):
        line = there.get(one.line_id)
        if line is None:
            raise ShopError(
                422, "unknown-line", f"the order has no line {one.line_id!r}", field=f"lines[{number}].lineId"
            )
        if one.quantity > line["currentQuantity"]:
            raise invalid(f"lines[{number}].quantity", f"only {line['currentQuantity']} are left of it")
        line["refundedQuantity"] += one.quantity
        line["currentQuantity"] -= one.quantity
