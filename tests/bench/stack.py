"""The processes of one stage, started as `tandem up` starts them, in a folder of their own, and gone at its end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tandem.cli import environment, probe, services
from tandem.cli.processes import Service, Supervisor
from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.settings import Settings
from tandem.store import Store
from tests import ports
from tests.bench.api import call
from tests.bench.corpus import Corpus
from tests.bench.meter import Meter
from tests.bench.progress import say
from tests.bench.watch import LostError

ROOT = Path(__file__).resolve().parents[2]
OTHERS = frozenset({"shop"})
"""Processes that stand for somebody else's: told apart."""
PORTS = 6
PATIENCE = 120.0


@dataclass(frozen=True, kw_only=True)
class Stack:
    """What runs, and where."""

    settings: Settings
    supervisor: Supervisor
    corpus: Corpus

    @property
    def company(self) -> Path:
        """The company's file."""
        return Path(self.settings.company_url.removeprefix("sqlite:///"))

    @property
    def secret(self) -> str:
        """The secret of webhooks."""
        return self.settings.secrets("clarity_webhook_secrets")[0]

    def port(self, service: str) -> int:
        """Where one of the services listens."""
        return int(self.settings.url_of(service).rpartition(":")[2])

    def meter(self) -> Meter:
        """Measures all that belongs to Tandem, or to what it is compared with."""
        return Meter(lambda: {n: self.supervisor.pid_of(n) for n in self.supervisor.names if n not in OTHERS})

    def shop_meter(self) -> Meter:
        """Measures the other side."""
        return Meter(lambda: {n: self.supervisor.pid_of(n) for n in self.supervisor.names if n in OTHERS})


def enter(home: Path, corpus: Corpus, *, store: str | None) -> Settings:
    """The settings of a stage: everything embedded in a fresh folder, on free ports, with our own shop.

    They go into this process's environment, which the processes of the stage inherit.
    """
    base = ports.kept(PORTS)
    os.environ["TANDEM_PORT_BASE"] = str(base)
    os.environ["TANDEM_PREFECT_PORT"] = str(base + 4)
    environment.isolate(home, zone=corpus.play.cast.zone)
    os.environ["TANDEM_CLARITY_URL"] = f"http://127.0.0.1:{base + 2}"
    if store:
        os.environ["TANDEM_DATABASE_URL"] = store
    from tandem.settings import settings

    settings.cache_clear()
    now = settings()
    make_company(now, corpus)
    return now


def make_company(now: Settings, corpus: Corpus) -> None:
    """A company on its first day, in which the office has entered items and customers."""
    create_company(now.company_url, Policy.of(now), currency=corpus.play.cast.currency)
    corpus.enter_masters(now.company_url)


def link_customers(now: Settings, corpus: Corpus) -> None:
    """The customers are linked before any order comes."""
    with closing(Store.open(now.store_url)) as store:
        store.links.bind(now.connection, "customer", corpus.numbers, company=now.company)


@contextmanager
def supervised(now: Settings, extra: Mapping[str, str] | None = None) -> Iterator[Supervisor]:
    """Nothing that was started inside outlives the block."""
    home = now.home.resolve()
    children = environment.of_children(now, {**os.environ, **(extra or {})})
    with Supervisor(logs=home / "logs", environment=children, folder=ROOT, report=say) as supervisor:
        yield supervisor


@contextmanager
def tandem(home: Path, corpus: Corpus, *, store: str | None = None, **extra: str) -> Iterator[Stack]:
    """All of Tandem as `tandem up` runs it, beside a lean shop; no drain is up yet."""
    now = enter(home, corpus, store=store)
    link_customers(now, corpus)
    with supervised(now, extra) as supervisor:
        supervisor.start(shop(now, corpus))
        services.start_all(supervisor, now)
        supervisor.wait("shop")
        pause_schedules(now)
        try:
            yield Stack(settings=now, supervisor=supervisor, corpus=corpus)
        except LostError:
            _say_why(now)
            raise


def _say_why(now: Settings) -> None:
    """What Tandem itself says of orders that did not arrive."""
    with closing(Store.open(now.store_url)) as store:
        for name, count in sorted(store.status().counts.items()):
            say(f"{name}: {count}")
        for letter in store.letters.list(limit=5):
            say(f"{letter.entity} {letter.key} {letter.state}: {letter.reason}")


def shop(now: Settings, corpus: Corpus) -> Service:
    """The stand-in for the shop."""
    address = now.clarity_url or ""
    words = ("--orders", str(corpus.file), "--port", address.rpartition(":")[2], "--zone", corpus.play.cast.zone)
    return program("shop", "tests.bench.shop", *words, url=f"{address}/health")


def program(name: str, module: str, *words: str, url: str) -> Service:
    """One of the bench's own servers."""
    return Service(name=name, command=(sys.executable, "-m", module, *words), ready=lambda: probe.answers(url))


def pause_schedules(now: Settings) -> None:
    """The five-minute sweep would fall into one run and not into the next: no tick while a clock runs."""
    deployments = f"{environment.prefect_url(now)}/api/deployments"
    for deployment in call(f"{deployments}/filter", {}):
        if deployment["schedules"]:
            call(f"{deployments}/{deployment['id']}/pause_deployment", {})


def until(condition: object, what: str, patience: float = PATIENCE) -> None:
    """Wait for a condition.

    Raises:
        TimeoutError: it did not come true in time.
    """
    assert callable(condition)
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {patience:.0f} s")
        time.sleep(0.05)
