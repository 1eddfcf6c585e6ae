import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from tandem.entities.declaration import System
from tandem.errors import StoreUnavailable
from tandem.ingress import committer as module
from tandem.ingress.committer import Committer
from tandem.ingress.outage import Outage
from tandem.store import Event, PutResult, Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def event(number: int, **given: Any) -> Event:
    values: dict[str, Any] = {
        "connection": "main",
        "company": "01",
        "source": System.CLARITY,
        "event_id": f"msg-{number}",
        "event_type": "order.created",
        "entity": "order",
        "key": str(number),
        "received_at": NOW,
    }
    return Event(**values | given)


class Slow:
    """An inbox that holds its first transaction open until it is told, and notes what each one held."""

    def __init__(self, store: Store, fault: Exception | None = None) -> None:
        self.put_into = store.inbox.put
        self.fault = fault
        self.batches: list[int] = []
        self.entered = threading.Event()
        self.go = threading.Event()

    def put(self, events: Sequence[Event]) -> PutResult:
        self.batches.append(len(events))
        self.entered.set()
        assert self.go.wait(10)
        if self.fault is not None:
            raise self.fault
        return self.put_into(events)


def committing(store: Store, seen: list[frozenset[str]] | None = None) -> Committer:
    stored = seen.append if seen is not None else lambda _: None
    return Committer(store, "main", Outage(store, "main", None), stored)


async def test_what_comes_during_a_transaction_shares_the_next_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, seen = Slow(store), []
    monkeypatch.setattr(store.inbox, "put", slow.put)
    committer = committing(store, seen)
    first = asyncio.create_task(committer.commit(event(0)))
    assert await asyncio.to_thread(slow.entered.wait, 10)
    others = [asyncio.create_task(committer.commit(event(n))) for n in range(1, 40)]
    await asyncio.sleep(0)
    assert not first.done(), "no answer before the commit"
    slow.go.set()
    await asyncio.gather(first, *others)
    assert slow.batches == [1, 39]
    assert store.inbox.waiting("main") == 40
    await asyncio.to_thread(committer.stop)
    assert seen == [frozenset({"order"})] * 2


async def test_an_outage_is_told_to_everyone_who_waits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(store, StoreUnavailable("disk full", retry_after=7))
    slow.go.set()
    monkeypatch.setattr(store.inbox, "put", slow.put)
    committer = committing(store)
    answers = await asyncio.gather(*(committer.commit(event(n)) for n in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [StoreUnavailable] * 5
    slow.fault = None
    await committer.commit(event(9))
    assert store.inbox.waiting("main") == 1
    await asyncio.to_thread(committer.stop)


async def test_one_event_that_cannot_be_stored_harms_no_other(store: Store) -> None:
    committer = committing(store)
    store.register("main", "01")
    events = [event(1), event(2, company="02"), event(3)]
    answers = await asyncio.gather(*(committer.commit(one) for one in events), return_exceptions=True)
    assert [answer is None for answer in answers] == [True, False, True]
    await asyncio.to_thread(committer.stop)


async def test_stopping_writes_what_was_handed_in(store: Store) -> None:
    committer = committing(store)
    for _ in range(3):
        committer.count("refused clarity signature")
    task = asyncio.create_task(committer.commit(event(1)))
    await asyncio.sleep(0)
    await asyncio.to_thread(committer.stop)
    await task
    assert store.counters.all() == {("main", "refused clarity signature"): 3}
    await asyncio.to_thread(committer.stop)


async def test_counts_wait_for_the_store_and_are_not_lost(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def failing(numbers: Any) -> None:
        calls.append(dict(numbers))
        raise StoreUnavailable("locked")

    committer = committing(store)
    with monkeypatch.context() as patch:
        patch.setattr(store.counters, "add_all", failing)
        committer.count("x")
        await committer.commit(event(1))
        await asyncio.to_thread(committer.stop)
    assert calls
    committer.count("x")
    await asyncio.to_thread(committer.stop)
    assert store.counters.all() == {("main", "x"): 2}


async def test_a_full_waiting_room_is_unavailable_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CAPACITY", 2)
    slow = Slow(store)
    monkeypatch.setattr(store.inbox, "put", slow.put)
    committer = committing(store)
    tasks = [asyncio.create_task(committer.commit(event(0)))]
    assert await asyncio.to_thread(slow.entered.wait, 10)
    tasks += [asyncio.create_task(committer.commit(event(n))) for n in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable, match="2 events wait"):
        await committer.commit(event(3))
    slow.go.set()
    await asyncio.gather(*tasks)
    await asyncio.to_thread(committer.stop)


async def test_a_sender_that_left_does_not_trouble_the_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(store)
    monkeypatch.setattr(store.inbox, "put", slow.put)
    committer = committing(store)
    gone = asyncio.create_task(committer.commit(event(0)))
    stays = asyncio.create_task(committer.commit(event(1)))
    assert await asyncio.to_thread(slow.entered.wait, 10)
    gone.cancel()
    slow.go.set()
    await stays
    assert gone.cancelled() or gone.done()
    assert store.inbox.waiting("main") == 2
    await asyncio.to_thread(committer.stop)


async def test_a_fault_beside_the_events_does_not_end_the_thread_that_stores_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_counts: Any) -> None:
        raise ValueError("a counter that cannot be written")

    monkeypatch.setattr(store.counters, "add_all", broken)
    committer = committing(store)
    committer.count("refused")
    for number in (1, 2):
        await asyncio.wait_for(committer.commit(event(number)), 10)
    committer.stop()
    assert store.inbox.waiting("main", now=NOW) == 2
