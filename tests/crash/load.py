"""The load: orders at a steady rate, what is done to them later, warehouse and screens beside it, in one thread."""

from __future__ import annotations

import heapq
import threading
import time
from dataclasses import dataclass, field
from itertools import count

from tests.crash.customers import Customers
from tests.crash.screens import Screens
from tests.crash.script import Step, purchases

SHIFT_SECONDS = 3.0
CALM_SECONDS = 2.0
SCREEN_SECONDS = 0.7
SHIFT = 12
"""Orders that the warehouse works on in one go."""


@dataclass(order=True)
class _Due:
    at: float
    place: int
    order_id: str = field(compare=False)
    step: Step = field(compare=False)
    rest: tuple[Step, ...] = field(compare=False)


class Load(threading.Thread):
    """Runs until it is closed and what was begun is carried through; `failed` is what stopped it before."""

    def __init__(self, customers: Customers, screens: Screens, *, seed: int, rate: float) -> None:
        super().__init__(name="load", daemon=True)
        self.customers = customers
        self.screens = screens
        self.failed: BaseException | None = None
        self._seed = seed
        self._rate = rate
        self._closing = threading.Event()
        self._later: list[_Due] = []
        self._places = count()
        self._next = {"buy": 0.0, "ship": 0.0, "calm": 0.0, "screens": 0.0}

    def run(self) -> None:
        """Place, change, ship."""
        script = purchases(self._seed)
        try:
            while not self._closing.is_set() or self._later:
                now = time.monotonic()
                if not self._closing.is_set() and self._turn("buy", now, 1 / self._rate):
                    purchase = next(script)
                    if self.customers.buy(purchase):
                        self._plan(purchase.order_id, purchase.steps)
                self._change(now)
                if self._turn("ship", now, SHIFT_SECONDS):
                    self.customers.ship(self._seed, SHIFT)
                if self._turn("screens", now, SCREEN_SECONDS):
                    self.screens.act()
                if self._turn("calm", now, CALM_SECONDS):
                    self.customers.calm()
                self.customers.stopping.wait(0.02)
        except BaseException as error:  # shown by whoever started the load: a thread has nobody to raise it to
            self.failed = error

    def close(self) -> None:
        """No new orders; the thread ends when all that was begun is done."""
        self._closing.set()

    def check(self) -> None:
        """Raise what stopped it, if anything has."""
        if self.failed is not None:
            raise self.failed

    def _turn(self, what: str, now: float, pause: float) -> bool:
        if now < self._next[what]:
            return False
        self._next[what] = max(now, self._next[what] + pause)
        return True

    def _plan(self, order_id: str, steps: tuple[Step, ...]) -> None:
        if steps:
            at = time.monotonic() + steps[0].after
            heapq.heappush(self._later, _Due(at, next(self._places), order_id, steps[0], steps[1:]))

    def _change(self, now: float) -> None:
        while self._later and (self._later[0].at <= now or self._closing.is_set()):
            due = heapq.heappop(self._later)
            self.customers.change(due.order_id, due.step)
            self._plan(due.order_id, due.rest)
