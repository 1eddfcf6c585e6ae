"""The people of the week: customers who order and change their minds, and a warehouse that ships."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tandem.sandbox.shop.cart import Cart
from tandem.sandbox.shop.refusal import ShopError
from tandem.sandbox.warehouse.books import WarehouseError
from tests.simulation.dice import Dice
from tests.simulation.packing import shift
from tests.simulation.processes import NOBODY, Processes
from tests.simulation.stockroom import Stockroom
from tests.simulation.systems import SKUS, Systems

STOCKED = 0.5
"""Share of the weeks in which some goods are scarce, and somebody watches the company."""

ADDRESS = {
    "firstName": "Ann",
    "lastName": "Example",
    "address1": "1 Main Street",
    "city": "Springfield",
    "region": "IL",
    "postalCode": "62701",
    "country": "US",
}


@dataclass
class Sale:
    """What the simulator remembers of an order beside the shop's own record."""

    order_id: str
    placed: float
    customer: str
    touchable: bool = True
    history: list[dict[str, Any]] = field(default_factory=list)


class People:
    """Acts of one week, each at its own moment."""

    def __init__(
        self,
        seed: int,
        systems: Systems,
        processes: Processes,
        *,
        week: float,
        version: Callable[[str], str | None],
    ) -> None:
        self.seed = seed
        self.dice = Dice(seed, "people")
        self.stockroom: Stockroom | None = None
        self.systems = systems
        self.processes = processes
        self.week = week
        self.version_in_company = version
        self.sales: dict[str, Sale] = {}
        self.shipments: dict[str, str] = {}
        self.members: list[str] = []
        self.wrong: dict[str, str] = {}
        self.streets = 0
        self.busy: list[tuple[float, float]] = []

    def plan(self) -> None:
        """Set a timer for everything that will happen."""
        self.at(0.0, self._register)
        orders, bursts = int(self.dice.scale(4, 50)), self.dice.whole(2, 4)
        for _ in range(bursts):
            start = self.dice.between(0.005, 0.9) * self.week
            length = self.dice.scale(20, 900)
            self.busy.append((start, start + length * 3))
            for _ in range(orders // bursts + 1):
                self.at(start + self.dice.between(0, length), self._order)
            self.at(start + length * self.dice.between(1, 3), self._shift)
        self.busy.sort()
        if Dice(self.seed, "stocked").chance(STOCKED):
            self.stockroom = Stockroom(self.seed, self.systems)
            self.stockroom.open()
            self.stockroom.plan(self.at, self.busy, self.week)

    def at(self, moment: float, act: Callable[..., None], *arguments: Any) -> None:
        """Something happens at a second of the week."""
        loop = asyncio.get_running_loop()
        loop.call_at(min(max(moment, loop.time()), self.week), self._do, act, arguments)

    def _do(self, act: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        try:
            act(*arguments)
        except (ShopError, WarehouseError) as error:
            self.processes.count(f"people: {act.__name__.strip('_')} refused")
            self.processes.trace(f"people: {act.__name__} refused: {error}")
        else:
            self.processes.count(f"people: {act.__name__.strip('_')}")

    def _soon(self) -> float:
        """Shortly after, or in a later busy time: a change at an odd hour would cost a run of its own."""
        now = asyncio.get_running_loop().time()
        later = [span for span in self.busy if span[0] > now]
        if later and self.dice.chance(0.3):
            return self.dice.between(*self.dice.pick(later))
        return now + self.dice.scale(0.5, 900)

    def _register(self) -> None:
        for number in range(self.dice.whole(1, 4)):
            form = {
                "email": f"member{number}@example.com",
                "firstName": "Ann",
                "lastName": f"Member {number}",
                "billingAddress": ADDRESS,
            }
            self.members.append(str(self.systems.shop.register_customer(form)["customerId"]))

    def snatch(self, sku: str, seconds: float) -> None:
        """Somebody orders some of this in so many seconds: as a rule while the shop is being told how much there is."""
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, self._do, self._order, ([sku],), context=NOBODY)

    def _order(self, wanted: Sequence[str] = ()) -> None:
        skus = wanted or self.dice.some(list(SKUS), self.dice.whole(1, 4))
        cart: dict[str, Any] = {
            "shippingAddress": ADDRESS,
            "billingAddress": ADDRESS,
            "lines": [{"sku": sku, "quantity": self.dice.whole(1, 9)} for sku in skus],
            "shipping": [{"method": "ground", "amount": Decimal(self.dice.whole(0, 2500)) / 100}],
            "taxes": [{"rate": Decimal(self.dice.whole(0, 1000)) / 10_000}],
        }
        if self.dice.chance(0.4):
            number = self.dice.whole(0, len(self.members) - 1)
            cart |= {"customerId": self.members[number], "email": f"member{number}@example.com"}
        else:
            cart["email"] = f"guest{self.dice.whole(0, 9)}@example.com"
        if self.dice.chance(0.3):
            cart |= {"payments": [], "paymentMethod": "invoice"}
        order = self.systems.shop.place_order(Cart.model_validate(cart))
        key = order["orderId"]
        self.sales[key] = Sale(key, asyncio.get_running_loop().time(), str(cart.get("customerId") or cart["email"]))
        self._remember(order)
        self._change_of_mind(key)

    def _remember(self, order: dict[str, Any]) -> None:
        self.sales[order["orderId"]].history.append(order)

    def _change_of_mind(self, key: str) -> None:
        for act, probability in ((self._cancel, 0.15), (self._edit, 0.25), (self._readdress, 0.12), (self._pay, 0.2)):
            if self.dice.chance(probability):
                self.at(self._soon(), act, key)

    def _open(self, key: str) -> None:
        if not self.sales[key].touchable:
            raise ShopError(409, "in the warehouse", "the warehouse has begun with it")

    def _cancel(self, key: str) -> None:
        self._open(key)
        self._remember(self.systems.shop.cancel(key, "changed my mind"))

    def _edit(self, key: str) -> None:
        self._open(key)
        line = self.systems.shop.order(key)["lineItems"][0]
        wanted = {line["lineId"]: Decimal(self.dice.whole(1, 30))}
        self._remember(self.systems.shop.edit_order(key, quantities=wanted))

    def _readdress(self, key: str) -> None:
        self._open(key)
        self.streets += 1
        self._remember(self.systems.shop.change_address(key, {"address1": f"{self.streets} Side Street"}))

    def _pay(self, key: str) -> None:
        total = self.systems.shop.order(key)["totalAmount"]
        self._remember(self.systems.shop.payment(key, kind="sale", amount=total))

    def _shift(self) -> None:
        shift(self)

    def shipped(self, number: str, key: str, goods: list[tuple[str, Decimal]]) -> None:
        """A parcel has left."""
        self.sales[key].touchable = False
        self.shipments[number] = key
        self.processes.trace(f"people: shipment {number} of {key}")
        if self.stockroom:
            for sku, quantity in goods:
                self.stockroom.moved(sku, -quantity, "shipments")

    def shop_key(self, page: Any, sono: str) -> str | None:
        """The shop's order that a sales order was entered for."""
        found = page._connection.exec_driver_sql("select extid from tdorder where sono = ?", (sono,)).first()
        return found[0] if found else None

    def in_step(self, key: str) -> bool:
        """Whether the company has the shop's last word: shipping anything else would be a dispute for people."""
        order = self.systems.shop.order(key)
        if order["status"] != "open" or not self.sales[key].touchable:
            return False
        return self.version_in_company(key) == str(order["version"])
