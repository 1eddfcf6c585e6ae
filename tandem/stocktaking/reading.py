"""One record of either side as a row of its picture, by the sheets and rules by which stock is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from tandem.connectors.protocol import Record
from tandem.entities.stock import Item, Level, Shelf, Stock, folded, recipes
from tandem.line.connection import Connection
from tandem.mapping import Finding
from tandem.rules.circumstances import Circumstances
from tandem.rules.stock import closed, sellable
from tandem.rules.stock_differences import Kept, Kind, Shown
from tandem.values import ZERO

STOCK = "stock"

Demand = Mapping[tuple[str, str], Decimal]
"""What is taken, by folded sku and location."""


def key_of(sku: str, location: str) -> str:
    """An item at a location of the shop, in the form in which both sides compare."""
    return f"{folded(sku)}|{folded(location)}"


@dataclass(kw_only=True)
class Surroundings:
    """What decides about stock beside it, by folded sku.

    The shop's live products with what one of each holds, Sage Pro's items, and why one of either is not understood.
    """

    packs: dict[str, Decimal] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    demand: Demand = field(default_factory=dict)

    def sells(self, sku: str) -> bool:
        """Whether the shop has a product of this code, or one that is not understood."""
        return folded(sku) in self.packs or folded(sku) in self.refused

    def taken(self, sku: str, location: str) -> Decimal:
        """What is taken of an item at a location; what nobody has routed yet may leave any."""
        return self.demand.get((folded(sku), location), ZERO) + self.demand.get((folded(sku), ""), ZERO)


class Reader:
    """Makes rows out of Sage Pro's records; what kits and their parts decide about each other comes at the end."""

    def __init__(self, line: Connection, around: Surroundings) -> None:
        self.aside = 0
        self._line = line
        self._around = around
        known = {kit: parts for kit, parts in recipes(line.workbook.table).items() if parts}
        self._kin = {*known, *(part for parts in known.values() for part in parts)}
        self._kits = set(known)
        self._apart: dict[tuple[str, str], Stock] = {}

    def row(self, record: Record, key: str, changed: int | None) -> Kept | None:
        """The row of a record; None for one that the shop does not sell, and for one that comes with its kits."""
        found = self._line.workbook.apply(STOCK, "from_sagepro", record, links={}, zone=self._line.zone)
        if found.faults:
            return _refused(key, found.faults)
        try:
            stock = Stock.model_validate(found.value)
        except ValidationError as error:
            why = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            item, _, location = key.rpartition("|")
            return Kept(key="", item=item, location=location, refused=Kind.REFUSED, why=why)
        sku = folded(stock.sku)
        if sku in self._around.refused:
            key, why = key_of(sku, stock.shop_location), self._around.refused[sku]
            return Kept(key=key, item=stock.sku, location=stock.location, refused=Kind.REFUSED, why=why)
        if stock.shop_location and sku in self._kin:
            self._apart[sku, stock.location] = stock
            return None
        if not stock.shop_location or sku not in self._around.packs:
            self.aside += 1
            return None
        demand = self._around.taken(stock.sku, stock.location)
        return self._kept(stock, demand=demand, changed=changed)

    def kin(self) -> list[Kept]:
        """The rows of kits and of what they are made of, now that all of them are known."""
        places = sorted({location for _, location in self._apart})
        return [row for location in places for row in self._at(location)]

    def _at(self, location: str) -> list[Kept]:
        here = {sku: found for (sku, place), found in self._apart.items() if place == location}
        shelves = {sku: _shelf(stock) for sku, stock in here.items()}
        taken = {(sku, location): self._around.taken(sku, location) for sku in self._kin}
        around = Circumstances(taken=taken, lookup=self._line.workbook.table)
        own = recipes(self._line.workbook.table)
        here |= {kit: _absent(kit, stock) for kit in self._kits - here.keys() for stock in list(here.values())[:1]}
        return [
            self._kept(stock, pieces=sellable(stock, own.get(sku) or {}, shelves, around), made=sku in self._kits)
            for sku, stock in here.items()
            if sku in self._around.packs
        ]

    def _policy(self, stock: Stock) -> Mapping[str, Any]:
        """What `rules/stock.json` says, in the same surroundings as when it is published."""
        item = self._around.items.get(folded(stock.sku))
        beside: dict[str, Any] = {
            "item": item.model_dump() if item else None,
            "product": [],
            "levels": [],
            "shelves": [],
        }
        return self._line.workbook.decide(STOCK, beside | stock.model_dump())

    def _kept(
        self,
        stock: Stock,
        *,
        demand: Decimal = ZERO,
        pieces: Decimal | None = None,
        made: bool = False,
        changed: int | None = None,
    ) -> Kept:
        item = self._around.items.get(folded(stock.sku))
        policy = self._policy(stock)
        why = closed(stock, item, policy, made=made)
        return Kept(
            key=key_of(stock.sku, stock.shop_location),
            item=stock.sku,
            location=stock.location,
            on_hand=stock.on_hand,
            available=stock.available,
            computed=stock.available_computed,
            demand=demand,
            pieces=pieces,
            safety=Decimal(str(policy.get("safety_stock") or 0)),
            pack=self._around.packs[folded(stock.sku)],
            sold=not why,
            due=not stock.gone,
            why=why,
            changed=changed,
        )


def _absent(kit: str, beside: Stock) -> Stock:
    """A kit that Sage Pro does not keep at a location where its parts may lie: the shop may sell it all the same."""
    nothing = dict.fromkeys(("on_hand", "allocated", "available", "available_computed"), ZERO)
    place = {"location": beside.location, "shop_location": beside.shop_location}
    return Stock(key=f"{kit}|{beside.location}", sku=kit, gone=True, **place, **nothing)


def _shelf(stock: Stock) -> Shelf:
    return Shelf(
        key=stock.key,
        sku=stock.sku,
        location=stock.location,
        available=stock.available,
        available_computed=stock.available_computed,
    )


def _refused(key: str, faults: list[Finding]) -> Kept:
    item, _, location = key.rpartition("|")
    kind = Kind.UNMAPPED if all(fault.kind == "unmapped" for fault in faults) else Kind.REFUSED
    why = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
    return Kept(key="", item=item, location=location, refused=kind, why=why)


def shown(level: Level, changed: int | None) -> Shown:
    """The row of one of the shop's records."""
    key = key_of(level.sku, level.location)
    return Shown(key=key, sku=level.sku, location=level.location, available=level.available, changed=changed)


def seconds(moment: datetime) -> int | None:
    """Whole seconds since 1970; None for a record that nobody stamped."""
    since = int(moment.timestamp())
    return since or None
