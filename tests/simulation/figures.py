"""What the shop is told it may sell: never more than could be sold at that moment, and in the end exactly that."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

import httpx

from tandem.sandbox.shop.tables import INVENTORY
from tandem.values import loads
from tests.simulation.dice import Dice
from tests.simulation.monitor import Monitor
from tests.simulation.processes import CURRENT
from tests.simulation.stockroom import MOVEMENTS, PLACE, place_of
from tests.simulation.systems import SKUS

SERVED: ContextVar[httpx.Request | None] = ContextVar("served", default=None)
"""The request that a server is handling."""

READ, WRITTEN = "/api/v1/sagepro/inventory", "/api/v1/inventory/"
ZERO = Decimal(0)

RACES, AT_MOST = 0.15, 4
"""Share of the figures that are sent off while somebody buys of the same goods, and how many in a week."""


class Figures(Monitor):
    """Watches figures on their way as well: each carries the moment at which the company's stock was read for it."""

    def __init__(self, world: Any) -> None:
        super().__init__(world.fail, world.count)
        self._world = world
        self._dice, self._races = Dice(world.seed, "races"), 0
        self._read: dict[tuple[str, str], float] = {}

    def departs(self, request: httpx.Request, body: bytes) -> list[str]:
        """A request leaves."""
        request.extensions["left"] = asyncio.get_running_loop().time()
        if _writes(request):
            request.extensions["read"] = self._read.get((_who(), _key(request)))
            self._race(_key(request).rpartition("|")[0])
        return super().departs(request, body)

    def arrives(self, request: httpx.Request, response: httpx.Response, created: Iterable[str]) -> None:
        """An answer has come."""
        if request.method == "GET" and request.url.path.startswith(READ) and response.status_code == 200:
            for key in _keys(loads(response.content)):
                self._read[_who(), key] = request.extensions["left"]
        super().arrives(request, response, created)

    def _race(self, sku: str) -> None:
        """Now and then somebody buys in the very moment in which a figure is on its way: chance alone seldom does."""
        world = self._world
        if not world.people.stockroom or world.clock.seconds >= world.weather.calm or self._races == AT_MOST:
            return
        if self._dice.chance(RACES):
            self._races += 1
            world.count("figure sent off as somebody buys")
            world.people.snatch(sku, self._dice.scale(0.0005, 0.03))

    def published(self) -> None:
        """Something was committed in the shop: if that is a figure, it is not too high.

        What left at Sage Pro's own screens since the stock was read for it nobody could know (docs/adr/0016): so much
        more is allowed. Orders that only the shop knows are not: whatever it sells meanwhile raises the version that
        the write expects. Where it kept no record yet there is no version to raise, so its first figure is let pass.
        """
        request, world = SERVED.get(), self._world
        if request is None or not _writes(request) or loads(request.content).get("expectedVersion") == 0:
            return
        sku, read = _key(request).rpartition("|")[0], request.extensions["read"]
        told, free = level(world, sku), free_of(world, sku)
        room = world.people.stockroom
        unseen = room.lost_since(sku, read) if room and read is not None else ZERO
        world.count("figures published")
        if told is not None and told > max(ZERO, free + unseen):
            world.fail(f"oversold: {told} of {sku} were published while {free} could be sold ({unseen} left unseen)")


def _writes(request: httpx.Request) -> bool:
    return request.method == "PUT" and request.url.path.startswith(WRITTEN)


def _key(request: httpx.Request) -> str:
    return request.url.path.removeprefix(WRITTEN)


def _keys(body: Any) -> Iterator[str]:
    for record in body.get("Items", [body]):
        if "Key" in record:
            yield str(record["Key"])


def _who() -> str:
    process = CURRENT.get()
    return process.name if process else "-"


def level(world: Any, sku: str) -> Decimal | None:
    """What the shop holds it may sell."""
    with world.systems.shop.reading() as tx:
        record = tx.find(INVENTORY, f"{sku}|{PLACE}")
    return None if record is None else Decimal(record["available"])


def free_of(world: Any, sku: str) -> Decimal:
    """What lies in the company and nobody was promised, not by the company's orders nor by those that it lacks yet."""
    with world.systems.books.open() as page:
        kept = place_of(page, sku)
        names = dict(page._connection.exec_driver_sql("select sono, extid from tdorder").all())
        lines = [row for row in page.rows("sotran", item=sku) if row["sostat"] != "V" and row["currhist"] != "X"]
    open_sales, there = ZERO, defaultdict[str, Decimal](lambda: ZERO)
    for line in lines:
        wanted = line["qtyord"] if line["sostat"] == "" else ZERO
        open_sales += wanted
        there[names.get(line["sono"], "")] += wanted + line["qtyshp"]
    lacking = (max(ZERO, _sold(sale.history[-1], sku) - there[key]) for key, sale in world.people.sales.items())
    return Decimal(kept["lonhand"] - kept["lwoaloc"] - max(kept["lsoaloc"], open_sales) - sum(lacking, ZERO))


def _sold(order: dict[str, Any], sku: str) -> Decimal:
    if order["status"] == "cancelled" or order["isTest"]:
        return ZERO
    return sum((Decimal(line["currentQuantity"]) for line in order["lineItems"] if line["sku"] == sku), ZERO)


def conserved(world: Any) -> Iterator[str]:
    """No piece came from nowhere: opening, receipts, shipments, returns and adjustments come to what is there.

    In the company on the shelves, in the totals and in the movements of each kind; in the shop by what was shipped to
    its customers, since what it holds may be sold is what the company has free (`told`).
    """
    room = world.people.stockroom
    for sku in SKUS if room else ():
        with world.systems.books.open() as page:
            moves = page.rows("ictran", item=sku)
            parcels = page.rows("soship", item=sku)
            found = {
                "iciloc": (place_of(page, sku)["lonhand"], room.balance(sku)),
                "iciqty": (_sum(page.rows("iciqty", item=sku), "qonhand"), room.balance(sku)),
                "icitem": (page.one("icitem", item=sku)["ionhand"], room.balance(sku)),
                "ictran": (_sum(moves, "tqty"), room.balance(sku)),
                "soship": (-_sum(parcels, "qtyship"), room.balance(sku, "shipments")),
                "the shop's fulfilments": (-_fulfilled(world, sku), room.balance(sku, "shipments")),
            }
            for kind, causes in MOVEMENTS.items():
                of_kind = [row for row in moves if row["trantyp"] == kind]
                found[f"ictran {kind.strip()}"] = (_sum(of_kind, "tqty"), room.balance(sku, *causes))
        for where, (number, wanted) in found.items():
            if number != wanted:
                yield f"{where}: {number} of {sku}, and what people did comes to {wanted}"


def _sum(rows: Iterable[dict[str, Any]], column: str) -> Decimal:
    return sum((row[column] for row in rows), ZERO)


def _fulfilled(world: Any, sku: str) -> Decimal:
    """What the shop has told its customers is on its way."""
    orders = (world.systems.shop.order(key) for key in world.people.shipments.values())
    sent = {order["orderId"]: [line for line in order["lineItems"] if line["sku"] == sku] for order in orders}
    return sum((Decimal(line["fulfilledQuantity"]) for lines in sent.values() for line in lines), ZERO)


def told(world: Any) -> Iterator[str]:
    """The shop's last figure is what the company has free, wherever somebody watches the company."""
    for sku in SKUS if world.people.stockroom else ():
        held, free = level(world, sku), free_of(world, sku)
        if held is None and sku not in world.people.stockroom.scarce:
            continue  # it was never sold, and never announced
        if held != max(ZERO, free):
            yield f"the shop may sell {held} of {sku}, and {free} are free"


def released(world: Any) -> Iterator[str]:
    """Nothing is reserved any more: not in the store, and in the company only for its own open orders."""
    allocates = world.settings.sagepro_allocate
    with world.systems.books.open() as page:
        for sku in SKUS:
            lines = page.rows("sotran", item=sku, sostat="")
            open_ones = _sum((line for line in lines if line["currhist"] != "X"), "qtyord") if allocates else ZERO
            kept = {"iciloc": place_of(page, sku)["lsoaloc"], "iciqty": _sum(page.rows("iciqty", item=sku), "qsoaloc")}
            for table, number in kept.items():
                if number != open_ones:
                    yield f"{table} allocates {number} of {sku} to open orders, which want {open_ones}"
    for one in world.store.demand.outstanding():
        yield f"{one.lines} lines of {one.records} records of {one.entity} are still reserved since {one.since}"
