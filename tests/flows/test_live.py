"""The live run: takes what comes while it lingers, stands in the register, and leaves nothing behind."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from flows.inventory import Options as StockOptions
from flows.inventory import inventory
from flows.order_to_fulfillment import Options, order_to_fulfillment
from tandem import dispatch
from tandem.settings import settings
from tests.flows.stack import Stack


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, line: Stack) -> Stack:
    monkeypatch.setenv("TANDEM_LINGER_SECONDS", "6")
    monkeypatch.setenv("TANDEM_POLL_SECONDS", "0.2")
    settings.cache_clear()
    return line


async def until(condition: object, what: str) -> None:
    """Wait for a condition, but not for ever."""
    async with asyncio.timeout(60):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.05)
    assert what


async def test_a_live_run_takes_orders_and_shipments_as_they_come_and_ends_by_itself(short: Stack) -> None:
    line = short
    run = asyncio.create_task(order_to_fulfillment(Options(live=True)))
    await until(lambda: line.store.drains.up(datetime.now(UTC), "main") or run.done(), "it stands in the register")
    order = line.order({"sku": "ABC-1", "quantity": 2})
    line.event("order.created", order["orderId"])
    await until(lambda: line.rows("somast") or run.done(), "the order was taken without a new run")
    line.ship(tracking="LIVE-1")
    await until(lambda: line.shop.order(order["orderId"])["fulfillments"] or run.done(), "the shipment was noticed")
    assert (await run)["shipment APPLIED"] == 1
    assert line.store.drains.up(datetime.now(UTC), "main") == []
    assert line.store.status().leased == 0


async def test_what_is_released_has_a_drain_of_stock_asked_for(short: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run of orders takes no stock, and no run of stock is up: without a word the next sweep would be the first."""
    line, asked = short, list[set[str]]()
    await inventory(StockOptions(live=False))  # the shop shows the item's stock from here on

    async def wake(entities: Iterable[str] = ()) -> None:
        asked.append(set(entities))

    monkeypatch.setattr(dispatch, "wake", wake)
    run = asyncio.create_task(order_to_fulfillment(Options(live=True)))
    await until(lambda: line.store.drains.up(datetime.now(UTC), "main") or run.done(), "it stands in the register")
    order = line.order({"sku": "ABC-1", "quantity": 2})
    line.event("order.created", order["orderId"])
    await until(lambda: {"stock"} in asked or run.done(), "the order went through and took nothing any more")
    assert not run.done()
    await run
