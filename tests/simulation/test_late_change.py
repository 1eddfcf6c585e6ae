"""A change is cut off on its way, a newer one is written, and then the older one arrives after all."""

from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest

from tandem.sandbox.shop.cart import Cart
from tests.simulation.dice import Dice
from tests.simulation.network import Network
from tests.simulation.people import ADDRESS, People, Sale
from tests.simulation.refusals import TIMEOUT
from tests.simulation.systems import Systems
from tests.simulation.weather import Weather
from tests.simulation.world import World

LATE = TIMEOUT + 60
"""Seconds that the first change is on its way: time enough for the second."""


class Editor(People):
    """One customer who orders one piece, makes it five and then nine."""

    def plan(self) -> None:
        self.at(60, self._buy)
        self.at(600, self._make, 5)
        self.at(635, self._make, 9)

    def _buy(self) -> None:
        cart = {"email": "ann@example.com", "shippingAddress": ADDRESS, "billingAddress": ADDRESS}
        placed = self.systems.shop.place_order(Cart.model_validate(cart | {"lines": [{"sku": "ABC-1", "quantity": 1}]}))
        self.sales[placed["orderId"]] = Sale(placed["orderId"], 0.0, "ann", history=[placed])

    def _make(self, quantity: int) -> None:
        (key,) = self.sales
        (line,) = self.systems.shop.order(key)["lineItems"]
        self._remember(self.systems.shop.edit_order(key, quantities={line["lineId"]: Decimal(quantity)}))


class Hour(World):
    """An hour without any trouble."""

    crowd = Editor


@pytest.fixture
def systems() -> Iterator[Systems]:
    made = Systems()
    yield made
    made.close()


def test_what_arrives_late_undoes_nothing(systems: Systems, monkeypatch: pytest.MonkeyPatch) -> None:
    carry, late = Network._carry, []

    async def carried(self: Network, server: str, request: httpx.Request, body: bytes) -> httpx.Response:
        if request.method == "PUT" and request.url.path.endswith("/orders/batch") and not late:
            late.append(request)
            return await self._exchange(server, request, body, LATE)
        return await carry(self, server, request, body)

    monkeypatch.setattr(Network, "_carry", carried)
    still = Weather(dice=Dice(1, "still"), rates={}, outages=[], calm=3600.0, deadly=0.0, careless=0.0)
    hour = Hour(1, systems, weather=still)
    hour.run()
    assert late
    assert hour.result.failures == []
