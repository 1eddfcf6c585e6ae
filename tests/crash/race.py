"""One race: all orders wait, so many drains start at once, and the databases tell afterwards how it went."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tandem.cli import environment, services
from tandem.cli.processes import Service, Supervisor
from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.sandbox.play.stage import Stage
from tandem.settings import Settings
from tandem.store import Store
from tests.crash import place
from tests.crash.company_side import company_findings, in_company
from tests.crash.crowd import Crowd
from tests.crash.findings import counted
from tests.crash.hands import by_drain, hand_findings, wandered, watch
from tests.crash.kills import say
from tests.crash.quiet import Sides, left
from tests.crash.reading import Reader
from tests.crash.script import cast
from tests.crash.store_side import store_findings
from tests.crash.trail import trail_findings

PATIENCE = 600.0
LOOK = 0.05
CALM = {"TANDEM_LINGER_SECONDS": "600", "TANDEM_RUN_SECONDS": "3600"}
"""A drain stays until it is told to end."""

HOLD = "update queue set ready = false, available_at = '2100-01-01'"
GUN = "update queue set ready = true, available_at = clock_timestamp()"
"""What is there waits until all drains are up, so that the start of their processes is not measured."""


class TookTooLong(Exception):
    """A condition was not met; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Race:
    """What is asked for; `events` of each hot order are one for its placing and one for each change."""

    orders: int
    drains: int
    hot: int
    events: int
    batch: int
    seed: int
    home: Path


def race(asked: Race) -> dict[str, Any]:
    """One race, checked; the folder and the database are gone afterwards unless something was found."""
    account: dict[str, Any] = {}
    try:
        with place.database("postgresql") as url:
            now = place.settle_in(asked.home, store=url, hurry={**CALM, "TANDEM_BATCH_SIZE": str(asked.batch)})
            account |= _run(asked, now)
            if not account["good"]:
                account["kept"] = [str(asked.home), url.rpartition("/")[2]]
                raise place.Found
    except place.Found:
        return account
    shutil.rmtree(asked.home)
    return account


def _run(asked: Race, now: Settings) -> dict[str, Any]:
    sides = Sides(
        shop=Reader(str(now.home / "sandbox.db")), store=Reader.of(now.store_url), company=Reader.of(now.company_url)
    )
    with _services(now) as supervisor, _crowd(asked, now) as crowd:
        _fill(now, crowd, sides)
        watch(now.store_url)
        seconds, settled = _drain(asked, now, supervisor, crowd, sides)
    findings = sorted(
        [
            *company_findings(sides.company, crowd.book, crowd.registered),
            *store_findings(sides.store, sides.company, crowd.book),
            *hand_findings(sides.store),
            *trail_findings(sides.company, crowd.last()),
        ]
    )
    for finding in findings[:20]:
        say(str(finding))
    return {
        "drains": asked.drains,
        "orders": len(crowd.book),
        "in_company": len(in_company(sides.company)),
        "hot": len(crowd.hot_keys()),
        "events": sides.store.one("select count(*) from inbox"),
        **counted(findings),
        "seconds": round(seconds, 2),
        "settled_seconds": round(settled, 2),
        "throughput": round(len(crowd.book) / seconds, 1),
        "by_drain": by_drain(sides.store),
        "wandered": wandered(sides.store),
        "changes": sides.company.one("select count(*) from tdhist where tablename = 'somast'"),
        "findings": [str(finding) for finding in findings],
        "good": not findings,
    }


@contextmanager
def _services(now: Settings) -> Iterator[Supervisor]:
    """All that drains need; no worker, since the drains are started here."""
    Store.open(now.store_url).close()
    create_company(now.company_url, Policy.of(now), currency="USD")
    children = environment.of_children(now, os.environ)
    with Supervisor(logs=now.home / "logs", environment=children, folder=Path.cwd(), report=say) as supervisor:
        supervisor.start(services.prefect_server(now))
        for name in services.WEB:
            supervisor.start(services.web(name, now))
        supervisor.wait("prefect", *services.WEB)
        yield supervisor


@contextmanager
def _crowd(asked: Race, now: Settings) -> Iterator[Crowd]:
    headers = {"Authorization": f"Bearer {now.secret('clarity_token')}", "Content-Type": "application/json"}
    with httpx.Client(base_url=now.url_of("sandbox"), headers=headers, timeout=120) as http:
        yield Crowd(http, seed=asked.seed, orders=asked.orders, hot=asked.hot, changes=asked.events - 1)


def _fill(now: Settings, crowd: Crowd, sides: Sides) -> None:
    """Everything is placed and announced before the first drain is there."""
    with Stage(now.url_of("sandbox"), now.secret("clarity_token")) as stage:
        stage.stock_up(cast())
    crowd.register()
    crowd.place()
    _until("webhooks delivered", lambda: not sides.shop.one("select count(*) from event where state = 'waiting'"))
    place.write(now.store_url, HOLD)


def _drain(asked: Race, now: Settings, supervisor: Supervisor, crowd: Crowd, sides: Sides) -> tuple[float, float]:
    """Seconds until every order was applied once, and until all was settled, from the moment that all drains are up."""
    names = [f"drain-{number}" for number in range(1, asked.drains + 1)]
    for name in names:
        supervisor.start(_service(name))
    _until("drains up", lambda: sides.store.one("select count(*) from drains") == asked.drains)
    changes = threading.Thread(target=crowd.change, args=(_progress(crowd, sides),), name="changes", daemon=True)
    began = time.monotonic()
    place.write(now.store_url, GUN)
    changes.start()
    applied = "select count(distinct key) from ledger where entity = 'order' and state = 'APPLIED'"
    _until("orders applied", lambda: sides.store.one(applied) >= asked.orders)
    seconds = time.monotonic() - began
    _until("changes made", lambda: not changes.is_alive())
    _until("all settled", lambda: not left(sides))
    settled = time.monotonic() - began
    for name in names:
        supervisor.stop(name)
    return seconds, settled


def _progress(crowd: Crowd, sides: Sides) -> Callable[[], None]:
    """Returns each time that another pass over a hot order is on record."""
    hot = ", ".join(f"'{key}'" for key in crowd.hot_keys())
    passes = f"select count(*) from ledger where entity = 'order' and state = 'APPLIED' and key in ({hot})"
    seen = 0

    def between() -> None:
        nonlocal seen
        _until("a pass over a hot order", lambda: sides.store.one(passes) > seen)
        seen = sides.store.one(passes)

    return between


def _service(name: str) -> Service:
    return Service(name=name, command=(sys.executable, "-m", "tests.crash.drain_process", name), ready=lambda: True)


def _until(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TookTooLong(f"{what}: not within {PATIENCE:.0f} s")
        time.sleep(LOOK)
