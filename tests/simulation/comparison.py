"""Both systems side by side at the end: every sale once and equal to the cent, every shipment told once."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx

from tandem.values import loads

Rows = list[dict[str, Any]]

URL = "http://127.0.0.1:8701/api/v1/sagepro/orders?limit=500&includeHistory=true"


async def company_orders(world: Any) -> Rows:
    """All orders of the company, asked of the gateway without any network between."""
    found: Rows = []
    cursor = ""
    while True:
        request = httpx.Request("GET", URL + cursor, headers={"authorization": "Bearer gateway-key"})
        page = loads((await world.network.servers[8701].handle(request, b"")).content)
        found += page["Items"]
        if page["NextCursor"] is None:
            return found
        cursor = f"&cursor={page['NextCursor']}"


def sales(world: Any, entered: Rows) -> Iterator[str]:
    """Every sale is in the company once, and equal to the cent, line by line."""
    for row in _company(world, "select sono from somast where sono not in (select sono from tdorder)"):
        yield f"sales order {row['sono']} is nobody's"
    times = Counter(order["ExternalOrderId"] for order in entered)
    yield from (f"{key} stands {n} times in the company" for key, n in times.items() if n > 1)
    yield from (f"{key} is in the company and was never sold" for key in times if key not in world.people.sales)
    there = {order["ExternalOrderId"]: order for order in entered}
    for key in world.people.sales:
        order = world.systems.shop.order(key)
        for what, (wanted, found) in _differences(order, there.get(key)).items():
            yield f"{key} has {what} {found} in the company and {wanted} in the shop"


def _company(world: Any, statement: str) -> Rows:
    """Plain SQL, past all code of the gateway."""
    engine = world.systems.gateway.state.context.company.engine
    with engine.connect() as connection:
        return [dict(row) for row in connection.exec_driver_sql(statement).mappings()]


def _differences(sold: dict[str, Any], entered: dict[str, Any] | None) -> dict[str, tuple[Any, Any]]:
    cancelled = sold["status"] == "cancelled"
    if entered is None:
        return {} if cancelled or sold["isTest"] else {"a state": ("sold", None)}
    if cancelled:
        return {} if entered["Status"] == "void" else {"a state": ("cancelled", entered["Status"])}
    pairs = {
        "a total": (sold["totalAmount"], Decimal(entered["TotalAmount"])),
        "a tax": (sold["taxTotal"], Decimal(entered["TaxAmount"])),
        "lines": (_sold(sold), _entered(entered)),
        "an address": (sold["shippingAddress"]["address1"], entered["ShipToAddress"]["Address1"]),
        "a state": (True, entered["Status"] != "void"),
    }
    return {what: pair for what, pair in pairs.items() if pair[0] != pair[1]}


def _sold(order: dict[str, Any]) -> dict[str, tuple[Decimal, Decimal]]:
    """Quantity and net amount by line."""
    lines = [line for line in order["lineItems"] if line["currentQuantity"]]
    return {line["lineId"]: (Decimal(line["currentQuantity"]), Decimal(line["lineTotal"])) for line in lines}


def _entered(order: dict[str, Any]) -> dict[str, tuple[Decimal, Decimal]]:
    goods = [line for line in order["LineItems"] if not line["LineReference"].startswith("+") and not line["Void"]]
    return {line["LineReference"]: (Decimal(line["Quantity"]), Decimal(line["ExtendedPrice"])) for line in goods}


def shipments(world: Any, _entered: Rows) -> Iterator[str]:
    """Every shipment was told to the shop once, and the customer heard of it once."""
    for number, key in world.people.shipments.items():
        told = [f for f in world.systems.shop.order(key)["fulfillments"] if f["externalKey"] == number]
        known = {f["fulfillmentId"] for f in told}
        mails = [m for m in world.systems.shop.notifications(key) if m["fulfillmentId"] in known]
        if len(told) != 1 or len(mails) != 1:
            yield f"shipment {number} of {key} was told {len(told)} times, with {len(mails)} mails"
