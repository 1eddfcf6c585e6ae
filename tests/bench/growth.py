"""Growth: one stream of small orders, and what an order costs when so many are in the store and the company already."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import play, stack
from tests.bench.corpus import make
from tests.bench.figures import rounded
from tests.bench.load import Sender, in_flight
from tests.bench.loops import AT_ONCE, PATIENCE
from tests.bench.meter import Meter, spent
from tests.bench.progress import say
from tests.bench.stack import Stack
from tests.bench.watch import Commits, LostError

MARKS = (1_000, 10_000, 100_000)
LINES = (3, 3)
LAST = 1_000
"""The cost at a mark is that of so many orders before it."""
WARM = 500
"""Orders before the first that counts, so that the stream runs as it will run when it is read."""
BACKLOG = 300
"""Orders that are sent and not yet committed: the stream never runs away from the drain."""
LOOK = 0.01


@dataclass
class Reading:
    """What was spent when so many orders were committed."""

    orders: int
    cpu: dict[str, float]
    moment: float


@dataclass
class Track:
    """Takes a reading at each mark, and at the order from which its cost counts."""

    commits: Commits
    meter: Meter
    marks: Sequence[int]
    rows: list[dict[str, Any]] = field(default_factory=list)

    async def follow(self, before: int) -> None:
        """Until the last mark."""
        loop = asyncio.get_running_loop()
        for mark in self.marks:
            start = await self._at(loop, before, max(mark - LAST, 0))
            self.meter.forget()
            end = await self._at(loop, before, mark)
            self.meter.memory()
            orders = end.orders - start.orders
            cost = {name: rounded(v / orders * 1000) for name, v in spent(start.cpu, end.cpu).items()}
            row = {
                "orders": mark,
                "cost_per_order_ms": rounded(sum(spent(start.cpu, end.cpu).values()) / orders * 1000),
                "peak_mib": rounded(self.meter.peak),
                "cost_per_order_ms_by_process": cost,
                "peak_mib_by_process": {name: rounded(v) for name, v in self.meter.at_peak.items()},
                "orders_per_second": rounded(orders / (end.moment - start.moment)),
            }
            self.rows.append(row)
            say(f"growth: at {mark} orders {row['cost_per_order_ms']} ms CPU an order {cost}, {row['peak_mib']} MiB")

    async def _at(self, loop: asyncio.AbstractEventLoop, before: int, count: int) -> Reading:
        since, seen = loop.time(), -1
        while (now := len(self.commits.seen) - before) < count:
            if now > seen:
                seen, since = now, loop.time()
            elif loop.time() - since > PATIENCE:
                raise LostError(f"{now} orders are in the company, and none came for {PATIENCE:.0f} s")
            await asyncio.sleep(LOOK)
        return Reading(now, self.meter.cpu(), loop.time())


def measure(folder: Path, marks: Sequence[int] = MARKS, *, store: str | None = None) -> list[dict[str, Any]]:
    """A row for each mark.

    Raises:
        LostError: an order is missing in the company, or stands there twice.
    """
    count = WARM + max(marks) + BACKLOG  # whatever is read, behind it others are still coming in
    orders = play.generated(LINES)
    say(f"growth: {count} orders, {orders.source}")
    corpus = make(orders, count, folder / "corpus")
    with stack.tandem(folder / "tandem", corpus, store=store) as running, Commits(running.company) as commits:
        with running.meter() as meter:
            rows = asyncio.run(_stream(running, commits, Track(commits, meter, sorted(marks))))
        commits.wait(count, patience=PATIENCE)
        commits.check(corpus.keys)
    return rows


async def _stream(running: Stack, commits: Commits, track: Track) -> list[dict[str, Any]]:
    sender = Sender(running.port("ingress"), running.secret)

    async def pace() -> None:
        while len(sender.sent) - len(commits.seen) >= BACKLOG:
            await asyncio.sleep(LOOK)

    orders = zip(running.corpus.keys, running.corpus.bodies, strict=True)
    async with asyncio.TaskGroup() as group:
        group.create_task(track.follow(WARM))
        group.create_task(in_flight(sender, orders, AT_ONCE, pace=pace))
    return track.rows
