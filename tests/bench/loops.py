"""The two loops: at a fixed rate whatever becomes of it, and as fast as it goes with so many under way."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.bench.figures import latencies_ms, quantiles, rounded
from tests.bench.load import Sender, at_rate, in_flight
from tests.bench.meter import spent
from tests.bench.progress import say
from tests.bench.reserved import Reserved
from tests.bench.stack import Stack
from tests.bench.watch import Commits

AT_ONCE = 16
PATIENCE = 60.0
"""Seconds in which at least one order must come through."""

Orders = list[tuple[str, bytes]]
Points = list[tuple[float, float]]


def warm(stack: Stack, port: int, orders: Orders, commits: Commits) -> None:
    """First orders, of which nothing is kept."""
    sender, before = Sender(port, stack.secret), len(commits.seen)
    asyncio.run(at_rate(sender, orders, 40.0))
    commits.wait(before + len(orders), patience=PATIENCE)


def paced(
    stack: Stack, port: int, orders: Orders, commits: Commits, rate: float, reserved: Reserved | None = None
) -> tuple[dict[str, Any], Points]:
    """The open loop; gives its figures, and for the picture the second of sending and the latency of each order."""
    sender, before = Sender(port, stack.secret), len(commits.seen)
    meter = stack.meter()
    began = meter.cpu()
    asyncio.run(at_rate(sender, orders, rate))
    commits.wait(before + len(orders), patience=PATIENCE)
    cost = spent(began, meter.cpu())
    milliseconds = latencies_ms(sender.sent, commits.seen)
    figures: dict[str, Any] = {
        **quantiles(milliseconds),
        "max_ms": rounded(max(milliseconds)),
        "answers": quantiles(latencies_ms(sender.sent, sender.answered)),
        "paced_cpu_s": {name: rounded(value) for name, value in cost.items()},
    }
    if reserved is not None:
        figures["reserved"] = _reserved(sender, reserved)
    say(f"{len(orders)} at {rate:g}/s: p50 {figures['p50_ms']} ms, p95 {figures['p95_ms']}, p99 {figures['p99_ms']}")
    first = min(sender.sent.values())
    return figures, [(s - first, ms) for s, ms in zip(sender.sent.values(), milliseconds, strict=True)]


def _reserved(sender: Sender, reserved: Reserved) -> dict[str, Any]:
    """From sent to reserved; `unseen` orders were entered before anybody could look."""
    sent = {key: moment for key, moment in sender.sent.items() if key in reserved.seen}
    milliseconds = latencies_ms(sent, reserved.seen)
    return (quantiles(milliseconds) if sent else {}) | {"seen": len(sent), "unseen": len(sender.sent) - len(sent)}


def closed(stack: Stack, port: int, orders: Orders, commits: Commits) -> dict[str, Any]:
    """As fast as they are answered, until the last one is committed: throughput, CPU and memory."""
    sender, before = Sender(port, stack.secret), len(commits.seen)
    others = stack.shop_meter()
    with stack.meter() as meter:
        began, theirs = meter.cpu(), others.cpu()
        asyncio.run(in_flight(sender, orders, AT_ONCE))
        commits.wait(before + len(orders), patience=PATIENCE)
        cost, theirs = spent(began, meter.cpu()), spent(theirs, others.cpu())
        meter.memory()
    first, thousands = min(sender.sent.values()), len(orders) / 1000
    seconds = max(commits.seen[key] for key, _ in orders) - first
    per = {name: rounded(value / thousands) for name, value in cost.items()}
    say(f"{len(orders)} with {AT_ONCE} in flight: {len(orders) / seconds:.1f}/s, CPU s per 1,000 {per}")
    return {
        "throughput": rounded(len(orders) / seconds),
        "accepted_per_second": rounded(len(orders) / (max(sender.answered.values()) - first)),
        "cpu_s_per_1000": rounded(sum(cost.values()) / thousands),
        "cpu_s_per_1000_by_process": per,
        "cpu_s_per_1000_other_side": {name: rounded(value / thousands) for name, value in theirs.items()},
        "peak_mib": rounded(meter.peak),
        "peak_mib_by_process": {name: rounded(value) for name, value in meter.at_peak.items()},
        "peak_resident_mib": rounded(meter.peak_resident),
    }
