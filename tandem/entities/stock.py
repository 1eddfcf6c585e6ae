"""Stock by item and location: kept in Sage Pro (ICILOC), told to the shop as what it may sell."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field

from tandem.entities.beside import Reckoning, Table
from tandem.entities.declaration import Canonical, Companion, Entity, Route, System
from tandem.entities.kits import folded, kits
from tandem.entities.takes import Heeds

BOUND = "expectedVersion"
"""What the shop calls the version that a write was made for."""

ABSENT = ("OnHand", "Allocated", "OnOrder", "OpenSales", "Available", "AvailableComputed")


class Stock(Canonical):
    """Quantities of one item at one location in the stocking unit; `key` is item and location joined by a bar.

    `shop_location` is what the shop calls the location, empty for one that it does not sell from. `available` is less
    Sage Pro's own allocations, `available_computed` less all open sales orders; both are less work orders. `gone` means
    that Sage Pro keeps the item there no longer.
    """

    key: str = Field(min_length=3)
    sku: str = Field(min_length=1)
    location: str = Field(min_length=1)
    shop_location: str = ""
    on_hand: Decimal
    allocated: Decimal
    on_order: Decimal = Decimal(0)
    open_sales: Decimal = Decimal(0)
    available: Decimal
    available_computed: Decimal
    gone: bool = False
    updated_at: str | None = None


class ShopProduct(Canonical):
    """The shop's product beside it; one that is sold holds `pack` pieces of Sage Pro's stocking unit."""

    sku: str
    pack: Decimal = Field(default=Decimal(1), gt=0)
    deleted: bool = False


class Item(Canonical):
    """Sage Pro's item beside it; `status` is sold, blocked or discontinued."""

    status: str = "sold"
    product_class: str = ""


class Shelf(Canonical):
    """Stock as it is read last, of the item itself and of all that its kits are made of."""

    key: str
    sku: str
    location: str
    available: Decimal
    available_computed: Decimal


class Level(Canonical):
    """What the shop holds of the item at one of its locations."""

    number: str
    sku: str
    location: str
    available: Decimal
    version: int


class StockLevel(Canonical):
    """What the shop is told; `expected` is the version of its record that this was decided on, 0 if it had none.

    `number` is that of the record in the shop; `first` says that it had none.
    """

    stock: Stock
    number: str
    quantity: Decimal
    expected: int
    first: bool = False
    notes: tuple[str, ...] = ()


def family(stock: Stock, table: Table) -> list[str]:
    """The codes on whose stock its quantity depends: its own, its parts, and the kits above any of them."""
    own = folded(stock.sku)
    return [stock.sku, *sorted(kits(table).family(own) - {own})]


def keys(stock: Stock, table: Table) -> list[str]:
    """The keys of the family at this location."""
    return [f"{sku}|{stock.location}" for sku in family(stock, table)]


def kin(stock: Stock, table: Table) -> list[str]:
    """Those whose quantity depends on this one: the kits that it is part of, the parts of a kit, and their kits."""
    own = folded(stock.sku)
    return [f"{sku}|{stock.location}" for sku in sorted(kits(table).kin(own) - {own})]


def pairs(stock: Stock, table: Table) -> list[tuple[str, str]]:
    """Skus and locations whose demand bears on it."""
    return [(sku, stock.location) for sku in family(stock, table)]


def absent(key: str) -> dict[str, Any] | None:
    """Nothing at all of an item that Sage Pro no longer keeps there."""
    sku, bar, location = key.rpartition("|")
    if not (bar and sku.strip() and location.strip()):
        return None
    nothing = dict.fromkeys(ABSENT, Decimal(0))
    return {"Key": key, "ItemCode": sku, "Location": location, **nothing, "UpdatedAt": None, "Gone": True}


STOCK = Entity(
    name="stock",
    model=Stock,
    document=StockLevel,
    drain="inventory/inventory-live",
    distinct=frozenset({"locations"}),
    routes=(
        Route(
            source=System.SAGEPRO,
            target=System.CLARITY,
            read="inventory",
            write="inventory",
            key="Key",
            version="UpdatedAt",
            updated="UpdatedAt",
            number="ItemCode",
            companions={
                "product": Companion(
                    system=System.CLARITY, resource="products", key="sku", by="sku", linked="product", gone="isDeleted"
                ),
                "levels": Companion(system=System.CLARITY, resource="inventory", key="sku", by="sku", beside="product"),
                "item": Companion(system=System.SAGEPRO, resource="products", key="sku"),
                "shelves": Companion(system=System.SAGEPRO, resource="inventory", key=keys),
            },
            reckoned=Reckoning(
                hears=("order",), taken=pairs, kin=kin, number="number", first="first", bound=BOUND, absent=absent
            ),
            heeds=Heeds(),
            events=frozenset({"stock.updated"}),
        ),
    ),
)
