"""Products: mastered in Sage Pro (ICITEM); read only until prices and catalogue travel."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from tandem.entities.declaration import Canonical, Entity, Route, System


class Product(Canonical):
    """An item of the company; `cost` never leaves the ERP side."""

    sku: str = Field(min_length=1)
    name: str
    description: str = ""
    unit: str = ""
    price: Decimal
    cost: Decimal = Decimal(0)
    stocked: bool = True
    product_class: str = ""
    updated_at: str | None = None


PRODUCT = Entity(
    name="product",
    model=Product,
    routes=(
        Route(
            source=System.SAGEPRO,
            target=None,
            read="products",
            key="ItemCode",
            version="UpdatedAt",
            updated="UpdatedAt",
            number="ItemCode",
            sweep=False,
            events=frozenset(),
        ),
    ),
)
