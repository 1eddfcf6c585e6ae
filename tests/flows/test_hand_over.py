"""A run that is old asks for its successor once and drains until that one is up."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows import live
from flows.order_to_fulfillment import LINES, Options, order_to_fulfillment
from flows.register import Place, Watch
from tandem import dispatch
from tandem.errors import StoreUnavailable, Unavailable
from tandem.settings import settings
from tests.flows.stack import Stack


class Server:
    """What Prefect is asked for."""

    def __init__(self, line: Stack, fault: Exception | None = None) -> None:
        self.line = line
        self.fault = fault
        self.asked: list[tuple[str, str | None]] = []

    async def start(self, deployment: str, _parameters: Any = None, *, key: str | None = None) -> None:
        self.asked.append((deployment, key))
        if self.fault:
            raise self.fault

    def successor_comes_up(self) -> None:
        now = datetime.now(UTC)
        self.line.store.drains.enter("next", ["order"], now + timedelta(minutes=1), connection="main", now=now)


@pytest.fixture
def old(line: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A run is as old as it may get from the start."""
    monkeypatch.setenv("TANDEM_LINGER_SECONDS", "60")
    monkeypatch.setenv("TANDEM_POLL_SECONDS", "0.2")
    settings.cache_clear()
    monkeypatch.setattr(live, "Watch", lambda: Watch(started=-1e9))
    return line


def up(line: Stack) -> list[str]:
    return [drain.owner for drain in line.store.drains.up(datetime.now(UTC), "main")]


async def until(condition: Any, run: asyncio.Task[Any]) -> None:
    async with asyncio.timeout(120):
        while not condition():
            assert not run.done(), run.result()
            await asyncio.sleep(0.02)


async def test_the_successor_is_asked_for_once_and_the_old_run_drains_until_it_is_up(
    old: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, server = old, Server(old)
    monkeypatch.setattr(dispatch, "start", server.start)
    run = asyncio.create_task(order_to_fulfillment(Options(live=True)))
    await until(lambda: server.asked, run)
    assert len(up(line)) == 1, "it is in the register for as long as it is the only one"
    for _ in range(2):
        before = len(line.rows("somast"))
        order = line.order()
        line.event("order.created", order["orderId"])
        await until(lambda before=before: len(line.rows("somast")) > before, run)
    server.successor_comes_up()
    tally = await run
    assert tally["order APPLIED"] == 2
    assert [name for name, _ in server.asked] == [dispatch.LIVE]
    assert str(server.asked[0][1]).startswith("after:live:"), "asked for again, it would be the same run"
    assert up(line) == ["next"]


async def test_one_that_was_there_before_is_no_successor(old: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs that get old together must not both leave because the other is there."""
    line, server = old, Server(old)
    line.store.drains.enter(
        "older",
        ["order"],
        datetime.now(UTC) + timedelta(hours=1),
        connection="main",
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    monkeypatch.setattr(dispatch, "start", server.start)
    run = asyncio.create_task(order_to_fulfillment(Options(live=True)))
    await until(lambda: server.asked, run)
    order = line.order()
    line.event("order.created", order["orderId"])
    await until(lambda: line.rows("somast"), run)
    server.successor_comes_up()
    await run


async def test_with_no_server_to_ask_the_run_ends_and_leaves_nothing(
    old: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, server = old, Server(old, Unavailable("the Prefect server does not answer"))
    monkeypatch.setattr(dispatch, "start", server.start)
    line.event("order.created", line.order()["orderId"])
    assert (await order_to_fulfillment(Options(live=True)))["order APPLIED"] == 1, "it looks once more when it has left"
    assert up(line) == []


async def test_a_store_that_is_away_for_a_moment_does_not_end_a_run(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANDEM_LINGER_SECONDS", "3")
    settings.cache_clear()
    monkeypatch.setattr(live, "STORE_SECONDS", 0.05)
    due = type(line.store.inbox).due
    away = iter([True, True, True])

    def shaky(inbox: Any, *args: Any, **named: Any) -> Any:
        if next(away, False):
            raise StoreUnavailable("the store cannot be used now: server closed the connection")
        return due(inbox, *args, **named)

    monkeypatch.setattr(type(line.store.inbox), "due", shaky)
    line.event("order.created", line.order()["orderId"])
    assert (await order_to_fulfillment(Options(live=True)))["order APPLIED"] == 1
    assert next(away, None) is None


async def test_the_successor_takes_nothing_before_the_old_run_has_left(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the old one still writes was placed earlier: a customer's orders must not change places."""
    monkeypatch.setenv("TANDEM_LINGER_SECONDS", "3")
    settings.cache_clear()
    ever = datetime.now(UTC) + timedelta(hours=1)
    line.store.drains.enter("old", ["order"], ever, connection="main", now=datetime(2026, 1, 1, tzinfo=UTC))
    asked, awaited = [], Place.awaited

    def counted(place: Place) -> bool:
        asked.append(line.store.status().leased)
        if len(asked) == 20:
            line.store.drains.leave("old")
        return awaited(place)

    monkeypatch.setattr(Place, "awaited", counted)
    line.event("order.created", line.order()["orderId"])
    assert (await order_to_fulfillment(Options(live=True)))["order APPLIED"] == 1
    assert asked == [0] * 20


async def test_a_sweep_leaves_to_a_live_run_what_that_takes(line: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside it, a customer's orders would change places; where none is up, it drains."""
    monkeypatch.setenv("TANDEM_LEASE_SECONDS", "5")
    settings.cache_clear()
    now = datetime.now(UTC)
    entities = [entity for entity, _ in LINES]
    line.store.drains.enter("live", entities, now + timedelta(hours=1), connection="main", now=now)
    line.event("order.created", line.order()["orderId"])
    assert await line.run() == {}
    assert line.rows("somast") == []
    line.store.drains.leave("live")
    assert (await line.run())["order APPLIED"] == 1
