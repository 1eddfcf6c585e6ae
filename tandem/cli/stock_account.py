"""What became of some goods in a day, read from both systems: Sage Pro's tables by SQL, the shop by its REST API."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tandem.values import ZERO

PLACE = "MAIN"

ON_HAND = "SELECT lonhand, lsoaloc FROM iciloc WHERE item = ? AND loctid = ?"
ON_SHELVES = "SELECT qonhand FROM iciqty WHERE item = ? AND loctid = ?"
IN_ALL = "SELECT ionhand FROM icitem WHERE item = ?"
WANTED = "SELECT qtyord FROM sotran WHERE item = ? AND loctid = ? AND sostat = '' AND sotype NOT IN ('B', 'R')"
MOVED = "SELECT trantyp, docno, tqty FROM ictran WHERE item = ? AND loctid = ? AND ttranno > ?"
NEWEST = "SELECT max(ttranno) FROM ictran"

ISSUED, RECEIVED = "I", "AR"


@dataclass(frozen=True, kw_only=True)
class Level:
    """Stock of one item as Sage Pro's tables have it; `agrees` if its three totals of what is on hand are one."""

    on_hand: Decimal
    allocated: Decimal
    open_orders: Decimal
    agrees: bool

    @property
    def free(self) -> Decimal:
        """What Sage Pro by itself would call free."""
        return max(self.on_hand - max(self.allocated, self.open_orders), ZERO)


class Tables:
    """The tables of an embedded company, read only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def level(self, item: str) -> Level:
        """What there is of an item."""
        ((on_hand, allocated),) = self._rows(ON_HAND, item, PLACE)
        shelves = _sum(self._rows(ON_SHELVES, item, PLACE))
        return Level(
            on_hand=Decimal(on_hand),
            allocated=Decimal(allocated),
            open_orders=_sum(self._rows(WANTED, item, PLACE)),
            agrees=Decimal(on_hand) == shelves == _sum(self._rows(IN_ALL, item)),
        )

    def newest(self) -> str:
        """Number of the newest movement."""
        ((number,),) = self._rows(NEWEST)
        return str(number)

    def moved(self, item: str, after: str) -> dict[str, Decimal]:
        """What moved since the movement with this number, by what it was; all of it is in one of the four."""
        sums = dict.fromkeys(("received", "shipped", "counter", "corrected"), ZERO)
        for kind, order, quantity in self._rows(MOVED, item, PLACE, after):
            if kind.strip() == ISSUED:
                sums["shipped" if order.strip() else "counter"] -= Decimal(quantity)
            else:
                sums["received" if kind.strip() == RECEIVED else "corrected"] += Decimal(quantity)
        return sums

    def _rows(self, query: str, *values: str) -> list[Any]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(query, values).fetchall()


@dataclass(frozen=True, kw_only=True)
class Account:
    """One item's day: every figure is read from a system, none is the script's."""

    item: str
    opening: Decimal
    received: Decimal
    shipped: Decimal
    counter: Decimal
    corrected: Decimal
    closing: Decimal
    allocated: Decimal
    open_orders: Decimal
    demand: Decimal
    published: Decimal | None
    sold: Decimal
    agrees: bool

    @property
    def flaws(self) -> list[str]:
        """What does not add up, each as a sentence."""
        evening = self.opening + self.received - self.shipped - self.counter + self.corrected
        free = max(self.closing - max(self.allocated, self.open_orders) - self.demand, ZERO)
        left = self.sold - self.shipped - self.open_orders - self.demand
        found = {
            f"{self.item}: the movements make {evening:f}, on hand are {self.closing:f}": evening != self.closing,
            f"{self.item}: ICILOC, ICIQTY and ICITEM differ": not self.agrees,
            f"{self.item}: {free:f} can be sold, the shop shows {_shown(self.published)}": free != self.published,
            f"{self.item}: {left:f} sold in the shop were neither shipped nor are they on order": left != ZERO,
        }
        return [sentence for sentence, wrong in found.items() if wrong]


def account(
    tables: Tables,
    item: str,
    *,
    opening: Decimal,
    after: str,
    demand: Decimal,
    published: Decimal | None,
    sold: Counter[str],
) -> Account:
    """The day of one item since the movement with the number `after`."""
    level = tables.level(item)
    return Account(
        item=item,
        opening=opening,
        closing=level.on_hand,
        allocated=level.allocated,
        open_orders=level.open_orders,
        agrees=level.agrees,
        demand=demand,
        published=published,
        sold=Decimal(sold[item]),
        **tables.moved(item, after),
    )


def flaws(stock: Mapping[str, Any]) -> list[str]:
    """What is not as it should be in the stock story's facts."""
    oversell = stock["oversell"]
    found: list[str] = [flaw for row in stock["items"] for flaw in row["flaws"]]
    expected = {
        f"{oversell['item']}: the shop took an order for what was sold already": oversell["refused"],
        f"{oversell['item']}: nothing would have been oversold": Decimal(oversell["would_be_oversold"]) > 0,
        f"{stock['late_message']['key']}: the late message ended as {stock['late_message']['state']}": (
            stock["late_message"]["state"] == "STALE"
        ),
        f"{stock['back_order']['item']}: no order was found to be back-ordered": stock["back_order"]["notes"],
    }
    return found + [sentence for sentence, met in expected.items() if not met]


def _sum(rows: Sequence[Sequence[Any]]) -> Decimal:
    return sum((Decimal(row[0]) for row in rows), ZERO)


def _shown(quantity: Decimal | None) -> str:
    return "none" if quantity is None else f"{quantity:f}"
