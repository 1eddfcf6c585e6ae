"""What a player hands to the stage: products, customers, and documents one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a document is to the shop."""

    ORDER = "order"
    RETURN = "return"
    ADJUSTMENT = "adjustment"


class Fate(StrEnum):
    """What the player means to become of a document; the demo compares it with what did."""

    SOLD = "sold"
    REFUSED = "refused"
    LEFT_OUT = "left out"


@dataclass(frozen=True, kw_only=True)
class Item:
    """A product as the shop sells it and the company stocks it; `stock` is put in at each place before the play.

    A pack (`unit` such as "case of 12") has its price per pack in the shop; the company stocks and prices its `pieces`.
    What may not be sold beyond what is there is not for `backorder`.
    """

    sku: str
    name: str
    price: Decimal
    cost: Decimal
    stock: Decimal = Decimal(0)
    stocked: bool = True
    unit: str = "each"
    pieces: int = 1
    places: tuple[str, ...] = ("MAIN",)
    in_company: bool = True
    backorder: bool = True


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that is done to an order later: `edit`, `cancel`, `release`, as the shop's desk calls it."""

    what: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Document:
    """One order, return or adjustment; `body` is what the shop is handed: a cart, or the record itself.

    `later` are steps on the order after its first form has settled.
    """

    key: str
    kind: Kind
    sort: str
    body: dict[str, Any]
    fate: Fate = Fate.SOLD
    why: str = ""
    amount: Decimal = Decimal(0)
    later: tuple[Step, ...] = ()

    def outline(self) -> Document:
        """All but the body: what has to be remembered of a document once it was played."""
        return replace(self, body={})


@dataclass(frozen=True, kw_only=True)
class Cast:
    """All that must be there before the first document: the shop's catalogue and its registered customers."""

    items: tuple[Item, ...]
    customers: tuple[dict[str, Any], ...]
    currency: str
    zone: str
    notes: dict[str, int] = field(default_factory=dict)
