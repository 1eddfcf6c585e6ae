"""Stock by item and location: kept in Sage Pro (ICILOC); read only until stock travels."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from tandem.entities.declaration import Canonical, Entity, Route, System


class Stock(Canonical):
    """Quantities of one item at one location in the stocking unit; `key` is item and location joined by a bar."""

    key: str = Field(min_length=3)
    sku: str = Field(min_length=1)
    location: str = Field(min_length=1)
    on_hand: Decimal
    allocated: Decimal
    on_order: Decimal = Decimal(0)
    open_sales: Decimal = Decimal(0)
    available: Decimal
    updated_at: str | None = None


STOCK = Entity(
    name="stock",
    model=Stock,
    routes=(
        Route(
            source=System.SAGEPRO,
            target=None,
            read="inventory",
            key="Key",
            version="UpdatedAt",
            updated="UpdatedAt",
            number="ItemCode",
            sweep=False,
            events=frozenset(),
        ),
    ),
)
