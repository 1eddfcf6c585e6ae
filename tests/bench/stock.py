"""The stock stage: from a change at Sage Pro's screens to the figure in the shop, with many item-locations watched.

Everything that `tandem up` runs, over a company and a shop that were filled in bulk. So many counts a second are
committed as the screens commit them, each of another item; the clock of each runs from its commit to the moment at
which the shop's file holds the figure. Beside it the raw limit of the same run: the same counts, each followed by the
same call to the shop, with neither watcher nor ingress nor drain.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from tandem.cli import environment, services
from tandem.cli.processes import Supervisor
from tandem.gateway.watch.health import file_of
from tandem.sandbox.warehouse import stock
from tandem.sandbox.warehouse.books import Books
from tandem.settings import Settings, settings
from tandem.store import Store
from tandem.values import dumps
from tests import ports
from tests.bench import stack
from tests.bench.figures import latencies_ms, quantiles, rounded
from tests.bench.heard import heard
from tests.bench.meter import Meter, spent
from tests.bench.progress import say
from tests.bench.shown import Shown
from tests.bench.stocked import PLACES, STOCK, fill

LIMIT_MS = 2000.0
"""What the ninety-fifth of a hundred changes may take."""
WARM = 60
RAW_SECONDS = 10.0
COLD, PATIENCE = 240.0, 60.0
"""Seconds without any figure after which those that are missing count as lost: before a drain is up, and after."""
STEP = 7919
"""Two changes that follow each other are of items that lie far apart."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What was changed, and when it was committed: on the clock of this process, and on that of the wall."""

    figures: dict[str, Decimal] = field(default_factory=dict)
    committed: dict[str, float] = field(default_factory=dict)
    at: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Running:
    """The stage while it runs."""

    now: Settings
    supervisor: Supervisor
    books: Books
    shown: Shown
    items: int
    numbers: Iterator[int]

    def count(self, made: Changes) -> str:
        """Somebody counts the next item; gives its key."""
        number = next(self.numbers)
        item, place = f"P{number * STEP % self.items}", PLACES[number % len(PLACES)]
        counted = Decimal(STOCK + 1 + number % 800)
        with self.books.open() as page:
            stock.count(page, item, place, counted)
        key = f"{item}|{place}"
        made.figures[key], made.committed[key], made.at[key] = counted, time.monotonic(), time.time()
        return key

    def at_rate(self, rate: float, seconds: float, then: Callable[[str, Decimal], object]) -> Changes:
        """So many counts a second, and what is done after each."""
        made, began = Changes(), time.monotonic()
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            key = self.count(made)
            then(key, made.figures[key])
        return made


def measure(places: int, rate: float, seconds: float, folder: Path, *, store: str | None = None) -> dict[str, Any]:
    """The figures of the stage.

    Raises:
        LostError: a change never came to the shop.
    """
    with _stage(places, folder, store) as running:
        warm = running.at_rate(rate, WARM / rate, _nothing)
        running.shown.moments(warm.figures, patience=COLD)
        say(f"stock: {rate:g} changes a second for {seconds:g} s")
        meter = Meter(lambda: {name: running.supervisor.pid_of(name) for name in running.supervisor.names})
        began = meter.cpu()
        made = running.at_rate(rate, seconds, _nothing)
        seen = running.shown.moments(made.figures, patience=PATIENCE)
        cost = spent(began, meter.cpu())
        memory = meter.memory()
        facts = {"places": places, "rate": rate, "changes": len(made.figures), "watched": _watched(running.now)}
        facts |= _latency(made, seen) | {"limit_ms": LIMIT_MS}
        facts["heard"] = quantiles(latencies_ms(made.at, heard(running.now.store_url, made.at)))
        facts["cpu_s"] = {name: rounded(value) for name, value in cost.items()}
        facts["mib"] = {name: rounded(value) for name, value in memory.items()}
        facts["raw"] = raw = _raw(running, rate)
    facts["p95_within_limit"] = facts["p95_ms"] <= LIMIT_MS
    facts["p95_ratio_to_raw"] = rounded(facts["p95_ms"] / raw["p95_ms"])
    say(f"stock: p50 {facts['p50_ms']} ms, p95 {facts['p95_ms']}, p99 {facts['p99_ms']}; raw p95 {raw['p95_ms']}")
    return facts


def _raw(running: Running, rate: float) -> dict[str, Any]:
    """The same counts, each told to the shop by the one who made it."""
    running.supervisor.stop("watcher")
    headers = {"Authorization": f"Bearer {running.now.secret('clarity_token')}", "Content-Type": "application/json"}
    with httpx.Client(base_url=running.now.url_of("sandbox"), headers=headers, timeout=30) as http:

        def tell(key: str, quantity: Decimal) -> None:
            body = dumps({"available": quantity, "expectedVersion": 1})
            http.put(f"/api/v1/inventory/{quote(key)}", content=body).raise_for_status()

        made = running.at_rate(rate, RAW_SECONDS, tell)
        return _latency(made, running.shown.moments(made.figures, patience=PATIENCE))


def _latency(made: Changes, seen: dict[str, float]) -> dict[str, Any]:
    milliseconds = latencies_ms(made.committed, seen)
    return {**quantiles(milliseconds), "max_ms": rounded(max(milliseconds))}


def _nothing(_key: str, _quantity: Decimal) -> None:
    """Tandem tells the shop."""


@contextmanager
def _stage(places: int, home: Path, store: str | None) -> Iterator[Running]:
    """Everything up, both systems filled, and no tick of a schedule while a clock runs."""
    base = ports.kept(stack.PORTS)
    os.environ |= {"TANDEM_PORT_BASE": str(base), "TANDEM_PREFECT_PORT": str(base + 4)}
    settings.cache_clear()
    environment.isolate(home, zone=environment.ZONE)
    os.environ["TANDEM_DATABASE_URL"] = store or ""
    settings.cache_clear()
    now = settings()
    say(f"stock: both systems are filled with {places} item-locations")
    fill(now, places)
    Store.open(now.store_url).close()
    books = Books(now.company_url, ZoneInfo(str(now.sagepro_zone)))
    with closing(books), stack.supervised(now) as supervisor:
        services.start_all(supervisor, now)
        stack.pause_schedules(now)
        with Shown(now.home / "sandbox.db") as shown:
            items = places // len(PLACES)
            yield Running(now=now, supervisor=supervisor, books=books, shown=shown, items=items, numbers=count())


def _watched(now: Settings) -> int:
    """Records that the watcher said it keeps an eye on."""
    return int(json.loads(file_of(now).read_text())["records"])
