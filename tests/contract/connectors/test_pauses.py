"""What a side that wants to be left in peace comes to: through the connectors and the wire, on a clock of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.pulse import Pulse
from tandem.connectors.sagepro import SageProConnector
from tandem.entities import ENTITIES, System
from tandem.errors import ConnectorError, Paused, RateLimited, Unauthorized, Unavailable
from tandem.line import budget, outage, tidings
from tandem.settings import Settings
from tandem.store import Store
from tests.contract.connectors.conftest import Shop

ORDERS = ENTITIES["order"].route(System.CLARITY)
LANES = [("customer", System.CLARITY), ("order", System.CLARITY), ("shipment", System.SAGEPRO)]


@dataclass
class Drain:
    """One drain as the outages see it."""

    settings: Settings
    store: Store
    owner: str = "a"
    name: str = "main"
    pulses: dict[System, Pulse] = field(default_factory=lambda: {system: Pulse() for system in System})


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (outage, tidings, budget):
        monkeypatch.setattr(module, "utc_now", clock)
    monkeypatch.setattr("tandem.connectors.pulse.utc_now", clock)
    return clock


@pytest.fixture
def drain(settings: Settings, clock: Clock) -> Iterator[Drain]:
    store = Store.open(settings.store_url)
    yield Drain(settings, store)
    store.close()


@pytest.fixture
async def store(settings: Settings, shop: Shop, drain: Drain) -> AsyncIterator[ClarityConnector]:
    transport = httpx.ASGITransport(shop.app)
    connector = ClarityConnector.of(settings, transport=transport, pulse=drain.pulses[System.CLARITY])
    yield connector
    await connector.aclose()


async def refused(drain: Drain, store: ClarityConnector) -> ConnectorError:
    """A call that fails, and is noted as the line does."""
    with pytest.raises(ConnectorError) as caught:
        await store.read("orders", ["1"])
    outage.note(drain, caught.value)
    return caught.value


def seconds(drain: Drain, clock: Clock) -> float:
    pause = outage.standing(drain, ORDERS)
    return (pause.until - clock.now).total_seconds() if pause else 0.0


@pytest.mark.parametrize(
    ("fault", "asked", "about"),
    [
        ({"status": 429, "retryAfter": 30}, 30.0, 0.0),
        ({"status": 429, "retryAfter": 30, "asDate": True}, 30.0, 5.0),
        ({"status": 503, "retryAfter": 3600}, 3600.0, 0.0),
    ],
)
async def test_case_029_what_is_asked_for_is_waited_for_by_all_and_no_longer(
    drain: Drain, store: ClarityConnector, shop: Shop, clock: Clock, fault: dict[str, Any], asked: float, about: float
) -> None:
    await shop.breaks(requests=[fault])
    error = await refused(drain, store)
    assert error.side == System.CLARITY
    waits = seconds(drain, clock)
    assert asked - about <= waits <= asked + about / 5
    other = Drain(drain.settings, drain.store, owner="b")
    with pytest.raises(Paused, match="Clarity is left in peace until"):
        outage.refuse(other, System.CLARITY)
    clock.later(waits - 0.001)
    assert outage.batch_limit(drain, ORDERS, 100) == 0
    assert outage.passable(other, LANES) == []
    clock.later(0.001)
    assert outage.standing(drain, ORDERS) is None
    assert outage.batch_limit(drain, ORDERS, 100) == outage.PROBE
    assert outage.batch_limit(other, ORDERS, 100) == 0, "one drain looks first"


async def test_case_029_a_bare_429_is_waited_for_longer_and_longer_with_jitter(
    drain: Drain, store: ClarityConnector, shop: Shop, clock: Clock
) -> None:
    await shop.breaks(requests=[{"status": 429}])
    waits = []
    for failures in range(1, 14):
        await refused(drain, store)
        waits.append(seconds(drain, clock))
        longest = min(outage.LONGEST_SECONDS, outage.FIRST_SECONDS * 2 ** (failures - 1))
        assert longest / 2 <= waits[-1] <= longest
        clock.later(waits[-1])
    assert len(set(waits)) == len(waits), "jitter"
    assert all(later >= sooner / 2 for sooner, later in pairwise(waits))


async def test_case_029_a_pause_of_an_hour_ends_a_live_run_and_one_of_30_seconds_does_not(
    drain: Drain, store: ClarityConnector, shop: Shop
) -> None:
    await shop.breaks(requests=[{"status": 429, "retryAfter": 30}])
    await refused(drain, store)
    assert not outage.for_long(drain, LANES)
    await shop.breaks(requests=[{"status": 503, "retryAfter": 3600}])
    await refused(drain, store)
    assert outage.for_long(drain, LANES)


async def test_case_029_the_rate_budget_moves_with_the_pause(
    drain: Drain, store: ClarityConnector, shop: Shop, clock: Clock
) -> None:
    drain.settings = drain.settings.model_copy(update={"clarity_rate": 10.0})
    await shop.breaks(requests=[{"status": 429, "retryAfter": 20}])
    await refused(drain, store)
    rate = budget.rate_of(drain.settings, System.CLARITY)
    assert rate is not None
    assert drain.store.budgets.take("main", "clarity", rate, now=clock.now).wait == 20


async def test_case_031_refused_credentials_pause_for_long_are_told_at_once_and_called_no_more(
    drain: Drain, store: ClarityConnector, shop: Shop, clock: Clock
) -> None:
    await shop.breaks(tokenRefused=True)
    told = []
    for _ in range(4):
        with pytest.raises(Unauthorized) as caught:
            await store.read("orders", ["1"])
        told.append(outage.note(drain, caught.value))
    assert told == [True, False, False, False], "an alert goes out, and it is one"
    (alert,) = drain.store.alerts.pending()
    assert (alert.title, alert.count) == ("Clarity refuses our credentials", 1)
    assert seconds(drain, clock) == outage.CREDENTIALS_SECONDS
    assert outage.for_long(drain, LANES)
    assert "shop-token" not in repr(drain.store.pauses.all())


async def test_case_040_an_outage_is_one_alert_after_minutes_and_one_word_at_its_end(
    drain: Drain, store: ClarityConnector, shop: Shop, clock: Clock
) -> None:
    began = clock.now
    drains = [Drain(drain.settings, drain.store, owner=name, pulses=drain.pulses) for name in "abcd"]
    await shop.breaks(requests=[{"status": 500}])
    told = []
    while clock.now - began < timedelta(hours=6):
        for one in drains:
            with pytest.raises(Unavailable) as caught:
                await store.read("orders", ["1"])
            if outage.note(one, caught.value):
                told.append(clock.now - began)
        clock.later(max(seconds(drain, clock), 0.001))
    assert len(told) == 1
    assert timedelta(minutes=1) < told[0] < timedelta(minutes=15)
    await shop.breaks()
    assert await store.read("orders", ["1"]) == {"1": None}
    clock.later(outage.LONGEST_SECONDS)
    assert await store.read("orders", ["1"]) == {"1": None}
    assert [outage.heed(one) for one in drains] == [True, False, False, False]
    assert [alert.title for alert in drain.store.alerts.pending()] == ["Clarity is away", "Clarity is back"]
    assert drain.store.pauses.standing("main") == []


async def test_a_blip_is_no_alert(drain: Drain, store: ClarityConnector, shop: Shop, clock: Clock) -> None:
    await shop.breaks(requests=[{"status": 500}])
    await refused(drain, store)
    await shop.breaks()
    clock.later(2)
    await store.read("orders", ["1"])
    assert not outage.heed(drain)
    assert drain.store.alerts.pending() == []
    assert outage.batch_limit(drain, ORDERS, 100) == 100


async def test_trouble_that_a_second_try_has_overcome_is_no_outage(
    drain: Drain, store: ClarityConnector, shop: Shop
) -> None:
    await shop.breaks(requests=[{"status": 500, "times": 1}])
    with pytest.raises(Unavailable):
        await store.read("orders", ["1"])
    await store.read("orders", ["1"])
    outage.heed(drain)
    assert drain.store.pauses.standing("main") == []


async def test_a_pause_that_one_of_several_calls_was_asked_for_stands(
    drain: Drain, store: ClarityConnector, shop: Shop, clock: Clock
) -> None:
    await shop.breaks(requests=[{"status": 429, "retryAfter": 30, "times": 1}])
    with pytest.raises(RateLimited):
        await store.read("orders", ["1"])
    await store.read("orders", ["1"])
    outage.heed(drain)
    assert seconds(drain, clock) == 30


async def test_an_outage_of_the_store_is_none_of_the_gateway(drain: Drain, store: ClarityConnector, shop: Shop) -> None:
    await shop.breaks(requests=[{"status": 500}])
    await refused(drain, store)
    outage.refuse(drain, System.SAGEPRO)
    assert outage.away(drain, System.SAGEPRO) is None
    assert outage.passable(drain, LANES) == [], "a route needs both its sides"


async def test_a_gateway_that_refuses_connections_is_away_and_back(drain: Drain, clock: Clock) -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        if down:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json={"Items": [], "NextCursor": None})

    down = True
    company = SageProConnector.of(
        drain.settings, transport=httpx.MockTransport(handler), pulse=drain.pulses[System.SAGEPRO]
    )
    with pytest.raises(Unavailable) as caught:
        await company.read("orders", ["1"])
    assert (caught.value.side, caught.value.reached) == (System.SAGEPRO, False)
    outage.heed(drain)
    assert outage.away(drain, System.SAGEPRO)
    clock.later(2)
    down = False
    await company.read("orders", ["1"])
    outage.heed(drain)
    assert drain.store.pauses.standing("main") == []
    await company.aclose()


async def test_calls_keep_to_the_rate_of_all_drains_together(
    settings: Settings, shop: Shop, drain: Drain, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = settings.model_copy(update={"clarity_rate": 2.0})
    called: list[datetime] = []

    async def asleep(seconds: float) -> None:
        clock.later(seconds)

    class Counted(httpx.AsyncBaseTransport):
        inner = httpx.ASGITransport(shop.app)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            called.append(clock.now)
            return await self.inner.handle_async_request(request)

    monkeypatch.setattr(budget.asyncio, "sleep", asleep)
    await shop.breaks(tokenExpiry={"after": 0})
    drains = [
        ClarityConnector.of(limited, transport=Counted(), admit=budget.admission(drain.store, limited, System.CLARITY))
        for _ in range(4)
    ]
    for _ in range(5):
        for connector in drains:
            await connector.read("orders", ["1"])
    for connector in drains:
        await connector.aclose()
    assert len(called) == 4 * (5 + 2), "renewals of the token and the calls after them are calls too"
    for start, first in enumerate(called):
        for count, last in enumerate(called[start:], start=1):
            assert count <= 2 * (last - first).total_seconds() + 2


async def test_a_budget_that_is_used_up_for_long_gives_the_call_back(
    settings: Settings, drain: Drain, clock: Clock
) -> None:
    slow = settings.model_copy(update={"sagepro_rate": 0.001})
    admit = budget.admission(drain.store, slow, System.SAGEPRO)
    await admit(1)
    with pytest.raises(RateLimited) as caught:
        await admit(1)
    assert (caught.value.side, caught.value.retry_after) == (System.SAGEPRO, 1000.0)
    async with asyncio.timeout(5):
        await budget.admission(drain.store, settings, System.SAGEPRO)(1)
