"""One record of either side as a row of its picture, by the sheets and rules by which stock is published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from tandem.connectors.protocol import Record
from tandem.entities.kits import folded, kits
from tandem.entities.stock import Level, Shelf, Stock
from tandem.line.connection import Connection
from tandem.mapping import Finding
from tandem.rules.circumstances import Circumstances
from tandem.rules.sellable import sellable
from tandem.rules.stock import closed, held_back, not_held_back
from tandem.rules.stock_differences import Kept, Kind, Shown
from tandem.stocktaking.surroundings import Surroundings, key_of
from tandem.values import ZERO

STOCK = "stock"


class Reader:
    """Makes rows out of Sage Pro's records; what kits and their parts decide about each other comes at the end."""

    def __init__(self, line: Connection, around: Surroundings) -> None:
        self.aside = 0
        self._line = line
        self._around = around
        self._kits = kits(line.workbook.table)
        self._kin = {*self._kits.parts, *self._kits.users}
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
        if why := self._unclear(stock):
            return self._not_understood(stock, why)
        if stock.shop_location and sku in self._kin:
            self._apart[sku, stock.location] = stock
            return None
        if not stock.shop_location or sku not in self._around.packs:
            self.aside += 1
            return None
        demand = self._around.taken(stock.sku, stock.location)
        return self._kept(stock, demand=demand, changed=changed)

    def _unclear(self, stock: Stock) -> str:
        """Why the stock of an item that is understood by itself cannot be compared; empty if it can."""
        sku = folded(stock.sku)
        if found := self._around.refused.get(sku):
            return found
        if found := self._kits.unclear.get(sku):
            return f"lookups/kits.yaml: {stock.sku} {found}"
        if sku not in self._around.packs and self._around.key(stock) in self._around.ownerless:
            return f"the shop has no product {stock.sku} and shows stock of it"
        return ""

    def _not_understood(self, stock: Stock, why: str) -> Kept:
        key = self._around.key(stock)
        return Kept(key=key, item=stock.sku, location=stock.location, refused=Kind.REFUSED, why=why)

    def unlisted(self) -> list[str]:
        """Keys of kits and parts that the list lacks at places of their kin: they may be sold all the same."""
        places = {location for _, location in self._apart}
        return sorted(f"{sku}|{place}" for sku in self._kin for place in places if (sku, place) not in self._apart)

    def kin(self) -> list[Kept]:
        """The rows of kits and of what they are made of, now that all of them are known."""
        places = sorted({location for _, location in self._apart})
        return [row for location in places for row in self._at(location)]

    def _at(self, location: str) -> list[Kept]:
        here = {sku: found for (sku, place), found in self._apart.items() if place == location}
        shelves = {sku: _shelf(stock) for sku, stock in here.items()}
        taken = {(sku, location): self._around.taken(sku, location) for sku in self._kin}
        around = Circumstances(taken=taken, lookup=self._line.workbook.table)
        some = next(iter(here.values()))
        here |= {kit: _absent(kit, some) for kit in self._kits.parts.keys() - here.keys()}
        return [
            self._kept(stock, pieces=sellable(stock, shelves, around), made=sku in self._kits.parts)
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
        safety = held_back(policy)
        if safety is None and not why:
            return self._not_understood(stock, not_held_back(stock, policy))
        return Kept(
            key=self._around.key(stock),
            item=stock.sku,
            location=stock.location,
            on_hand=stock.on_hand,
            available=stock.available,
            computed=stock.available_computed,
            demand=demand,
            pieces=pieces,
            safety=safety or ZERO,
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
