"""The desk where orders are placed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tandem.sandbox.shop.cart import Cart, Tender, address_of
from tandem.sandbox.shop.checkout import figures_of
from tandem.sandbox.shop.core import ShopCore
from tandem.sandbox.shop.intake import Clerk, blank_order, stated
from tandem.sandbox.shop.naming import NUMBER_PREFIX, Order, Stated, existing, known, refused, skus_of, taken_in
from tandem.sandbox.shop.settlement import amounts_of, booked, received, summary, tenders_of
from tandem.sandbox.shop.shelves import Shelves
from tandem.sandbox.shop.tables import ORDERS, PRODUCTS, Overlay, planted
from tandem.sandbox.shop.transaction import Record, Transaction
from tandem.sandbox.shop.wire import read_moment

PAYMENT = "payment"
"""Counter of payments."""


class OrderDesk(ShopCore):
    """Takes a cart, or an order in the wire's own form (it has `lineItems`) whose figures are believed."""

    def place_order(self, order: Order, *, at: datetime | None = None) -> Record:
        """Places an order; `at` is the moment it is placed, else the shop's own time.

        Raises:
            ShopError: it cannot be used, its id or number is taken, or something on it is sold out.
        """
        return self.place_orders([order], at=at)[0]

    def place_orders(
        self, orders: Sequence[Order], *, at: datetime | None = None, keep_existing: bool = False
    ) -> list[Record]:
        """Places all of them or, when one is wrong, none; `keep_existing` answers one that is there as it stands.

        Raises:
            ShopError: as `place_order`.
        """
        taken = [taken_in(order) for order in orders]
        with self.writing() as tx:
            there = existing(tx, taken)
            clerk = Clerk(tx, [one for one in taken if isinstance(one, Cart)])
            shelves = Shelves(tx, (sku for order in taken for sku in skus_of(order)))
            placed = []
            for index, order in enumerate(taken):
                found = known(there, order)
                if found is None:
                    found = self._place(tx, clerk, shelves, order, at)
                    for name in ("orderId", "orderNumber"):
                        there[name, found[name]] = found
                elif not keep_existing:
                    raise refused(found, index if len(taken) > 1 else None)
                placed.append(found)
            shelves.put_back()
        return placed

    def _place(
        self, tx: Transaction, clerk: Clerk, shelves: Shelves, order: Cart | Stated, at: datetime | None
    ) -> Record:
        if isinstance(order, Cart):
            cart = clerk.filled(order, self.currency)
            record = self._composed(tx, cart, self._placed_at(tx, cart.order_date, at))
            kept, overlay = cart.model_dump_json(by_alias=True, exclude_unset=True), _overlay(cart)
        else:
            record, kept, overlay = stated(order, self.zone), "", None
            record["orderDate"] = record["orderDate"] or self._placed_at(tx, None, at)
            record["currency"] = record["currency"] or self.currency
            record["shopCurrency"] = record["shopCurrency"] or record["currency"]
        record["orderId"] = record["orderId"] or tx.id_of(ORDERS)
        record["orderNumber"] = record["orderNumber"] or f"{NUMBER_PREFIX}{100_000 + tx.number('orderNumber')}"
        record["updatedDate"] = tx.stamp
        shelves.settle(record, believed=not kept)
        tx.add(ORDERS, record, kept, overlay)
        tx.emit("order.created", ORDERS, record)
        if record["totalAmount"] and received(record) >= record["totalAmount"]:
            tx.emit("order.paid", ORDERS, record)
        self._lose_product(tx, record)
        return planted(record, overlay) if overlay else record

    def _placed_at(self, tx: Transaction, said: datetime | None, at: datetime | None) -> str:
        moment = said or at
        if moment is None:
            return tx.stamp
        return self.stamp(read_moment(moment.isoformat(), self.zone, "orderDate"))

    def _composed(self, tx: Transaction, cart: Cart, placed: str) -> Record:
        currency = str(cart.currency)
        figures = figures_of(cart, currency)
        record = blank_order() | {
            "orderId": cart.order_id,
            "orderNumber": cart.order_number,
            "customerId": cart.customer_id,
            "email": cart.email,
            "orderDate": placed,
            "status": cart.status,
            "isTest": cart.is_test,
            "source": cart.source,
            "currency": currency,
            "shopCurrency": cart.shop_currency,
            "exchangeRate": cart.exchange_rate,
            "taxesIncluded": cart.taxes_included,
            "taxExempt": cart.tax_exempt,
            "taxExemptCode": cart.tax_exempt_code,
            "purchaseOrderNo": cart.purchase_order_no,
            "note": cart.note,
            "customerGroup": cart.customer_group,
            "tags": dict(cart.tags),
            "customFields": dict(cart.custom_fields),
            "shippingAddress": address_of(cart.shipping_address),
            "billingAddress": address_of(cart.billing_address),
            **figures,
        }
        record |= booked(record)
        tenders = tenders_of(cart.payments, cart.payment_method)
        sums = amounts_of(tenders, record["totalAmount"], currency)
        record["payments"] = [self._payment(tx, tender, amount, currency, placed) for tender, amount in sums]
        record["paymentInfo"] = summary(record, cart.payment_method)
        return record

    def _payment(
        self, tx: Transaction, tender: Tender, amount: Any, currency: str, when: str, parent: str | None = None
    ) -> Record:
        number = tx.number(PAYMENT)
        return {
            "paymentId": f"pay_{number:06d}",
            "method": tender.method,
            "gateway": tender.gateway or ("shop" if tender.kind in ("giftCard", "storeCredit") else "standin-pay"),
            "gatewayTransactionId": f"txn_{number:06d}",
            "kind": tender.kind,
            "status": tender.status,
            "amount": amount,
            "currency": tender.currency or currency,
            "parentId": parent,
            "processedAt": when,
        }

    def _lose_product(self, tx: Transaction, order: Record) -> None:
        """The knob that takes a product out of the catalogue as soon as it was sold."""
        if self.board.hits(self.board.knobs.deleted_product, "deletedProduct", order["orderId"]):
            for product in tx.where(PRODUCTS, "sku", [order["lineItems"][0]["sku"]]):
                tx.remove(PRODUCTS, product["productId"])


def _overlay(cart: Cart) -> Overlay | None:
    """What the order shall show wrong, by the ids that its lines were given."""
    lines = {line.line_id: line.planted for line in cart.lines if line.planted}
    parts = {"replace": cart.planted, "omit": list(cart.omitted), "lines": lines}
    return {name: value for name, value in parts.items() if value} or None
