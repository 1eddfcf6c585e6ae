"""Row 40: the gateway is away for six hours in which 360 orders come in, and nothing else goes wrong."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import httpx

from tandem.sandbox.shop.cart import Cart
from tests.simulation.dice import Dice
from tests.simulation.people import ADDRESS, People, Sale
from tests.simulation.systems import Systems
from tests.simulation.weather import HOUR, Outage, Weather
from tests.simulation.world import World

ORDERS, CUSTOMERS = 360, 12
AWAY, BACK, CALM = 1 * HOUR, 7 * HOUR, 8 * HOUR
USUAL = {"sagepro_rate": 2.0, "batch_size": 20, "lease_seconds": 120, "linger_seconds": 15}
SLOW = {"sagepro_rate": 1.0, "batch_size": 3, "run_seconds": 60}
"""With these what waited takes minutes: runs hand over meanwhile, and a sweep comes by."""

GATEWAY = Outage(server="gateway", start=AWAY, end=BACK, manner="refused")


class Buyers(People):
    """An order a minute, each from one of a few customers."""

    def plan(self) -> None:
        """All orders fall into the outage."""
        for number in range(ORDERS):
            self.at(AWAY + (number + 0.5) * (BACK - AWAY) / ORDERS, self._buy, number)

    def _buy(self, number: int) -> None:
        cart = {
            "email": f"guest{self.dice.whole(1, CUSTOMERS)}@example.com",
            "shippingAddress": ADDRESS,
            "billingAddress": ADDRESS,
            "lines": [{"sku": "ABC-1", "quantity": number % 9 + 1}],
        }
        order = self.systems.shop.place_order(Cart.model_validate(cart))
        self.sales[order["orderId"]] = Sale(order["orderId"], 0.0, str(cart["email"]), history=[order])


class SixHours(World):
    """The scenario; `calls` are the seconds at which the gateway was asked for anything."""

    crowd = Buyers

    def __init__(self, seed: int, systems: Systems, settings: Mapping[str, Any]) -> None:
        weather = Weather(dice=Dice(seed, "strikes"), rates={}, outages=[GATEWAY], calm=CALM, deadly=0.0, careless=0.0)
        super().__init__(seed, systems, weather=weather, settings=USUAL | dict(settings))
        self.calls: list[float] = []

    def seen(self, request: httpx.Request, body: bytes, response: httpx.Response, server: str) -> None:
        """A server has handled a request."""
        super().seen(request, body, response, server)
        if server == "gateway":
            self.calls.append(self.clock.seconds)

    @property
    def placed(self) -> dict[str, list[str]]:
        """Each customer's orders as they were placed."""
        return self._by_customer(self.people.sales)

    @property
    def entered(self) -> dict[str, list[str]]:
        """Each customer's orders as they reached the company."""
        return self._by_customer(self.effects.entered)

    def _by_customer(self, keys: Any) -> dict[str, list[str]]:
        orders: defaultdict[str, list[str]] = defaultdict(list)
        for key in keys:
            orders[self.people.sales[key].customer].append(key)
        return dict(orders)

    def busiest(self, seconds: float) -> int:
        """The most calls that the gateway had within any span of so many seconds."""
        return max(sum(start <= call <= start + seconds for call in self.calls) for start in self.calls)
