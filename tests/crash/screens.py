"""People at Sage Pro's own screens: goods come in, go over the counter, and are counted, while orders come."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import quote

import httpx

from tandem.values import dumps, loads
from tests.crash.reading import Reader, exact
from tests.crash.script import LASTING, PLENTIFUL, SCARCE

Place = tuple[str, str]
"""Item and location."""

ON_HAND = "select lonhand from iciloc where trim(item) = '{}' and trim(loctid) = '{}'"
MAIN, EAST = "MAIN", "EAST"
NOT_POSSIBLE = 409
MOST = Decimal(4)
"""Pieces that come in at once, at the most."""


@dataclass
class Screens:
    """One person after the other; `moved` is what they were told was done, `perhaps` what was cut off.

    What was cut off is not done again: nobody could say whether it was done twice.
    """

    http: httpx.Client
    company: Reader
    dice: random.Random
    moved: defaultdict[Place, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    perhaps: defaultdict[Place, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    done: Counter[str] = field(default_factory=Counter)

    def act(self) -> None:
        """Something happens to some goods; what is scarce and lasting only ever comes in."""
        item, place = self._goods()
        what = "receive" if item in LASTING else self.dice.choice(("receive", "sell", "count"))
        pieces = Decimal(self.dice.randint(1, int(MOST)))
        if what == "receive":
            self._do(what, (item, place), pieces, pieces)
        elif what == "sell":
            self._do(what, (item, place), pieces, -pieces)
        else:
            there = exact(self.company.one(ON_HAND.format(item, place)))
            counted = max(Decimal(0), there + self.dice.randint(-3, 3))
            self._do(what, (item, place), counted, counted - there)

    def _goods(self) -> Place:
        if self.dice.random() < 0.4:
            return self.dice.choice(sorted(SCARCE)), MAIN
        return self.dice.choice(PLENTIFUL), self.dice.choice((MAIN, EAST))

    def _do(self, what: str, at: Place, quantity: Decimal, moves: Decimal) -> None:
        body = dumps({"quantity": quantity, "location": at[1]})
        try:
            answer = self.http.post(f"/sandbox/warehouse/stock/{quote(at[0])}/{what}", content=body)
        except httpx.TransportError:
            self.perhaps[at].append(moves)
            self.done["cut"] += 1
            return
        if answer.is_success:
            self.moved[at] += exact(loads(answer.content).get("difference", moves))
            self.done[what] += 1
        elif answer.status_code == NOT_POSSIBLE:
            self.done["not possible"] += 1
        else:
            answer.raise_for_status()

    def bounds(self, at: Place) -> tuple[Decimal, Decimal]:
        """The least and the most that was moved in all."""
        cut, sure = self.perhaps[at], self.moved[at]
        return sure + sum((n for n in cut if n < 0), Decimal(0)), sure + sum((n for n in cut if n > 0), Decimal(0))
