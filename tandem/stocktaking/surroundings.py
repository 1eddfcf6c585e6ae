"""What decides about stock beside it, as a comparison of everything needs it: in memory, and small for each item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tandem.entities.kits import folded
from tandem.entities.stock import Item, Stock
from tandem.store.demand import Portion
from tandem.values import ZERO

Demand = Mapping[tuple[str, str], Decimal]
"""What is taken, by folded sku and location."""


def summed(portions: Iterable[Portion]) -> Demand:
    """What is taken in all of each item at each location."""
    demand: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for portion in portions:
        demand[portion.sku, portion.location] += portion.quantity
    return dict(demand)


def key_of(sku: str, location: str) -> str:
    """An item at a location of the shop, in the form in which both sides compare."""
    return f"{folded(sku)}|{folded(location)}"


@dataclass(kw_only=True)
class Surroundings:
    """What decides about stock beside it, by folded code of Sage Pro's.

    The shop's live products with what one of each holds and their codes over there where these differ, Sage Pro's
    items, and why one of either is not understood. `deleted` are codes that the shop took off its list, `ownerless` the
    places where it shows stock of what it has no product of.
    """

    packs: dict[str, Decimal] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    ownerless: set[str] = field(default_factory=set)
    items: dict[str, Item] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    demand: Demand = field(default_factory=dict)

    def shows(self, sku: str) -> bool:
        """Whether stock that the shop keeps under this code of its own is to be compared: not of what it took off."""
        return folded(sku) not in self.deleted

    def key(self, stock: Stock) -> str:
        """What the shop's record of this stock is compared by."""
        return key_of(self.names.get(folded(stock.sku), stock.sku), stock.shop_location)

    def taken(self, sku: str, location: str) -> Decimal:
        """What is taken of an item at a location; what nobody has routed yet may leave any."""
        return self.demand.get((folded(sku), location), ZERO) + self.demand.get((folded(sku), ""), ZERO)
