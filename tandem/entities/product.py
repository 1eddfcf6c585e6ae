"""Products: items of Sage Pro (ICITEM) that the shop sells; mappings/product.yaml says which side owns which field."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Self

from pydantic import Field

from tandem.entities.declaration import Canonical, Companion, Entity, Route, System


class DatedPrice(Canonical):
    """The price of one stocking unit from midnight of a day on, in the zone of the shop."""

    price_code: str = ""
    currency: str = ""
    effective_from: date
    price: Decimal


class Product(Canonical):
    """A product as one side has it: what the other side owns is absent.

    `price` is that of one stocking unit; `price_code` names the price list of which a dated price counts, "" for the
    list price.
    """

    sku: str = Field(min_length=1)
    name: str = ""
    description: str = ""
    product_class: str = ""
    status: str = ""
    price: Decimal | None = None
    prices: tuple[DatedPrice, ...] = ()
    price_code: str = ""
    currency: str = ""
    deleted: bool = False
    updated_at: datetime | None = None

    def as_of(self, day: date) -> Self:
        """With the price that is in force on that day: the latest that has begun, else the one that bears no date.

        Those to come are left out: they are no content of today.
        """
        place = (self.price_code, self.currency)
        ours = [dated for dated in self.prices if (dated.price_code, dated.currency) == place]
        begun = [dated for dated in ours if dated.effective_from <= day]
        price = max(begun, key=lambda dated: dated.effective_from).price if begun else self.price
        return self.model_copy(update={"price": price, "prices": ()})


class Listing(Canonical):
    """What the shop shows, read beside the item: `unit_price` is that of one of its units, which has `pack` pieces."""

    name: str = ""
    unit_price: Decimal | None = None
    currency: str = ""
    pack: Decimal = Decimal(1)
    published: bool = True
    deleted: bool = False


class Item(Canonical):
    """What Sage Pro keeps, read beside the shop's product."""

    description: str = ""


class ProductDocument(Canonical):
    """What is written; made by `rules.products.plan`. `unit_price` is that of the shop's unit.

    What is None is left as it stands over there. `create` is set where the target has none and may be given one.
    """

    product: Product
    unit_price: Decimal | None = None
    published: bool | None = None
    create: bool = False
    notes: tuple[str, ...] = ()


PRODUCT = Entity(
    name="product",
    model=Product,
    document=ProductDocument,
    drain="catalogue/catalogue-live",
    routes=(
        Route(
            source=System.SAGEPRO,
            target=System.CLARITY,
            read="products",
            write="products",
            key="ItemCode",
            version="UpdatedAt",
            updated="UpdatedAt",
            number="ItemCode",
            target_number="productId",
            companions={
                "listing": Companion(
                    system=System.CLARITY, resource="products", key="sku", match="sku", gone="isDeleted"
                )
            },
            dated="effectiveFrom",
            events=frozenset({"product.updated"}),
        ),
        Route(
            source=System.CLARITY,
            target=System.SAGEPRO,
            read="products",
            write="products",
            key="productId",
            version="updatedDate",
            updated="updatedDate",
            number="sku",
            target_number="ItemCode",
            companions={
                "item": Companion(system=System.SAGEPRO, resource="products", key="sku", match="ItemCode"),
            },
            space="clarity/",
            gone="isDeleted",
            events=frozenset({"product.created", "product.updated"}),
        ),
    ),
)
