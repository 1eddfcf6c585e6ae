"""Who moves goods at Sage Pro's own screens: what comes in, what is sold and brought back, what a count finds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tandem.sandbox.warehouse import stock
from tests.simulation.dice import Dice
from tests.simulation.systems import SKUS, STOCK, Systems

PLACE = "MAIN"

CAUSES = ("opening", "receipts", "shipments", "counter sales", "returns", "adjustments")
"""What moves goods; together they come to what lies there."""

MOVEMENTS = {
    stock.RECEIPT: ("opening", "receipts"),
    stock.ISSUE: ("shipments", "counter sales", "returns"),
    stock.COUNT: ("adjustments",),
}
"""As what Sage Pro writes them down."""

At = Callable[..., None]
"""Sets the second of the week at which something happens, what happens, and what it is told."""


class Stockroom:
    """Goods of which there are few enough to be sold out; `account` is the simulator's own, by what moved them.

    `losses` are the moments at which goods left that no sales order tells of, and how many.
    """

    def __init__(self, seed: int, systems: Systems) -> None:
        self.dice = Dice(seed, "stockroom")
        self.systems = systems
        self.scarce = self.dice.some(list(SKUS), self.dice.whole(1, 3))
        self.account = {sku: dict.fromkeys(CAUSES, Decimal(0)) | {"opening": STOCK} for sku in SKUS}
        self.losses: list[tuple[float, str, Decimal]] = []

    def open(self) -> None:
        """The first morning: the shelves are counted, and the shop holds what lies there."""
        for sku in self.scarce:
            number = Decimal(self.dice.whole(15, 120))
            with self.systems.books.open() as page:
                difference = stock.count(page, sku, PLACE, number)
            self.moved(sku, difference, "adjustments")
            self.systems.shop.set_stock(sku, PLACE, number)

    def plan(self, at: At, busy: list[tuple[float, float]], week: float) -> None:
        """What happens in the week, most of it while orders come in."""
        for _ in range(int(self.dice.scale(8, 60))):
            start, end = self.dice.pick(busy) if self.dice.chance(0.9) else (0.0, week)
            act = self.dice.pick((self._receive, self._receive, self._sell, self._sell, self._take_back, self._count))
            at(self.dice.between(start, end), act, self.dice.pick(self.scarce))

    def moved(self, sku: str, quantity: Decimal, cause: str) -> None:
        """Goods came in (positive) or left."""
        self.account[sku][cause] += quantity

    def balance(self, sku: str, *causes: str) -> Decimal:
        """What these come to, or all of them."""
        return sum((self.account[sku][cause] for cause in causes or CAUSES), Decimal(0))

    def lost_since(self, sku: str, moment: float) -> Decimal:
        """How many pieces left without a sales order since a moment."""
        return sum((n for at, of, n in self.losses if of == sku and at >= moment), Decimal(0))

    def _receive(self, sku: str) -> None:
        number = Decimal(self.dice.whole(1, 60))
        with self.systems.books.open() as page:
            stock.receive(page, sku, PLACE, number)
        self.moved(sku, number, "receipts")

    def _sell(self, sku: str) -> None:
        """Over the counter."""
        number = Decimal(self.dice.whole(1, 8))
        with self.systems.books.open() as page:
            stock.sell(page, sku, PLACE, number)
        self._left(sku, number, "counter sales")

    def _take_back(self, sku: str) -> None:
        """Somebody brings back what went over the counter."""
        number = Decimal(self.dice.whole(1, 4))
        with self.systems.books.open() as page:
            stock.move(page, [stock.Movement(item=sku, place=PLACE, quantity=number, kind=stock.ISSUE)])
        self.moved(sku, number, "returns")

    def _count(self, sku: str) -> None:
        with self.systems.books.open() as page:
            there = stock.on_hand(page, sku, PLACE)
            difference = stock.count(page, sku, PLACE, max(Decimal(0), there + self.dice.whole(-5, 5)))
        if difference < 0:
            self._left(sku, -difference, "adjustments")
        else:
            self.moved(sku, difference, "adjustments")

    def _left(self, sku: str, number: Decimal, cause: str) -> None:
        self.moved(sku, -number, cause)
        self.losses.append((asyncio.get_running_loop().time(), sku, number))


def place_of(page: Any, sku: str) -> dict[str, Any]:
    """What the company's books say of it at the one place that it is kept."""
    row: dict[str, Any] = page.one("iciloc", item=sku, loctid=PLACE)
    return row
