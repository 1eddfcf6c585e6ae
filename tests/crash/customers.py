"""The shop's customers over HTTP: each asks until the shop has said yes, and keeps what it said."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from tandem.values import dumps, loads
from tests.crash.script import Lines, Purchase, Record, Step

PATIENCE = 120.0
"""Seconds for one call, the times included in which the shop is down."""

PAUSE = 0.25


class ShopError(Exception):
    """The shop refused what it should take, or stayed away; the message names the call."""


class SoldOutError(Exception):
    """The shop has not so much any more and refused the order; the message names the call."""


@dataclass
class Acknowledged:
    """What the shop said yes to, of one order."""

    order_id: str
    email: str
    customer_id: str | None
    lines: Lines
    total: str
    cancelled: bool = False
    street: str = ""
    steps: int = 0

    def heard(self, answer: Record, step: Step | None = None) -> None:
        """The shop acknowledged one more change."""
        self.total = str(answer["totalAmount"])
        self.street = answer["shippingAddress"]["address1"]
        if step is None:
            return
        self.steps += 1
        self.lines = self.lines if step.lines is None else step.lines
        self.cancelled |= step.what == "cancel"


@dataclass
class Customers:
    """All of them, with the book of what they were told; used from one thread, read from others."""

    http: httpx.Client
    book: dict[str, Acknowledged] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    stopping: threading.Event = field(default_factory=threading.Event)

    def register(self, form: Record) -> None:
        """Open an account."""
        self._until("POST", "/sandbox/customers", form, known="duplicate-customer")
        self.registered.add(form["customerId"])

    def buy(self, purchase: Purchase) -> bool:
        """Place an order; false if the shop had not so much any more."""
        if purchase.newcomer is not None:
            self.register(purchase.newcomer)
        where = f"/api/v1/orders/{purchase.order_id}"
        try:
            answer = self._until("POST", "/sandbox/orders", purchase.body, look=lambda: self._look(where))
        except SoldOutError:
            self.calls["sold out"] += 1
            return False
        said = Acknowledged(
            order_id=purchase.order_id,
            email=answer["email"],
            customer_id=answer["customerId"],
            lines=purchase.lines,
            total="",
        )
        said.heard(answer)
        self.book[purchase.order_id] = said
        return True

    def change(self, order_id: str, step: Step) -> None:
        """Have something done to an order."""

        def look() -> Record | None:
            order = self._look(f"/api/v1/orders/{order_id}")
            return order if order is not None and step.done(order) else None

        answer = self._until("POST", f"/sandbox/orders/{order_id}/{step.what}", step.body, look=look)
        self.book[order_id].heard(answer, step)

    def ship(self, seed: int, limit: int) -> None:
        """The warehouse works through some of what is ready; cut off in the middle, it goes on with the next shift."""
        self._until("POST", "/sandbox/warehouse/shift", {"seed": seed, "limit": limit}, look=dict)

    def calm(self) -> None:
        """Webhooks that were not taken come again soon rather than after hours; a restarted sandbox forgets it."""
        self._until("PUT", "/sandbox/faults", {"retryScale": "0.02"})

    def shelve(self, sku: str, place: str, pieces: Decimal) -> None:
        """The shop's people say how many there are, before anybody has ordered any."""
        self._until("PUT", f"/sandbox/inventory/{place}/{sku}", {"available": pieces})

    def announce_again(self, events: list[str]) -> None:
        """The shop's people send webhooks once more by hand."""
        for event in events:
            self._until("POST", f"/sandbox/deliveries/{event}/resend", {})

    def _look(self, path: str) -> Record | None:
        """The record; None if there is none.

        Raises:
            HTTPStatusError: the shop could not say.
        """
        answer = self.http.get(path)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return loads(answer.raise_for_status().content)

    def _until(
        self, method: str, path: str, body: Any, *, known: str = "", look: Callable[[], Record | None] | None = None
    ) -> Record:
        """What the shop answers; where an answer got lost, a look tells whether it was done all the same."""
        self.calls["calls"] += 1
        for _ in range(int(PATIENCE / PAUSE)):
            try:
                answer = self.http.request(method, path, content=dumps(body))
                if answer.is_success:
                    made: Record = loads(answer.content)
                    return made
                if known and loads(answer.content).get("code") == known:
                    return {}
                refusal = f"{method} {path}: {answer.status_code} {answer.text[:300]}"
                if look is not None and (found := look()) is not None:
                    return found
                if answer.status_code < 500:
                    raise _refused(refusal, loads(answer.content))
            except (httpx.TransportError, httpx.HTTPStatusError) as error:
                self.calls["cut"] += 1
                refusal = f"{method} {path}: {type(error).__name__}"
            self.stopping.wait(PAUSE)
        raise ShopError(f"{refusal}; not within {PATIENCE:.0f} s")


def _refused(refusal: str, problem: Record) -> Exception:
    return SoldOutError(refusal) if problem.get("code") == "sold-out" else ShopError(refusal)
