"""Who moves goods at Sage Pro's own screens: what comes in, what goes over the counter, what a count finds."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tandem.sandbox.warehouse import stock
from tests.simulation.dice import Dice
from tests.simulation.systems import SKUS, STOCK, Systems

PLACE = "MAIN"

At = Callable[..., None]
"""Sets the second of the week at which something happens, what happens, and what it is told."""


class Stockroom:
    """Goods of which there are few enough to be sold out; `balance` is the simulator's own account of all goods.

    `losses` are the moments at which goods left that no sales order tells of, and how many.
    """

    def __init__(self, seed: int, systems: Systems) -> None:
        self.dice = Dice(seed, "stockroom")
        self.systems = systems
        self.scarce = self.dice.some(list(SKUS), self.dice.whole(1, 3))
        self.balance: defaultdict[str, Decimal] = defaultdict(lambda: STOCK)
        self.losses: list[tuple[float, str, Decimal]] = []

    def open(self) -> None:
        """The first morning: the shelves are counted, and the shop holds what lies there."""
        for sku in self.scarce:
            number = Decimal(self.dice.whole(15, 120))
            with self.systems.books.open() as page:
                difference = stock.count(page, sku, PLACE, number)
            self.moved(sku, difference)
            self.systems.shop.set_stock(sku, PLACE, number)

    def plan(self, at: At, busy: list[tuple[float, float]], week: float) -> None:
        """What happens in the week, most of it while orders come in."""
        for _ in range(int(self.dice.scale(15, 80))):
            start, end = self.dice.pick(busy) if self.dice.chance(0.9) else (0.0, week)
            act = self.dice.pick((self._receive, self._receive, self._sell, self._sell, self._count))
            at(self.dice.between(start, end), act, self.dice.pick(self.scarce))

    def moved(self, sku: str, quantity: Decimal) -> None:
        """Goods came in, or left by a sales order."""
        self.balance[sku] += quantity

    def lost_since(self, sku: str, moment: float) -> Decimal:
        """How many pieces left without a sales order since a moment."""
        return sum((n for at, of, n in self.losses if of == sku and at >= moment), Decimal(0))

    def _receive(self, sku: str) -> None:
        number = Decimal(self.dice.whole(1, 60))
        with self.systems.books.open() as page:
            stock.receive(page, sku, PLACE, number)
        self.moved(sku, number)

    def _sell(self, sku: str) -> None:
        """Over the counter."""
        number = Decimal(self.dice.whole(1, 8))
        with self.systems.books.open() as page:
            stock.sell(page, sku, PLACE, number)
        self._left(sku, number)

    def _count(self, sku: str) -> None:
        with self.systems.books.open() as page:
            there = stock.on_hand(page, sku, PLACE)
            difference = stock.count(page, sku, PLACE, max(Decimal(0), there + self.dice.whole(-5, 5)))
        if difference < 0:
            self._left(sku, -difference)
        else:
            self.moved(sku, difference)

    def _left(self, sku: str, number: Decimal) -> None:
        self.moved(sku, -number)
        self.losses.append((asyncio.get_running_loop().time(), sku, number))


def place_of(page: Any, sku: str) -> dict[str, Any]:
    """What the company's books say of it at the one place that it is kept."""
    row: dict[str, Any] = page.one("iciloc", item=sku, loctid=PLACE)
    return row
