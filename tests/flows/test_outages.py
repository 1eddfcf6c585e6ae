"""A side that is away: nothing is lost or doubled, what waits keeps its place, people are told once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.order_to_fulfillment import Options, order_to_fulfillment
from tandem.connectors.http import Http
from tandem.entities.state import State
from tandem.errors import Paused, Unauthorized
from tandem.line import opening, outage, tidings
from tandem.settings import settings
from tests.flows.stack import Stack


def told(line: Stack) -> list[str]:
    return [alert.title for alert in line.store.alerts.pending()]


def tune(monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"TANDEM_{name}", str(value))
    settings.cache_clear()


async def until(condition: Any, *runs: asyncio.Task[Any]) -> None:
    """Wait for a condition, but not for ever, nor after the last of the runs has ended."""
    async with asyncio.timeout(120):
        while not condition() and not (runs and all(run.done() for run in runs)):
            await asyncio.sleep(0.05)
    assert condition()


def orders_of(line: Stack, *customers: str, each: int) -> list[str]:
    """Orders of several customers, one after the other, each with its event; their keys by age."""
    keys = []
    for number in range(each):
        for customer in customers:
            keys.append(line.order(email=f"{customer}@example.com", lines=[{"sku": "ABC-1", "quantity": number + 1}]))
            line.event("order.created", keys[-1]["orderId"])
    return [order["orderId"] for order in keys]


def written(line: Stack) -> list[str]:
    """The shop's order ids as the company took them, by plain SQL."""
    return [extid.strip() for (extid,) in line.plain("select extid from tdorder order by rowid")]


async def test_case_040_orders_of_several_customers_wait_for_the_gateway_in_their_order(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune(monkeypatch, LINGER_SECONDS=20, POLL_SECONDS=30)
    monkeypatch.setattr(outage, "LONGEST_SECONDS", 2.0)
    monkeypatch.setattr(tidings, "TELL_AFTER", timedelta(seconds=2))
    before = orders_of(line, "early", each=1)
    drains = [asyncio.create_task(order_to_fulfillment(Options(live=True))) for _ in range(2)]
    await until(lambda: line.rows("somast"), *drains)
    await until(lambda: len(line.store.drains.up(datetime.now(UTC), "main")) == 2, *drains)
    line.stop_gateway()
    keys = orders_of(line, "ann", "ben", "cora", "dan", each=6)
    await until(lambda: told(line) == ["Sage Pro is away"], *drains)
    waiting = [record for record in line.store.ledger.records("main", "order") if record.key in keys]
    assert {record.state for record in waiting} == {State.WAITING}, "no attempt was counted, no timer set"
    line.start_gateway()
    await until(lambda: len(written(line)) == len(before + keys), *drains)
    await asyncio.gather(*drains)
    assert written(line) == before + keys, "oldest first, and so each customer's in their order"
    assert told(line) == ["Sage Pro is away", "Sage Pro is back"]
    assert [alert.count for alert in line.store.alerts.pending()] == [1, 1]
    assert line.store.letters.list() == []
    assert line.store.pauses.standing("main") == []


async def test_case_029_a_store_that_asks_for_an_hour_holds_no_worker(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune(monkeypatch, LINGER_SECONDS=600, POLL_SECONDS=0.2)
    (key,) = orders_of(line, "ann", each=1)
    line.break_shop({"requests": [{"status": 503, "retryAfter": 3600}]})
    async with asyncio.timeout(60):
        assert await order_to_fulfillment(Options(live=True)) == {}
    assert line.record("order", key).state is State.WAITING
    (pause,) = line.store.pauses.standing("main")
    assert pause.until - pause.since == timedelta(hours=1)
    assert told(line) == ["Clarity is away"]
    line.break_shop({})
    line.make_due()
    assert (await line.run())["order APPLIED"] == 1
    assert told(line) == ["Clarity is away", "Clarity is back"]


async def test_case_031_a_refused_key_stops_every_run_before_its_first_call(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    (key,) = orders_of(line, "ann", each=1)
    tune(monkeypatch, SAGEPRO_API_KEY="an-old-key")
    with pytest.raises(Unauthorized):
        await line.run()
    assert told(line) == ["Sage Pro refuses our credentials"]
    calls = line.cut.calls
    for _ in range(2):
        with pytest.raises(Paused, match="Sage Pro is left in peace"):
            await line.run()
    assert line.cut.calls == calls, "no retry storm"
    assert [alert.count for alert in line.store.alerts.pending()] == [1]
    assert line.record("order", key).state is State.WAITING
    tune(monkeypatch, SAGEPRO_API_KEY="gateway-key")
    line.look_again()
    assert (await line.run())["order APPLIED"] == 1


async def test_case_031_a_token_that_is_refused_in_the_middle_stops_the_line_and_gives_the_records_back(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune(monkeypatch, LINGER_SECONDS=60, POLL_SECONDS=0.2)
    keys = orders_of(line, "ann", "ben", each=1)
    line.break_shop({"tokenRefused": True})
    async with asyncio.timeout(60):
        assert await order_to_fulfillment(Options(live=True)) == {}
    assert told(line) == ["Clarity refuses our credentials"]
    assert {line.record("order", key).state for key in keys} == {State.WAITING}
    line.break_shop({})
    line.make_due()
    assert (await line.run())["order APPLIED"] == len(keys)


async def test_case_041_a_gateway_that_is_too_slow_leaves_the_outcome_unknown_and_not_failed(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Http.__init__.__kwdefaults__, "timeout", 2.0)
    (first,) = orders_of(line, "ann", each=1)
    await line.run()
    (second,) = orders_of(line, "ann", each=1)
    line.cut.slow = True
    assert await line.run() == {"order UNKNOWN": 1}
    assert line.record("order", second).state is State.UNKNOWN
    assert [pause.system for pause in line.store.pauses.standing("main")] == ["sagepro"]
    line.cut.slow = False
    line.make_due()
    assert (await line.run())["order APPLIED"] == 1
    assert written(line) == [first, second]
    assert line.store.pauses.standing("main") == []
    assert line.store.letters.list() == []


async def test_a_gateway_that_is_away_at_the_start_of_a_run_is_noted_and_then_left_in_peace(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "PAUSES", ())
    (key,) = orders_of(line, "ann", each=1)
    line.stop_gateway()
    with pytest.raises(Exception, match="was not sent|got no answer"):
        await line.run()
    (pause,) = line.store.pauses.standing("main")
    assert pause.since <= datetime.now(UTC)
    line.start_gateway()
    line.look_again()
    assert (await line.run())["order APPLIED"] == 1
    assert written(line) == [key]
