"""The raw limit in the same run: the same gateway, the same documents, a fresh company for each try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tandem.cli import services
from tests.bench import mapped, stack
from tests.bench.corpus import Corpus
from tests.bench.loops import Orders, closed, paced, warm
from tests.bench.progress import say
from tests.bench.stack import Stack
from tests.bench.watch import Commits

CONCURRENCY = (1, 2, 4)
"""Arrays under way at once; the best of them counts."""


@contextmanager
def gateway(home: Path, corpus: Corpus) -> Iterator[Stack]:
    """A gateway over a fresh company, and nothing else of Tandem."""
    now = stack.enter(home, corpus, store=None)
    with stack.supervised(now) as supervisor:
        supervisor.start(services.web("gateway", now))
        supervisor.wait("gateway")
        yield Stack(settings=now, supervisor=supervisor, corpus=corpus)


def compose(corpus: Corpus, orders: Orders, folder: Path) -> Path:
    """The payloads of these orders, in a file."""
    file = folder / "payloads.tsv"
    say(f"raw limit: {len(orders)} documents are composed beforehand")
    with gateway(folder / "composing", corpus) as running:
        stack.link_customers(running.settings, corpus)
        mapped.write_payloads(orders, file)
    return file


def w1(corpus: Corpus, first: Orders, orders: Orders, slow: Orders, rate: float, folder: Path) -> dict[str, Any]:
    """The figures of the best concurrency, what each came to, and the latency of the best at the fixed rate."""
    payloads = compose(corpus, [*first, *orders, *slow], folder)
    tries = {c: _w1(corpus, payloads, first, orders, folder / f"raw-{c}", c) for c in CONCURRENCY}
    best = max(tries, key=lambda concurrency: tries[concurrency]["throughput"])
    with _limit(corpus, payloads, folder / "raw-paced", best) as (running, commits, port):
        warm(running, port, first, commits)
        latency, _ = paced(running, port, slow, commits, rate)
    return tries[best] | latency | {
        "concurrency": best,
        "throughput_by_concurrency": {str(c): figures["throughput"] for c, figures in tries.items()},
    }  # fmt: skip


def _w1(corpus: Corpus, payloads: Path, first: Orders, orders: Orders, home: Path, concurrency: int) -> dict[str, Any]:
    with _limit(corpus, payloads, home, concurrency) as (running, commits, port):
        warm(running, port, first, commits)
        figures = closed(running, port, orders, commits)
        commits.check([key for key, _ in (*first, *orders)])
    return figures


@contextmanager
def _limit(corpus: Corpus, payloads: Path, home: Path, concurrency: int) -> Iterator[tuple[Stack, Commits, int]]:
    say(f"raw limit with {concurrency} arrays under way")
    with gateway(home, corpus) as running:
        now, port = running.settings, running.port("ingress")
        words = ("--port", str(port), "--database", str(home / "intake.db"), "--gateway", now.url_of("gateway"))
        more = ("--payloads", str(payloads), "--concurrency", str(concurrency))
        url = now.url_of("ingress")
        running.supervisor.start(stack.program("limit", "tests.bench.limit", *words, *more, url=url))
        running.supervisor.wait("limit")
        with Commits(running.company) as commits:
            yield running, commits, port
