"""What the customers of a crash test do, the same under the same seed: orders, and what happens to some of them later.

What is changed later is placed on hold and released after its last change: a change that races with the warehouse may
rightly end with a person, and then nobody could say what must have become of it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tandem.sandbox.play.day_cast import COUNTED, CUSTOMERS, GOODS, LANTERN, PLACES, TEAPOT, address, the_cast
from tandem.sandbox.play.day_orders import GROUND, SALES_TAX
from tandem.sandbox.play.script import Cast, Item

Record = dict[str, Any]
Lines = Counter[tuple[str, Decimal, Decimal]]
"""Item, quantity and price of each line, and how often they come."""

PLENTIFUL = sorted(sku for sku, *_ in GOODS)
OPENING = Decimal(6)
SCARCE = {item.sku: replace(item, stock=OPENING) for item in COUNTED}
"""Goods of which there are few enough to be sold out again and again, at one location."""
LASTING = (LANTERN.sku, TEAPOT.sku)
"""Of these, those that leave by orders alone: what is lacking of them was sold when it was not there."""
PRICES = {sku: Decimal(price) for sku, _, price, _ in GOODS} | {item.sku: item.price for item in COUNTED}
PLENTY = Decimal(1_000_000)
GUESTS, NEWCOMERS = 2_000, 5_000
"""First numbers of people without an account, and of those who open one while the test runs."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that is done to an order; `done` says by the order as it is whether it was."""

    what: str
    body: Record
    done: Callable[[Record], bool]
    after: float
    lines: Lines | None = None


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """One order to be placed, the customer who has to register first, and what is done to it later."""

    order_id: str
    body: Record
    lines: Lines
    newcomer: Record | None = None
    steps: tuple[Step, ...] = ()


def cast() -> Cast:
    """The shop's usual goods and customers; shelves never run empty but for the scarce goods."""
    return replace(the_cast(), items=tuple(map(_stocked, the_cast().items)))


def _stocked(item: Item) -> Item:
    if item.sku in SCARCE:
        return SCARCE[item.sku]
    return replace(item, stock=PLENTY, places=PLACES) if item.stocked else item


def purchases(seed: int) -> Iterator[Purchase]:
    """Orders without end."""
    dice = random.Random(seed)
    number = 0
    while True:
        number += 1
        yield _Basket(dice, f"k-{seed}-{number:05d}", number).purchase()


@dataclass
class _Basket:
    dice: random.Random
    order_id: str
    number: int
    quantities: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        skus = self.dice.sample(PLENTIFUL, self.dice.randint(1, 5))
        if self._scarce():
            skus = [self.dice.choice(sorted(SCARCE)), *skus[1:]]
        self.quantities = {sku: self.dice.randint(1, 4) for sku in skus}

    def purchase(self) -> Purchase:
        customer, newcomer = self._customer()
        steps = self._steps()
        body = {
            "orderId": self.order_id,
            "orderNumber": f"N{self.order_id[2:]}",
            **customer,
            "lines": [{"sku": sku, "quantity": str(quantity)} for sku, quantity in self.quantities.items()],
            "taxes": SALES_TAX,
            "shipping": GROUND,
        }
        if steps:
            body["status"] = "onHold"
        if any(step.what == "payments" for step in steps):
            body["payments"] = [{"method": "creditCard", "kind": "authorization"}]
        return Purchase(
            order_id=self.order_id, body=body, lines=_lines(self.quantities), newcomer=newcomer, steps=steps
        )

    def _customer(self) -> tuple[Record, Record | None]:
        """Somebody known, a guest (now and then one who was here before), or somebody who registers first."""
        throw = self.dice.randrange(10)
        if throw < 3:
            home = address(GUESTS + (self.number if self.dice.randrange(4) else self.dice.randrange(20)))
            return {"customerId": None, "email": home["email"], "shippingAddress": home}, None
        if throw == 3:
            home = address(NEWCOMERS + self.number)
            own = f"c-{NEWCOMERS + self.number}"
            names = {name: home[name] for name in ("firstName", "lastName", "email", "phone")}
            opened = {"customerId": own, **names, "addresses": [home], "billingAddress": home}
            return {"customerId": own, "shippingAddress": home}, opened
        number = self.dice.randrange(6, CUSTOMERS)  # the first few have terms of their own
        return {"customerId": f"c-{1000 + number}", "shippingAddress": address(number)}, None

    def _steps(self) -> tuple[Step, ...]:
        throw = self.dice.randrange(20)
        if throw >= (2 if self._scarce() else 9):
            return ()
        if throw < 2:
            cancelled = Step(what="cancel", body={"reason": "changed my mind"}, done=_cancelled, after=self._later())
            return (cancelled,)
        change = self._edit if throw < 5 else self._move if throw < 7 else self._pay
        return (*(change(turn) for turn in range(self.dice.randint(1, 3))), self._release())

    def _scarce(self) -> bool:
        """Every third order; it is never changed, only cancelled: the shop might have no more to change it to."""
        return self.number % 3 == 0

    def _edit(self, _turn: int) -> Step:
        sku = self.dice.choice(sorted(self.quantities))
        self.quantities = self.quantities | {sku: self.dice.randint(1, 9)}
        wanted, place = self.quantities[sku], str(list(self.quantities).index(sku) + 1)
        return Step(
            what="edit",
            body={"quantities": {place: str(wanted)}},
            done=lambda order: any(x["lineId"] == place and x["quantity"] == wanted for x in order["lineItems"]),
            after=self._later(),
            lines=_lines(self.quantities),
        )

    def _move(self, turn: int) -> Step:
        street = f"{self.number} Quay {turn + 1}"
        return Step(
            what="address",
            body={"address1": street},
            done=lambda order: bool(order["shippingAddress"]["address1"] == street),
            after=self._later(),
        )

    def _pay(self, turn: int) -> Step:
        part = Decimal(turn + 1) / 100
        return Step(
            what="payments",
            body={"kind": "capture", "amount": str(part)},
            done=lambda order: any(x["kind"] == "capture" and x["amount"] == part for x in order["payments"]),
            after=self._later(),
        )

    def _release(self) -> Step:
        return Step(what="release", body={}, done=lambda order: bool(order["status"] != "onHold"), after=self._later())

    def _later(self) -> float:
        return self.dice.uniform(0.0, 4.0)


def _cancelled(order: Record) -> bool:
    return bool(order["status"] == "cancelled")


def _lines(quantities: dict[str, int]) -> Lines:
    return Counter((sku, Decimal(quantity), PRICES[sku]) for sku, quantity in quantities.items())
