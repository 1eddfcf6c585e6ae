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
from tests.simulation.monitor import Monitor
from tests.simulation.processes import CURRENT
from tests.simulation.stockroom import PLACE, place_of
from tests.simulation.systems import SKUS

SERVED: ContextVar[httpx.Request | None] = ContextVar("served", default=None)
"""The request that a server is handling."""

READ, WRITTEN = "/api/v1/sagepro/inventory", "/api/v1/inventory/"
ZERO = Decimal(0)


class Figures(Monitor):
    """Watches figures on their way as well: each carries the moment at which the company's stock was read for it."""

    def __init__(self, world: Any) -> None:
        super().__init__(world.fail, world.count)
        self._world = world
        self._read: dict[tuple[str, str], float] = {}

    def departs(self, request: httpx.Request, body: bytes) -> list[str]:
        """A request leaves."""
        request.extensions["left"] = asyncio.get_running_loop().time()
        if _writes(request):
            request.extensions["read"] = self._read.get((_who(), _key(request)))
        return super().departs(request, body)

    def arrives(self, request: httpx.Request, response: httpx.Response, created: Iterable[str]) -> None:
        """An answer has come."""
        if request.method == "GET" and request.url.path.startswith(READ) and response.status_code == 200:
            for key in _keys(loads(response.content)):
                self._read[_who(), key] = request.extensions["left"]
        super().arrives(request, response, created)

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
    """No piece came from nowhere or went there: shelves, totals and movements agree with what people did."""
    room = world.people.stockroom
    for sku in SKUS if room else ():
        with world.systems.books.open() as page:
            found = {
                "iciloc": place_of(page, sku)["lonhand"],
                "iciqty": sum((row["qonhand"] for row in page.rows("iciqty", item=sku)), ZERO),
                "icitem": page.one("icitem", item=sku)["ionhand"],
                "ictran": sum((row["tqty"] for row in page.rows("ictran", item=sku)), ZERO),
            }
        for table, number in found.items():
            if number != room.balance[sku]:
                yield f"{table} has {number} of {sku}, and what was received and left comes to {room.balance[sku]}"


def told(world: Any) -> Iterator[str]:
    """The shop's last figure is what the company has free, wherever somebody watches the company."""
    for sku in SKUS if world.people.stockroom else ():
        held, free = level(world, sku), free_of(world, sku)
        if held is None and sku not in world.people.stockroom.scarce:
            continue  # it was never sold, and never announced
        if held != max(ZERO, free):
            yield f"the shop may sell {held} of {sku}, and {free} are free"


def released(world: Any) -> Iterator[str]:
    """Nothing is reserved any more."""
    for one in world.store.demand.outstanding():
        yield f"{one.lines} lines of {one.records} records of {one.entity} are still reserved since {one.since}"
