"""Five thousand orders placed at once, some of them changed again and again while drains are at work."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from tandem.sandbox.play.day_orders import ordinary
from tandem.values import dumps, loads
from tests.crash.customers import Acknowledged
from tests.crash.script import PRICES, cast

AT_ONCE = 100


@dataclass
class Crowd:
    """The orders, and what the shop said of each; every `hot` one is changed `changes` times."""

    http: httpx.Client
    seed: int
    orders: int
    hot: int
    changes: int
    book: dict[str, Acknowledged] = field(default_factory=dict)
    carts: dict[str, dict[str, Any]] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)

    def register(self) -> None:
        """The shop's usual customers open their accounts."""
        for customer in cast().customers:
            self._post("/sandbox/customers", customer)
            self.registered.add(customer["customerId"])

    def place(self) -> None:
        """All orders, a hundred in one call; those that will change wait for their release in the warehouse."""
        carts = list(self._carts())
        for start in range(0, len(carts), AT_ONCE):
            part = carts[start : start + AT_ONCE]
            said = self._post("/sandbox/orders/bulk", {"orders": part})["orders"]
            for cart, answer in zip(part, said, strict=True):
                self.carts[cart["orderId"]] = cart
                self.book[cart["orderId"]] = Acknowledged(
                    order_id=cart["orderId"],
                    email=cart.get("email", ""),
                    customer_id=cart["customerId"],
                    lines=_lines(cart, {}),
                    total=str(answer["totalAmount"]),
                    street=cart["shippingAddress"]["address1"],
                )

    def change(self, between: Callable[[], None]) -> None:
        """One change after the other goes round the hot orders; the pieces of their first line only ever rise.

        `between` returns when something of the round before has gone through: else all changes would be one pass.
        """
        for turn in range(1, self.changes + 1):
            between()
            for key in self.hot_keys():
                pieces = {"1": str(_first(self.carts[key]) + turn)}
                answer = self._post(f"/sandbox/orders/{key}/edit", {"quantities": pieces})
                self.book[key].lines = _lines(self.carts[key], pieces)
                self.book[key].heard(answer)

    def hot_keys(self) -> list[str]:
        """The orders that change, spread over all."""
        keys = sorted(self.book)
        return keys[:: max(len(keys) // max(self.hot, 1), 1)][: self.hot]

    def last(self) -> dict[str, Decimal]:
        """Pieces of the first line of each hot order after its last change."""
        return {key: _first(self.carts[key]) + self.changes for key in self.hot_keys()}

    def _carts(self) -> Iterator[dict[str, Any]]:
        dice = random.Random(self.seed)
        for number in range(1, self.orders + 1):
            key = f"d-{self.seed}-{number:06d}"
            yield {"orderId": key, "orderNumber": f"N{key[2:]}", **ordinary(dice)}

    def _post(self, path: str, body: Any) -> Any:
        answer = self.http.post(path, content=dumps(body))
        answer.raise_for_status()
        return loads(answer.content)


def _first(cart: dict[str, Any]) -> Decimal:
    return Decimal(cart["lines"][0]["quantity"])


def _lines(cart: dict[str, Any], changed: dict[str, str]) -> Counter[tuple[str, Decimal, Decimal]]:
    asked = enumerate(cart["lines"], start=1)
    pieces = ((line["sku"], Decimal(changed.get(str(place), line["quantity"]))) for place, line in asked)
    return Counter((sku, quantity, PRICES[sku]) for sku, quantity in pieces)
