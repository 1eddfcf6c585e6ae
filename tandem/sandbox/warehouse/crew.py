"""The crew: works through what is released, and does with each order the same under the same seed.

What happens to an order hangs on the seed, what is on it and how often it was worked on: never on its number, the hour
or what came before it, since orders do not always come in the same sequence.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from tandem.sandbox.warehouse.books import Books, Page, Row, WarehouseError
from tandem.sandbox.warehouse.shipping import Parcel, goods, pick, ready, ship
from tandem.sandbox.warehouse.stock import on_hand
from tandem.values import ZERO

CARRIERS = ("UPS", "FEDEX", "USPS", "DHL")


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How often, of a thousand orders, something other than shipping all of it happens."""

    part: int = 150
    late: int = 50


@dataclass
class Tally:
    """What one shift did."""

    whole: int = 0
    part: int = 0
    short: int = 0
    later: int = 0
    refused: list[str] = field(default_factory=list)
    shipments: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "shipments": self.shipments,
            "whole": self.whole,
            "part": self.part,
            "short": self.short,
            "later": self.later,
            "refused": self.refused,
        }


class Crew:
    """Picks and ships; `habits` decide what is left for the next shift."""

    def __init__(self, books: Books, seed: int, habits: Habits | None = None) -> None:
        self._books = books
        self._seed = seed
        self._habits = habits or Habits()

    def shift(self, *, finish: bool = False, limit: int | None = None) -> Tally:
        """Work once through the orders that are ready; to `finish` is to leave nothing that the shelves allow.

        Each order is an entry of its own, so nobody waits for the whole shift.
        """
        tally = Tally()
        with self._books.open() as page:
            waiting = [row["sono"] for row in ready(page)][:limit]
        for sono in waiting:
            try:
                with self._books.open() as page:
                    self._order(page, sono, tally, finish=finish)
            except WarehouseError as error:  # locked or changed since: the next shift sees it again
                tally.refused.append(str(error))
        return tally

    def _order(self, page: Page, sono: str, tally: Tally, *, finish: bool) -> None:
        lines = goods(page, sono)
        if not lines:
            return
        done = len({row["shipno"] for row in page.rows("soship", sono=sono)})
        dice = random.Random(f"{self._seed}:{done}:{_content(page, sono)}")  # noqa: S311 (a play, not a secret)
        throw = dice.randrange(1000)
        if not finish and throw < self._habits.late:
            tally.later += 1
            return
        wanted = {line["tranlineno"]: line["qtyord"] for line in lines}
        if not finish and throw < self._habits.late + self._habits.part:
            wanted = _some(wanted, dice)
        quantities = _there(page, lines, wanted)
        if not any(quantities.values()):
            tally.short += 1
            return
        pick(page, sono, quantities)
        parcel = Parcel(carrier=dice.choice(CARRIERS), tracking=_tracking(dice))
        tally.shipments.append(ship(page, sono, parcel))
        if quantities != wanted:
            tally.short += 1
        elif any(line["qtyord"] != quantities[line["tranlineno"]] for line in lines):
            tally.part += 1
        else:
            tally.whole += 1


def _content(page: Page, sono: str) -> str:
    """What was ordered, and for how much."""
    lines = sorted(page.rows("sotran", sono=sono), key=lambda line: line["tranlineno"])
    return ";".join(f"{line['item']} {line['origqtyord']} {line['origextpri']}" for line in lines)


def _some(wanted: Mapping[int, Decimal], dice: random.Random) -> dict[int, Decimal]:
    """About half of the pieces, at least one of something."""
    halves = {n: (q / 2).to_integral_value(ROUND_FLOOR) for n, q in wanted.items()}
    if not any(halves.values()):
        first = dice.choice(sorted(wanted))
        return {n: q if n == first else ZERO for n, q in wanted.items()}
    return halves


def _there(page: Page, lines: list[Row], wanted: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """What the shelves hold of it; two lines of one item share what there is."""
    left: dict[tuple[str, str], Decimal] = {}
    found: dict[int, Decimal] = {}
    for line in lines:
        place = (line["item"], line["loctid"])
        if place not in left:
            left[place] = max(on_hand(page, *place), ZERO)
        found[line["tranlineno"]] = min(wanted[line["tranlineno"]], left[place])
        left[place] -= found[line["tranlineno"]]
    return found


def _tracking(dice: random.Random) -> str:
    return "1Z" + "".join(dice.choice("0123456789ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(16))
