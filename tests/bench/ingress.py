"""The ingress alone: what is offered at a fixed rate and what it takes at most, on either database."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tandem.cli import services
from tandem.entities import ENTITIES
from tandem.settings import Settings
from tandem.store import Store
from tandem.values import utc_now
from tests.bench import stack
from tests.bench.corpus import Corpus, make
from tests.bench.figures import latencies_ms, quantiles, rounded
from tests.bench.load import Sender, at_rate, in_flight
from tests.bench.loops import Orders
from tests.bench.meter import spent
from tests.bench.play import Play
from tests.bench.progress import say
from tests.bench.stack import Stack
from tests.bench.watch import LostError

SERVER = "TANDEM_TEST_POSTGRES_URL"
CONNECTIONS = 64
OFFERED = 2000
SECONDS = 10
FASTER = 4
"""So many times what is offered at the fixed rate goes through the closed loop."""


def measure(play: Play, folder: Path, *, offered: int = OFFERED) -> dict[str, Any]:
    """The figures of both databases; PostgreSQL is left out, and says so, where there is no server.

    Raises:
        LostError: an event that was answered with success is not stored, or is stored twice.
    """
    corpus = make(play, offered, folder / "corpus")
    facts: dict[str, Any] = {"sqlite": _database(corpus, folder / "sqlite", None)}
    if not os.environ.get(SERVER):
        return facts | {"postgresql": {"left_out": f"{SERVER} names no server"}}
    with scratch("ingress") as address:
        facts["postgresql"] = _database(corpus, folder / "postgresql", address)
    return facts


def _database(corpus: Corpus, home: Path, address: str | None) -> dict[str, Any]:
    orders, many = list(zip(corpus.keys, corpus.bodies, strict=True)), _more(corpus)
    figures: dict[str, Any] = {}
    with _serving(home, corpus, address) as running:
        sender = Sender(running.port("ingress"), running.secret)
        asyncio.run(at_rate(sender, orders, len(orders) / SECONDS))
        answers = latencies_ms(sender.sent, sender.answered)
        figures |= {"sent": len(orders), "stored": stored(running.settings), **quantiles(answers)}
        say(f"ingress on {home.name}: {len(orders)} in {SECONDS} s, p99 {figures['p99_ms']} ms")
        if figures["stored"] != len(orders):
            raise LostError(f"{figures['stored']} of {len(orders)} events are stored")
        figures |= _fast(running, many, f"ingress on {home.name}")
        if (kept := stored(running.settings)) != len(orders) + len(many):
            raise LostError(f"{kept} of {len(orders) + len(many)} events are stored")
    with _bare(home.with_name(f"{home.name}-raw"), corpus, address) as running:
        limit = _fast(running, many, f"raw intake on {home.name}")
    figures["raw_rate"] = limit["rate"]
    figures["ratio"] = rounded(figures["rate"] / limit["rate"])
    return figures | {"raw": limit}


def _fast(running: Stack, orders: Orders, what: str) -> dict[str, Any]:
    """As fast as they are answered over 64 connections."""
    sender, meter = Sender(running.port("ingress"), running.secret), running.meter()
    began = meter.cpu()
    asyncio.run(in_flight(sender, orders, CONNECTIONS))
    cost = sum(spent(began, meter.cpu()).values())
    seconds = max(sender.answered.values()) - min(sender.sent.values())
    say(f"{what}: {len(orders) / seconds:.0f}/s with {CONNECTIONS} connections, {cost / len(orders) * 1e3:.2f} ms CPU")
    return {
        "rate": rounded(len(orders) / seconds),
        "rate_p99_ms": quantiles(latencies_ms(sender.sent, sender.answered))["p99_ms"],
        "cpu_ms_per_event": rounded(cost / len(orders) * 1000),
    }


def _more(corpus: Corpus) -> Orders:
    """The same orders under other numbers, several times over."""
    return [
        (name := f"{letter}{key[1:]}", body.replace(key.encode(), name.encode(), 2))
        for letter in "CDEFGH"[:FASTER]
        for key, body in zip(corpus.keys, corpus.bodies, strict=True)
    ]


@contextmanager
def _serving(home: Path, corpus: Corpus, address: str | None) -> Iterator[Stack]:
    now = stack.enter(home, corpus, store=address)
    with closing(Store.open(now.store_url)) as store:
        store.register(now.connection, now.company)
        # A drain is up, so nobody is woken: it is the ingress alone that is measured.
        store.drains.enter("bench", list(ENTITIES), utc_now() + timedelta(hours=1), connection=now.connection)
    with stack.supervised(now) as supervisor:
        supervisor.start(services.web("ingress", now))
        supervisor.wait("ingress")
        yield Stack(settings=now, supervisor=supervisor, corpus=corpus)


@contextmanager
def _bare(home: Path, corpus: Corpus, address: str | None) -> Iterator[Stack]:
    now = stack.enter(home, corpus, store=None)
    with stack.supervised(now) as supervisor:
        url, database = now.url_of("ingress"), address or str(home / "intake.db")
        words = ("--port", url.rpartition(":")[2], "--database", database, "--bare")
        supervisor.start(stack.program("limit", "tests.bench.limit", *words, url=url))
        supervisor.wait("limit")
        yield Stack(settings=now, supervisor=supervisor, corpus=corpus)


def stored(now: Settings) -> int:
    """Events in the inbox, by plain SQL."""
    statement = "SELECT count(*) FROM inbox WHERE event_type = 'order.created'"
    if now.store_url.startswith("sqlite"):
        with closing(sqlite3.connect(now.store_url.removeprefix("sqlite:///"))) as connection:
            return int(connection.execute(statement).fetchone()[0])
    import psycopg

    with psycopg.connect(now.store_url.replace("+psycopg", "")) as server:
        (count,) = server.execute(statement).fetchone() or (0,)
    return int(count)


@contextmanager
def scratch(name: str) -> Iterator[str]:
    """A database of our own on the server that the environment names, dropped at the end; gives its address."""
    import psycopg
    from psycopg import sql

    server = os.environ[SERVER]
    database = f"tandem_bench_{name}_{os.getpid()}"
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        try:
            yield f"{server.rpartition('/')[0]}/{database}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
