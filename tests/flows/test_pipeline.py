"""Two batches of one line under way at once: they overlap, write in order, and never hold each other up."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows import pipeline
from flows.drain import Drain, empty
from tandem.entities import System
from tandem.entities.state import Outcome, State
from tandem.line import compose as composing
from tandem.line import write
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.traffic import Traffic
from tandem.settings import settings
from tandem.values import utc_now
from tasks.report import Tally
from tests.flows.stack import Stack

Load = Callable[[Any, Batch], Awaitable[Batch]]


@pytest.fixture
def pairs(monkeypatch: pytest.MonkeyPatch, line: Stack) -> Stack:
    """Batches of two."""
    monkeypatch.setenv("TANDEM_BATCH_SIZE", "2")
    settings.cache_clear()
    return line


def keys(batch: Batch) -> list[str]:
    return [cargo.message.key for cargo in batch.cargo]


def customer(line: Stack) -> str:
    """One that the company has already, so that orders lack no parent."""
    return line.register("ann@example.com")


async def test_the_next_batch_is_prepared_while_one_is_being_written(
    pairs: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first write ends only once the second batch stands ready: one after the other, that would never be."""
    line = pairs
    who = customer(line)
    await line.run()
    placed = [line.order(customerId=who)["orderId"] for _ in range(6)]
    composed, writing, written = asyncio.Event(), list[list[str]](), list[list[str]]()
    compose, load = composing.compose, write.load

    def noted(connection: Any, batch: Batch) -> Batch:
        if batch.entity.name == "order" and writing:
            composed.set()
        return compose(connection, batch)

    async def slow(connection: Any, batch: Batch) -> Batch:
        if batch.entity.name == "order":
            writing.append(keys(batch))
            assert len(writing) - len(written) == 1, "never two writes of a line at once"
            if len(writing) == 1:
                async with asyncio.timeout(60):
                    await composed.wait()
        try:
            return await load(connection, batch)
        finally:
            if batch.entity.name == "order":
                written.append(keys(batch))

    monkeypatch.setattr(composing, "compose", noted)
    monkeypatch.setattr(write, "load", slow)
    assert (await line.run())["order APPLIED"] == 6
    assert writing == written == [placed[:2], placed[2:4], placed[4:]], "in the order of their claims"


async def test_a_parent_that_two_batches_need_is_made_once_and_nobody_is_parked(
    monkeypatch: pytest.MonkeyPatch, line: Stack
) -> None:
    monkeypatch.setenv("TANDEM_BATCH_SIZE", "1")
    settings.cache_clear()
    for _ in range(4):
        line.order(email="bea@example.com")
    tally = await line.run()
    assert (tally["order APPLIED"], tally["customer APPLIED"]) == (4, 1), line.reasons()
    assert not [name for name in tally if "PARKED" in name]
    assert len([row for row in line.rows("arcust") if row["email"].strip() == "bea@example.com"]) == 1


async def test_a_record_whose_outcome_cannot_be_stored_stops_no_other(
    pairs: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a dead letter without its content; a replay finds what was written."""
    line = pairs
    who = customer(line)
    await line.run()
    placed = [line.order(customerId=who)["orderId"] for _ in range(4)]
    settle = type(line.store.ledger).settle

    def broken(ledger: Any, cargo: Any, *rest: Any, **named: Any) -> Any:
        if any(one.message.key == placed[0] and one.record for one in cargo):
            raise TypeError("of what the record holds")
        return settle(ledger, cargo, *rest, **named)

    monkeypatch.setattr(type(line.store.ledger), "settle", broken)
    tally = await line.run()
    assert (tally["order APPLIED"], tally["order DEAD"]) == (3, 1)
    (letter,) = line.store.letters.list()
    assert "TypeError" in letter.reason
    assert len(line.rows("somast")) == 4
    monkeypatch.setattr(type(line.store.ledger), "settle", settle)
    line.replay(letter.id)
    assert await line.run() == {"order APPLIED": 1}
    assert len(line.rows("somast")) == 4, "the look-up finds what the first run wrote"
    assert {line.record("order", key).state for key in placed} == {State.APPLIED}


async def test_a_lease_that_went_to_another_drain_is_told_and_not_counted_here(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = line.order()["orderId"]
    load = write.load

    async def slow(connection: Any, batch: Batch) -> Batch:
        result = await load(connection, batch)
        if batch.entity.name == "order":
            line.make_due()
            line.store.inbox.claim(
                "main", "order", batch.route.source, limit=9, owner="other", lease_seconds=60, now=utc_now()
            )
        return result

    monkeypatch.setattr(write, "load", slow)
    tally = await line.run()
    assert tally["order left to another drain"] == 1
    assert "order APPLIED" not in tally
    assert line.record("order", key).state is State.WAITING


async def test_what_comes_while_a_small_batch_goes_its_way_is_not_left_behind(
    line: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next claim keeps a distance from a batch that was not full; a run that ends then must wait for it."""
    line.event("order.created", "1")

    async def convey(there: Connection, batch: Batch, _tally: Tally) -> int:
        (one,) = batch.cargo
        if one.message.key == "1":
            line.event("order.created", "2")
        one.outcome = Outcome(state=State.SKIPPED, reason="not ours")
        settled = there.store.ledger.settle(batch.cargo, there.owner, utc_now()).settled
        batch.ticket.leave()
        return settled

    monkeypatch.setattr(pipeline, "convey", convey)
    known = {"name": "main", "owner": "a", "store": line.store, "traffic": Traffic(), "settings": line.settings}
    run = cast("Connection", SimpleNamespace(**known))
    assert await empty(run, Drain(lines=(("order", System.CLARITY),)), Tally()) == 2
