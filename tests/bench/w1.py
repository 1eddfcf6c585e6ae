"""W1, real time: webhooks at a fixed rate and as fast as they go, from sent to committed in the company."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tandem.store import Store
from tandem.values import utc_now
from tests.bench import raw, stack
from tests.bench.corpus import Corpus, make
from tests.bench.figures import latencies_ms, rounded
from tests.bench.load import Sender, in_flight
from tests.bench.loops import PATIENCE, Orders, Points, closed, paced, warm
from tests.bench.perorder import per_order
from tests.bench.play import Play
from tests.bench.progress import say
from tests.bench.reserved import Reserved
from tests.bench.stack import Stack
from tests.bench.stations import stations
from tests.bench.watch import Commits

WARM = 200
RAW_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much of what."""

    orders: int
    rate: float
    seconds: float
    flow_runs: int
    store: str | None = None


@dataclass(frozen=True)
class Hands:
    """The orders of each part, dealt from one corpus."""

    single: Orders
    cold: Orders
    warm: Orders
    paced: Orders
    closed: Orders

    @classmethod
    def deal(cls, corpus: Corpus, plan: Plan) -> Hands:
        """Deal them."""
        deck: Iterator[tuple[str, bytes]] = zip(corpus.keys, corpus.bodies, strict=True)
        return cls(*(list(itertools.islice(deck, count)) for count in _counts(plan)))


def _counts(plan: Plan) -> tuple[int, int, int, int, int]:
    return plan.flow_runs, 1, WARM, int(plan.rate * plan.seconds), plan.orders


def measure(play: Play, plan: Plan, folder: Path) -> tuple[dict[str, Any], Points]:
    """The figures of W1, and the points of the picture.

    Raises:
        LostError: an order is missing in the company, or stands there twice.
    """
    say(f"w1: {play.source}")
    corpus = make(play, sum(_counts(plan)), folder / "corpus")
    hands = Hands.deal(corpus, plan)
    with stack.tandem(folder / "tandem", corpus, store=plan.store) as running:
        figures, points = _tandem(running, hands, plan)
    slow = hands.paced[: int(plan.rate * RAW_SECONDS)]
    limit = raw.w1(corpus, hands.warm, hands.closed, slow, plan.rate, folder)
    figures["throughput_raw"] = limit["throughput"]
    figures["throughput_ratio_to_raw"] = rounded(figures["throughput"] / limit["throughput"])
    if single := figures.get("throughput_flow_per_order"):
        figures["throughput_ratio_to_flow_per_order"] = rounded(figures["throughput"] / single)
    figures["cpu_ratio_to_raw"] = rounded(figures["cpu_s_per_1000"] / limit["cpu_s_per_1000"])
    return figures | {"raw": limit, "orders": play.source}, points


def _tandem(running: Stack, hands: Hands, plan: Plan) -> tuple[dict[str, Any], Points]:
    port = running.port("ingress")
    with Commits(running.company) as commits:
        figures: dict[str, Any] = {}
        if hands.single:
            figures["throughput_flow_per_order"] = per_order(running, hands.single, commits)
        figures |= _cold(running, hands.cold, commits)
        warm(running, port, hands.warm, commits)
        began = utc_now()
        with Reserved(running.settings.store_url) as reserved:
            latency, points = paced(running, port, hands.paced, commits, plan.rate, reserved)
        figures |= latency | {"stations_paced": stations(running, began, utc_now())}
        began = utc_now()
        figures |= closed(running, port, hands.closed, commits)
        figures["stations_closed"] = stations(running, began, utc_now())
        commits.check(running.corpus.keys)
    return figures, points


def _cold(running: Stack, orders: Orders, commits: Commits) -> dict[str, float]:
    """No drain is up and no flow run under way: one webhook until its order is committed."""
    with closing(Store.open(running.settings.store_url)) as store:
        if store.drains.up(utc_now(), running.settings.connection):
            raise RuntimeError("a drain is up although nothing has come yet")
    sender, before = Sender(running.port("ingress"), running.secret), len(commits.seen)
    asyncio.run(in_flight(sender, orders, 1))
    commits.wait(before + len(orders), patience=PATIENCE)
    (latency,) = latencies_ms(sender.sent, commits.seen)
    say(f"from cold: {latency / 1000:.2f} s")
    return {"cold_ms": rounded(latency)}
