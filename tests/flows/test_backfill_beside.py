"""A backfill of a quarter beside live traffic: behind it, paused, cut off, gone on with, and nothing twice."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import flows.backfill
from flows.backfill import Range, backfill
from flows.order_to_fulfillment import Options, order_to_fulfillment
from tandem.settings import settings
from tandem.store.backfills import Backfill, Progress
from tests.flows.stack import Stack

QUARTER = Range(since="2026-01-01T00:00:00-06:00", until="2026-03-31T23:59:59-05:00", dry_run=False)
BATCH = 5


@pytest.fixture
def backlog(line: Stack, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Orders of a quarter and one on either side of it, oldest first; batches are small, so that there are many."""
    first = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for name, value in {"BATCH_SIZE": BATCH, "POLL_SECONDS": 30, "LINGER_SECONDS": 20}.items():
        monkeypatch.setenv(f"TANDEM_{name}", str(value))
    monkeypatch.setattr(flows.backfill, "AHEAD", 2 * BATCH)
    placed(line, first - timedelta(days=1))
    keys = [placed(line, first + timedelta(days=2 * number), f"c{number % 7}@example.com") for number in range(45)]
    placed(line, datetime(2026, 4, 1, 6, tzinfo=UTC))
    # a sweep is to find none of them
    monkeypatch.setenv("TANDEM_SWEEP_FROM", (datetime.now(UTC) + timedelta(hours=1)).isoformat())
    settings.cache_clear()
    return keys


def placed(line: Stack, when: datetime, email: str = "early@example.com") -> str:
    return str(line.order(orderDate=when.isoformat(), email=email)["orderId"])


def written(line: Stack) -> list[str]:
    """The shop's order ids as the company took them, by plain SQL."""
    return [extid.strip() for (extid,) in line.plain("select extid from tdorder order by rowid")]


def job(line: Stack) -> Backfill:
    (found,) = line.store.backfills.all("main")
    return found


async def until(condition: Any, *runs: asyncio.Task[Any]) -> None:
    async with asyncio.timeout(120):
        while not condition() and not any(run.done() for run in runs):
            await asyncio.sleep(0.02)
    assert condition()


async def test_case_170_a_quarter_goes_behind_live_orders_is_paused_and_gone_on_with(
    line: Stack, backlog: list[str]
) -> None:
    live = asyncio.create_task(order_to_fulfillment(Options(live=True)))
    await until(lambda: line.store.drains.up(datetime.now(UTC), "main"), live)
    filling = asyncio.create_task(backfill(QUARTER))
    await until(lambda: len(written(line)) >= BATCH, live, filling)
    now = str(line.order(email="now@example.com")["orderId"])
    line.event("order.created", now)
    await until(lambda: now in written(line), live)
    behind = set(backlog) - set(written(line))
    assert len(behind) > len(backlog) / 2, "a live order waits for a batch, and not for the backlog"
    assert line.store.backfills.pause("main", job(line).name, datetime.now(UTC))
    await filling
    halfway = written(line)
    assert job(line).state is Progress.PAUSED
    assert now in halfway
    assert len(halfway) < len(backlog)
    await live
    await line.run()
    assert written(line) == halfway, "what is paused stays, whoever sweeps"
    await backfill(QUARTER)
    assert sorted(written(line)) == sorted([*backlog, now]), "all of the quarter once, and nothing beside it"
    assert Counter(written(line)).most_common(1)[0][1] == 1
    assert [key for key in written(line) if key != now] == backlog, "oldest first"
    assert (job(line).state, job(line).round, job(line).stored) == (Progress.DONE, 1, len(backlog))


async def test_case_170_a_backfill_that_is_cut_off_goes_on_at_its_mark(
    line: Stack, backlog: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    most: list[int] = []
    real = flows.backfill.select

    async def cut(*arguments: Any) -> Any:
        async for progress in real(*arguments):
            most.append(line.store.inbox.waiting("main", "order"))
            if len(most) == 10:
                raise RuntimeError("the process died")
            yield progress

    monkeypatch.setattr(flows.backfill, "select", cut)
    with pytest.raises(RuntimeError, match="the process died"):
        await backfill(QUARTER)
    monkeypatch.setattr(flows.backfill, "select", real)
    left = job(line)
    assert (left.state, left.round) == (Progress.RUNNING, 1)
    assert left.mark is not None
    assert 0 < left.stored < len(backlog)
    await backfill(QUARTER)
    assert sorted(written(line)) == sorted(backlog)
    done = job(line)
    assert (done.state, done.round, done.stored) == (Progress.DONE, 1, len(backlog))
    assert max(most) <= 2 * BATCH + 1, "the inbox stays small"
    assert await backfill(QUARTER) == {"order NOOP": len(backlog)}, "what was done may be done anew"
    assert job(line).round == 2
