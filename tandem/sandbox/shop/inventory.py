"""The desk where stock is kept: so many of a product at a location, as the shop may sell them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from tandem.sandbox.shop.cart import Exact, Form
from tandem.sandbox.shop.catalogue import live_products
from tandem.sandbox.shop.core import ShopCore
from tandem.sandbox.shop.refusal import ShopError, invalid, missing, parsed
from tandem.sandbox.shop.tables import INVENTORY
from tandem.sandbox.shop.transaction import Record, Transaction, by


class Level(Form):
    """How many can be sold; `expected_version` is the version that the writer has read, 0 if there was no record."""

    available: Annotated[Exact, Field(ge=0)]
    expected_version: Annotated[int, Field(ge=0)] | None = None


class InventoryDesk(ShopCore):
    """Each change raises the record's version and is told by webhook; stating what is so already tells nobody.

    A statement that is bound to a version uses it up even so: one that was made for the same version and comes later
    finds another. Bound to version 0, it makes the record, and only where there is none.
    """

    def put_inventory(self, key: str, body: Any) -> tuple[Record, bool]:
        """States how many there are under `sku|location`; the record as it stands, and whether it is new.

        Raises:
            ShopError: no such product, or the record has changed since the writer read it.
        """
        self.refuse_if_told("inventory")
        sku, bar, location = key.rpartition("|")
        if not (bar and sku and location):
            raise invalid("inventoryId", f"{key!r} is not a sku and a location joined by a bar")
        level = parsed(Level, body)
        with self.writing() as tx:
            there = tx.find(INVENTORY, key)
            product = live_products(tx, [sku]).get(sku)
            if product is None:
                raise missing("products", sku)
            if level.expected_version not in (None, _version(there)):
                message = f"inventory {key} is at version {_version(there)} by now"
                now = {"version": _version(there), "available": there["available"] if there else None}
                raise ShopError(409, "version-conflict", message, field="expectedVersion", **now)
            bound = level.expected_version is not None
            return _put(tx, there, product, location, level.available, bound=bound), there is None

    def set_stock(self, sku: str, location: str, available: Decimal | int) -> Record:
        """States how many of a product there are at a location.

        Raises:
            ShopError: no such product.
        """
        return self.set_stocks([(sku, location, Decimal(available))])[0]

    def set_stocks(self, levels: Iterable[tuple[str, str, Decimal]]) -> list[Record]:
        """The same for many.

        Raises:
            ShopError: no such product, or a quantity that is none.
        """
        asked = list(levels)
        made = []
        with self.writing() as tx:
            products = live_products(tx, [sku for sku, _, _ in asked])
            there = by(tx.where(INVENTORY, "sku", sorted({sku for sku, _, _ in asked})), "inventoryId")
            for sku, location, available in asked:
                if sku not in products:
                    raise missing("products", sku)
                if not available.is_finite():
                    raise invalid("available", f"{available} is no quantity")
                key = f"{sku}|{location}"
                there[key] = _put(tx, there.get(key), products[sku], location, available)
                made.append(there[key])
        return made


def _version(record: Record | None) -> int:
    return record["version"] if record else 0


def _put(
    tx: Transaction, there: Record | None, product: Record, location: str, available: Decimal, *, bound: bool = False
) -> Record:
    same = there is not None and there["available"] == available
    if there is not None and same and not bound:
        return there
    record = {
        "inventoryId": f"{product['sku']}|{location}", "version": _version(there) + 1, "sku": product["sku"],
        "productId": product["productId"], "locationId": location, "available": available, "updatedDate": tx.stamp,
    }  # fmt: skip
    (tx.add if there is None else tx.save)(INVENTORY, record)
    if not same:
        tx.emit("inventory.updated", INVENTORY, record)
    return record
