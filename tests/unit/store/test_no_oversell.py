"""A shop, Sage Pro and the store between them, interleaved step by step: sold stock is never offered again."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tandem.entities import System
from tandem.entities.cargo import Cargo, Message
from tandem.entities.state import Outcome, State
from tandem.entities.takes import Need
from tandem.rules.stock import in_units
from tandem.store import Store
from tandem.store.taking import Wanted
from tandem.store.whose import of
from tests.unit.store.conftest import Desk

TEMPLATE = Path(tempfile.gettempdir())
HERE = ("POT", "MAIN")


@dataclass
class Sold:
    """An order as the shop has it."""

    key: str
    quantity: int
    version: int = 1

    @property
    def needs(self) -> tuple[Need, ...]:
        return (Need(line="1", sku="POT", quantity=Decimal(self.quantity)),) if self.quantity else ()


@dataclass
class Reading:
    """A publication under way: how far it has come and what it has seen."""

    expected: int
    step: int = 0
    demand: Decimal = Decimal(0)
    there: Decimal = Decimal(0)


@dataclass
class Drain:
    """A pass over the line: what it claimed, and what it read and wrote of that."""

    message: Message
    read: Sold | None = None
    written: bool = False
    known: Any = field(default=None)


class Oversell(RuleBasedStateMachine):
    """Sells, changes, cancels, hears, drains, receives goods and publishes, each step by itself and in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(TEMPLATE, self.folder / "store.db")
        self.desk = Desk(Store.open(f"sqlite:///{self.folder / 'store.db'}"), "")
        self.on_hand = 10
        self.shown, self.shown_version = 10, 1
        self.shop: dict[str, Sold] = {}
        self.entered: dict[str, int] = {}
        self.reading: Reading | None = None
        self.drain: Drain | None = None
        self.told = 0

    def teardown(self) -> None:
        self.desk.store.close()
        shutil.rmtree(self.folder)

    @initialize()
    def open_shop(self) -> None:
        self.desk.put("POT|MAIN", entity="stock", source=System.SAGEPRO, event_type="stock.updated")
        self.desk.settle(self.desk.claim(entity="stock", source=System.SAGEPRO), Outcome(state=State.APPLIED))

    def sell(self, by: int) -> None:
        self.shown -= by
        self.shown_version += 1

    @precondition(lambda self: self.shown > 0 and len(self.shop) < 6)
    @rule(part=st.integers(1, 4))
    def place(self, part: int) -> None:
        quantity = min(part, self.shown)
        key = str(len(self.shop) + 1)
        self.shop[key] = Sold(key, quantity)
        self.sell(quantity)

    @precondition(lambda self: self.shop)
    @rule(which=st.integers(0, 5), quantity=st.integers(0, 5))
    def change(self, which: int, quantity: int) -> None:
        """To nothing: cancelled. The shop gives back what it takes out of an order."""
        sold = list(self.shop.values())[which % len(self.shop)]
        more = quantity - sold.quantity
        if more <= self.shown and more:
            sold.quantity, sold.version = quantity, sold.version + 1
            self.sell(more)

    def hear(self, sold: Sold, quantity: int | None = None, version: int | None = None) -> None:
        state = Sold(sold.key, sold.quantity if quantity is None else quantity, version or sold.version)
        self.told += 1
        self.desk.put(sold.key, needs=state.needs, version=str(state.version), event_id=f"tell-{self.told}")

    @precondition(lambda self: self.shop)
    @rule(which=st.integers(0, 5), thin=st.booleans())
    def webhook(self, which: int, *, thin: bool) -> None:
        sold = list(self.shop.values())[which % len(self.shop)]
        if thin:
            self.desk.put(sold.key, version=str(sold.version))
        else:
            self.hear(sold)

    @precondition(lambda self: self.shop)
    @rule(which=st.integers(0, 5), quantity=st.integers(1, 5))
    def late_webhook(self, which: int, quantity: int) -> None:
        """An older state, told after the newest was."""
        sold = list(self.shop.values())[which % len(self.shop)]
        if sold.version > 1:
            self.hear(sold)
            self.hear(sold, quantity, sold.version - 1)

    @precondition(lambda self: self.drain is None)
    @rule()
    def claim(self) -> None:
        for message in self.desk.claim(limit=1):
            self.drain = Drain(message)

    @precondition(lambda self: self.drain and self.drain.read is None)
    @rule()
    def read(self) -> None:
        assert self.drain
        message, sold = self.drain.message, self.shop[self.drain.message.key]
        self.drain.read = Sold(sold.key, sold.quantity, sold.version)
        known = self.desk.store.ledger.known("main", "order", [message.key]).get(message.key)
        wanted = Wanted(
            whose=of(message),
            source=message.source,
            version=str(sold.version),
            needs=sold.needs,
            at=self.desk.now,
            cause=f"read:{message.ids[-1]}:{sold.version}",
            known=known,
        )
        self.desk.store.demand.take([wanted], self.desk.now)

    @precondition(lambda self: self.drain and self.drain.read and not self.drain.written)
    @rule()
    def load(self) -> None:
        assert self.drain
        assert self.drain.read
        self.entered[self.drain.read.key] = self.drain.read.quantity
        self.drain.written = True

    @precondition(lambda self: self.drain and self.drain.read)
    @rule(other=st.sampled_from([State.HELD, State.RETRY, State.UNKNOWN, State.PARKED, State.DEAD]))
    def settle(self, other: State) -> None:
        """Written: applied, or the answer was lost. Not written: anything but done."""
        assert self.drain
        assert self.drain.read
        sold, written = self.drain.read, self.drain.written and other is not State.UNKNOWN
        outcome = Outcome(state=State.APPLIED if written else other, target="1" if written else None)
        if outcome.state not in (State.APPLIED, State.UNKNOWN) and self.drain.written:
            return
        lines = [{"LineReference": "1", "ItemCode": "POT", "Quantity": sold.quantity}] if sold.quantity else []
        payload: dict[str, Any] = {"LineItems": lines} if self.drain.written else {}
        cargo = Cargo(message=self.drain.message, outcome=outcome, version=str(sold.version))
        if payload:
            cargo.payload, cargo.payload_hash = payload, str(sold)
        self.desk.store.ledger.settle([cargo], "a", self.desk.now)
        self.drain = None

    @precondition(lambda self: self.drain is None)
    @rule(other=st.sampled_from([State.APPLIED, State.HELD, State.UNKNOWN]))
    def pass_over(self, other: State) -> None:
        """A whole pass over the line."""
        self.claim()
        if self.drain:
            self.read()
            if other is not State.HELD:
                self.load()
            self.settle(other)

    @precondition(lambda self: self.drain)
    @rule()
    def die(self) -> None:
        """The process ends between any two steps; its lease runs out."""
        self.drain = None
        self.desk.later(minutes=10)

    @rule(quantity=st.integers(1, 3))
    def receive(self, quantity: int) -> None:
        self.on_hand += quantity

    @precondition(lambda self: any(self.entered.values()))
    @rule(which=st.integers(0, 5))
    def ship(self, which: int) -> None:
        """What leaves the house leaves the shelf and the order; the shop's order was sold all the same."""
        open_ones = [key for key, quantity in self.entered.items() if quantity]
        key = open_ones[which % len(open_ones)]
        if self.shop[key].quantity == self.entered[key] and not (self.drain and self.drain.message.key == key):
            self.on_hand -= self.entered[key]
            self.entered[key] = 0
            self.shop[key].quantity = 0

    @precondition(lambda self: self.reading is None)
    @rule()
    def begin_to_publish(self) -> None:
        self.reading = Reading(self.shown_version)

    @precondition(lambda self: self.reading)
    @rule()
    def publish_on(self) -> None:
        """Version of the shop's record, the shop's newest orders, demand, Sage Pro's stock, and the write."""
        assert self.reading
        at, self.reading.step = self.reading, self.reading.step + 1
        if at.step == 1:
            for sold in self.shop.values():
                if sold.quantity:
                    self.hear(sold)
        elif at.step == 2:
            at.demand = self.desk.store.demand.of("main", [HERE])[HERE]
        elif at.step == 3:
            at.there = Decimal(self.on_hand - sum(self.entered.values()))
        else:
            if at.expected == self.shown_version:
                self.shown = int(in_units(at.there - at.demand, Decimal(1)))
                self.shown_version += 1
            self.reading = None

    @precondition(lambda self: self.reading is None)
    @rule()
    def publish(self) -> None:
        """A whole publication."""
        self.begin_to_publish()
        while self.reading:
            self.publish_on()

    @invariant()
    def sold_stock_is_never_offered_again(self) -> None:
        free = self.on_hand - sum(sold.quantity for sold in self.shop.values())
        assert self.shown <= max(free, 0), f"{self.shown} offered, {free} free"

    @invariant()
    def no_reservation_outlives_its_record(self) -> None:
        assert self.desk.store.demand.strays() == []


@pytest.fixture(autouse=True)
def template(sqlite_template: str) -> None:
    global TEMPLATE
    TEMPLATE = Path(sqlite_template)


def interleaved(left: int, right: int) -> Iterator[str]:
    """Every order of so many steps of an order (o) and of a publication (p).

    The order is placed first, or the shop's record has another version; what comes after the write changes nothing.
    """
    between = left + right - 2
    for places in combinations(range(between), right - 1):
        yield "o" + "".join("p" if place in places else "o" for place in range(between)) + "p"


@pytest.mark.parametrize("last", [State.APPLIED, State.HELD])
def test_case_141_no_step_of_an_order_lets_a_publication_offer_it_again(last: State) -> None:
    for course in interleaved(6 if last is State.APPLIED else 5, 5):
        shop = Oversell()
        shop.open_shop()
        order = iter(
            [
                partial(shop.place, 4),
                partial(shop.webhook, 0, thin=False),
                shop.claim,
                shop.read,
                *([shop.load] if last is State.APPLIED else []),
                partial(shop.settle, last),
            ]
        )
        publication = iter([shop.begin_to_publish, *[shop.publish_on] * 4])
        for step in course:
            next(order if step == "o" else publication)()
            shop.sold_stock_is_never_offered_again()
        shop.publish()
        shop.sold_stock_is_never_offered_again()
        assert (shop.shown, shop.desk.store.demand.strays()) == (6, []), course
        shop.teardown()


def test_case_141_sold_stock_never_returns_in_whatever_order_the_steps_come() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(Oversell, settings=settings(max_examples=40, stateful_step_count=30, deadline=None))
