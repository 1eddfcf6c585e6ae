"""The desk where products are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from tandem.sandbox.shop.cart import Exact, Form
from tandem.sandbox.shop.core import ShopCore
from tandem.sandbox.shop.refusal import ShopError, invalid, missing, parsed
from tandem.sandbox.shop.tables import PRODUCTS
from tandem.sandbox.shop.transaction import Record, Transaction, by

PATCHABLE = ("name", "description", "unitPrice", "isPublished", "customFields")
"""What the REST API lets others change; a SKU and a unit are the shop's own business."""


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
    allow_backorder: bool = False
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
            there = live_products(tx, [form.sku for form in forms])
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

    def post_product(self, body: Any) -> Record:
        """Puts a product into the catalogue, as the REST API takes it.

        Raises:
            ShopError: a field cannot be used, or the SKU is taken.
        """
        if not isinstance(body, dict):
            raise invalid("body", "a product is a JSON object")
        return self.add_product(body)

    def patch_product(self, product_id: str, body: Any) -> Record:
        """Replaces fields of a product, as the REST API allows it; what stands so already raises no event.

        Raises:
            ShopError: no such product, it is deleted, or a field that is not patched or cannot be used.
        """
        self.refuse_if_told("patch")
        if not isinstance(body, dict):
            raise invalid("body", "a patch is a JSON object")
        if other := sorted(body.keys() - set(PATCHABLE)):
            raise invalid(other[0], f"only {', '.join(PATCHABLE)} can be patched")
        with self.writing() as tx:
            record = tx.need(PRODUCTS, product_id)
            if record["isDeleted"]:
                raise ShopError(409, "conflict", f"product {product_id} is deleted")
            form = parsed(Product, record | body)
            changed = record | form.model_dump(by_alias=True, exclude={"created_date", "updated_date"})
            if changed != record:
                record = changed | {"updatedDate": tx.stamp}
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


def live_products(tx: Transaction, skus: Iterable[str]) -> dict[str, Record]:
    """The products of these SKUs that are not deleted, by SKU."""
    found = tx.where(PRODUCTS, "sku", sorted(set(skus)))
    return by([product for product in found if not product["isDeleted"]], "sku")


def _need(tx: Transaction, sku: str) -> Record:
    found = live_products(tx, [sku]).get(sku)
    if found is None:
        raise missing("products", sku)
    return found
