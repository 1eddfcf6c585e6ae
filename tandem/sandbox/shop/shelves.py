"""What the checkout takes: an order and the stock it leaves are one transaction.

Goods without an inventory record are not counted and never sold out. What was sold of them is not taken later either,
when they are counted and the order is changed: whoever counted them has counted them without it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from sqlalchemy import Column, Table, Text, delete, insert, select

from tandem.sandbox.database import metadata
from tandem.sandbox.shop.catalogue import live_products
from tandem.sandbox.shop.core import touched
from tandem.sandbox.shop.refusal import ShopError
from tandem.sandbox.shop.tables import INVENTORY
from tandem.sandbox.shop.transaction import Record, Transaction
from tandem.values import ZERO

allotment = Table(
    "allotment",
    metadata,
    Column("orderId", Text, primary_key=True),
    Column("inventoryId", Text, primary_key=True),
    Column("quantity", Text, nullable=False),
)
"""How many of which record each order has taken; of goods that were not counted, under their sku and no place."""


class Shelves:
    """The stock of some goods in one transaction; `put_back` writes what has changed."""

    def __init__(self, tx: Transaction, skus: Iterable[str]) -> None:
        self._tx = tx
        self._kept: defaultdict[str, list[Record]] = defaultdict(list)
        for record in tx.where(INVENTORY, "sku", sorted(set(skus))):
            self._kept[record["sku"]].append(record)
        products = live_products(tx, self._kept)
        self._owing = {sku for sku, product in products.items() if product.get("allowBackorder")}
        self._changed: dict[str, Record] = {}

    @classmethod
    def of(cls, tx: Transaction, order: Record) -> Shelves:
        """The shelves of all goods that are on the order, or were and left a shelf."""
        taken = select(allotment.c.inventoryId).where(allotment.c.orderId == order["orderId"])
        left = {_sku_of(key) for key in tx.connection.scalars(taken)}
        return cls(tx, left | {line["sku"] for line in order["lineItems"]})

    def settle(self, order: Record, *, believed: bool = False) -> None:
        """Take what the order has too little of, give back what it has too much.

        Raises:
            ShopError: there is not so much, and it cannot be ordered without being there (`believed` orders can).
        """
        wanted = _wanted(order)
        before = self._taken(order["orderId"])
        taken = dict(before)
        for sku in sorted(wanted.keys() | {_sku_of(key) for key in taken}):
            own = {key: quantity for key, quantity in taken.items() if _sku_of(key) == sku}
            more = wanted.get(sku, ZERO) - sum(own.values(), ZERO)
            if sku not in self._kept:
                taken[f"{sku}|"] = max(own.get(f"{sku}|", ZERO) + more, ZERO)
            elif more > 0:
                self._take(sku, more, taken, believed=believed or sku in self._owing)
            elif more < 0:
                self._give(sku, -more, taken)
        self._remember(order["orderId"], before, taken)

    def put_back(self) -> None:
        """Write every record that has changed, and tell."""
        for record in self._changed.values():
            self._tx.save(INVENTORY, touched(record, self._tx))
            self._tx.emit("inventory.updated", INVENTORY, record)
        self._changed.clear()

    def _take(self, sku: str, quantity: Decimal, taken: dict[str, Decimal], *, believed: bool) -> None:
        """From the fullest place first; what is ordered beyond what is there makes that one negative."""
        places = sorted(self._kept[sku], key=lambda record: (-record["available"], record["inventoryId"]))
        there = sum((max(record["available"], ZERO) for record in places), ZERO)
        if quantity > there and not believed:
            message = f"lines: {quantity} of {sku} wanted, {there} left"
            raise ShopError(409, "sold-out", message, field="lines", sku=sku, available=there)
        left = quantity
        for record in places:
            part = min(left, max(record["available"], ZERO))
            self._move(record, -part, taken)
            left -= part
        self._move(places[0], -left, taken)

    def _give(self, sku: str, quantity: Decimal, taken: dict[str, Decimal]) -> None:
        uncounted = min(quantity, taken.get(f"{sku}|", ZERO))
        if uncounted:
            taken[f"{sku}|"] -= uncounted
        left = quantity - uncounted
        for record in self._kept[sku]:
            part = min(left, taken.get(record["inventoryId"], ZERO))
            self._move(record, part, taken)
            left -= part

    def _move(self, record: Record, quantity: Decimal, taken: dict[str, Decimal]) -> None:
        if quantity:
            key = record["inventoryId"]
            record["available"] += quantity
            taken[key] = taken.get(key, ZERO) - quantity
            self._changed[key] = record

    def _taken(self, order_id: str) -> dict[str, Decimal]:
        rows = self._tx.connection.execute(select(allotment).where(allotment.c.orderId == order_id))
        return {row.inventoryId: Decimal(row.quantity) for row in rows}

    def _remember(self, order_id: str, before: Mapping[str, Decimal], taken: Mapping[str, Decimal]) -> None:
        if before == taken:
            return
        if before:
            self._tx.connection.execute(delete(allotment).where(allotment.c.orderId == order_id))
        rows = [{"orderId": order_id, "inventoryId": key, "quantity": str(q)} for key, q in taken.items() if q]
        if rows:
            self._tx.connection.execute(insert(allotment), rows)


def _sku_of(key: str) -> str:
    return key.rpartition("|")[0]


def _wanted(order: Record) -> dict[str, Decimal]:
    """Goods of the order that are, or have, left the shelf; of a bundle its parts and not itself."""
    bundles = {line["bundleParentLineId"] for line in order["lineItems"]}
    wanted: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in order["lineItems"]:
        if order["isTest"] or line["giftCard"] or not line["requiresShipping"] or line["lineId"] in bundles:
            continue
        shipped = line["fulfilledQuantity"]
        wanted[line["sku"]] += shipped if order["status"] == "cancelled" else max(line["currentQuantity"], shipped)
    return wanted
