"""W2, backfill: the orders of a shop, in pages of a hundred, into the company by the flow that is there for it."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.bench import raw, stack
from tests.bench.corpus import APART, FIRST_DAY, Corpus, make
from tests.bench.figures import rounded
from tests.bench.loops import PATIENCE
from tests.bench.meter import spent
from tests.bench.perorder import ask
from tests.bench.play import Play
from tests.bench.progress import say
from tests.bench.stack import Stack
from tests.bench.watch import Commits

DEPLOYMENT = "backfill/backfill"
DAY = timedelta(days=1)


def measure(play: Play, count: int, folder: Path, *, store: str | None = None) -> dict[str, Any]:
    """The figures of W2; the clock runs from the moment when the backfill, or the raw program, is asked for.

    Raises:
        LostError: an order is missing in the company, or stands there twice.
    """
    say(f"w2: {count} orders, {play.source}")
    corpus = make(play, count, folder / "corpus")
    with stack.tandem(folder / "tandem", corpus, store=store) as running, Commits(running.company) as commits:
        period = {"since": (FIRST_DAY - DAY).isoformat(), "until": (FIRST_DAY + APART * count + DAY).isoformat()}
        with running.meter() as meter:
            before, began = meter.cpu(), time.monotonic()
            ask(running, DEPLOYMENT, {"range": {"entity": "order", **period, "dry_run": False}})
            commits.wait(count, patience=PATIENCE)
            cost = spent(before, meter.cpu())
            meter.memory()
        commits.check(corpus.keys)
        figures = _figures(commits, began, cost) | {"peak_mib": rounded(meter.peak)}
    say(f"w2: {figures['throughput']} orders/s")
    limit = _limit(corpus, folder)
    figures["throughput_raw"] = limit["throughput"]
    figures["throughput_ratio_to_raw"] = rounded(figures["throughput"] / limit["throughput"])
    figures["steady_ratio_to_raw"] = rounded(figures["throughput_steady"] / limit["throughput_steady"])
    figures["cpu_ratio_to_raw"] = rounded(figures["cpu_s_per_1000"] / limit["cpu_s_per_1000"])
    return figures | {"raw": limit, "orders": play.source}


def _figures(commits: Commits, began: float, cost: dict[str, float]) -> dict[str, Any]:
    """Throughput as a whole, and from the first commit on: what starting a flow run takes is told apart."""
    moments = sorted(commits.seen.values())
    return {
        "throughput": rounded(len(moments) / (moments[-1] - began)),
        "first_commit_s": rounded(moments[0] - began),
        "throughput_steady": rounded(len(moments) / max(moments[-1] - moments[0], 0.001)),
        "cpu_s_per_1000": rounded(sum(cost.values()) / len(moments) * 1000),
        "cpu_s_per_1000_by_process": {name: rounded(v / len(moments) * 1000) for name, v in cost.items()},
    }


def _limit(corpus: Corpus, folder: Path) -> dict[str, Any]:
    """The best of some concurrencies: pages of a hundred out of the shop, arrays of a hundred into the gateway."""
    payloads = raw.compose(corpus, list(zip(corpus.keys, corpus.bodies, strict=True)), folder)
    tries = {c: _w2(corpus, payloads, folder / f"raw-{c}", c) for c in raw.CONCURRENCY}
    best = max(tries, key=lambda concurrency: tries[concurrency]["throughput"])
    several = {str(c): figures["throughput"] for c, figures in tries.items()}
    return tries[best] | {"concurrency": best, "throughput_by_concurrency": several}


def _w2(corpus: Corpus, payloads: Path, home: Path, concurrency: int) -> dict[str, Any]:
    with raw.gateway(home, corpus) as running, Commits(running.company) as commits:
        now = running.settings
        running.supervisor.start(stack.shop(now, corpus))
        running.supervisor.wait("shop")
        words = ("--shop", str(now.clarity_url), "--gateway", now.url_of("gateway"), "--payloads", str(payloads))
        command = (sys.executable, "-m", "tests.bench.bulk", *words, "--concurrency", str(concurrency))
        figures = _timed(running, command, commits)
        commits.check(corpus.keys)
    say(f"raw limit with {concurrency} arrays under way: {figures['throughput']} orders/s")
    return figures


def _timed(running: Stack, command: tuple[str, ...], commits: Commits) -> dict[str, Any]:
    """The program, from its start to its end; what it cost is what this process's children that ended cost."""
    with running.meter() as meter:
        before, own, began = meter.cpu(), _ended_children(), time.monotonic()
        running.supervisor.run("bulk", command, patience=3600)
        cost = spent(before, meter.cpu()) | {"bulk": _ended_children() - own}
        commits.wait(len(running.corpus.keys), patience=PATIENCE)
        meter.memory()
    return _figures(commits, began, cost) | {"gateway_peak_mib": rounded(meter.peak)}


def _ended_children() -> float:
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
