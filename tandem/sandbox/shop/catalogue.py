"""The desk where products and stock are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import Field

from tandem.sandbox.shop.cart import Exact, Form
from tandem.sandbox.shop.core import ShopCore
from tandem.sandbox.shop.refusal import ShopError, invalid, missing, parsed
from tandem.sandbox.shop.tables import INVENTORY, PRODUCTS
from tandem.sandbox.shop.transaction import Record, Transaction, by


class Product(Form):
    """What is sold; `unit` is what one piece of it is, such as `each` or `case of 12`."""

    product_id: str | None = None
    sku: str = Field(min_length=1)
    name: str = ""
    description: str = ""
    unit_price: Exact | None = None
    currency: str = ""
    unit: str = "each"
    requires_shipping: bool = True
    gift_card: bool = False
    is_published: bool = True
    is_deleted: bool = False
    custom_fields: dict[str, Any] = Field(default_factory=dict)
    created_date: str | None = None
    updated_date: str | None = None


class CatalogueDesk(ShopCore):
    """A SKU belongs to at most one product that is not deleted."""

    def add_product(self, details: Mapping[str, Any]) -> Record:
        """Puts a product into the catalogue.

        Raises:
            ShopError: a field cannot be used, or the SKU is taken.
        """
        return self.add_products([details])[0]

    def add_products(self, details: Iterable[Mapping[str, Any]], *, keep_existing: bool = False) -> list[Record]:
        """Puts all of them in or, when one is wrong, none; `keep_existing` leaves a SKU that is there as it is.

        Raises:
            ShopError: as `add_product`.
        """
        forms = [parsed(Product, one) for one in details]
        made = []
        with self.writing() as tx:
            there = _live(tx, [form.sku for form in forms])
            for index, form in enumerate(forms):
                record = there.get(form.sku)
                if record is not None and not keep_existing:
                    field = f"products[{index}].sku" if len(forms) > 1 else "sku"
                    raise ShopError(409, "duplicate-sku", f"{field}: {form.sku!r} is taken", field=field)
                if record is None:
                    record = there[form.sku] = form.model_dump(by_alias=True)
                    record["productId"] = form.product_id or tx.id_of(PRODUCTS)
                    record["currency"] = form.currency or self.currency
                    record |= {"createdDate": tx.stamp, "updatedDate": tx.stamp}
                    tx.add(PRODUCTS, record)
                    tx.emit("product.created", PRODUCTS, record)
                made.append(record)
        return made

    def change_product(self, sku: str, fields: Mapping[str, Any]) -> Record:
        """Replaces fields of a product.

        Raises:
            ShopError: no such product, or a field cannot be used.
        """
        with self.writing() as tx:
            record = _need(tx, sku)
            form = parsed(Product, record | dict(fields) | {"sku": sku, "productId": record["productId"]})
            record |= form.model_dump(by_alias=True, exclude={"created_date"}) | {"updatedDate": tx.stamp}
            tx.save(PRODUCTS, record)
            tx.emit("product.updated", PRODUCTS, record)
        return record

    def delete_product(self, sku: str, *, for_good: bool = False) -> None:
        """Takes a product off the catalogue: marked as deleted or, for good, gone. Orders keep their lines.

        Raises:
            ShopError: no such product.
        """
        with self.writing() as tx:
            record = _need(tx, sku) | {"isDeleted": True, "isPublished": False, "updatedDate": tx.stamp}
            tx.save(PRODUCTS, record)
            tx.emit("product.deleted", PRODUCTS, record)
            if for_good:
                tx.remove(PRODUCTS, record["productId"])

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
            products = _live(tx, [sku for sku, _, _ in asked])
            there = by(tx.where(INVENTORY, "sku", sorted({sku for sku, _, _ in asked})), "inventoryId")
            for sku, location, available in asked:
                if sku not in products:
                    raise missing("products", sku)
                if not available.is_finite():
                    raise invalid("available", f"{available} is no quantity")
                record = {
                    "inventoryId": f"{sku}|{location}", "sku": sku, "productId": products[sku]["productId"],
                    "locationId": location, "available": available, "updatedDate": tx.stamp,
                }  # fmt: skip
                (tx.save if record["inventoryId"] in there else tx.add)(INVENTORY, record)
                there[record["inventoryId"]] = record
                tx.emit("inventory.updated", INVENTORY, record)
                made.append(record)
        return made


def _live(tx: Transaction, skus: Iterable[str]) -> dict[str, Record]:
    found = tx.where(PRODUCTS, "sku", sorted(set(skus)))
    return by([product for product in found if not product["isDeleted"]], "sku")


def _need(tx: Transaction, sku: str) -> Record:
    found = _live(tx, [sku]).get(sku)
    if found is None:
        raise missing("products", sku)
    return found
