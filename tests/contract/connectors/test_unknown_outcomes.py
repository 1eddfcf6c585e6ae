"""Batches over real HTTP whose answer is lost: what was written is looked up in bulk before anything is sent again."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import uvicorn
from fastapi import FastAPI

from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.http import Http
from tandem.connectors.sagepro import SageProConnector
from tandem.connectors.tokens import Bearer
from tandem.entities import ENTITIES
from tandem.entities.cargo import Cargo
from tandem.entities.declaration import System
from tandem.entities.state import State
from tandem.errors import Unavailable
from tandem.gateway.company.rows import insert_all
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.write import load
from tandem.mapping import Workbook
from tandem.rules import Facts
from tandem.settings import Settings
from tandem.store import Event, Store
from tandem.values import content_hash, dumps, loads, utc_now, zone_of
from tests.contract.connectors.conftest import MAPPINGS, customer, order

NOW = utc_now()
SOON = 2.0
"""Seconds until the first caller gives up; the answer never comes, so how long does not matter."""


class Wire:
    """ASGI middleware that notes every call; when it is told to, a batch is taken in part and never answered."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.calls: list[tuple[str, int]] = []
        self.taken: int | None = None
        self.done = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] == "GET":
            asked = parse_qs(scope["query_string"].decode()).get("externalOrderId", [])
            self.calls.append(("GET", len(asked)))
            await self.app(scope, receive, send)
        else:
            await self._write(scope, await _body(receive), send)

    async def _write(self, scope: Any, body: Any, send: Any) -> None:
        self.calls.append((scope["method"], len(body["Items"])))
        taken, self.taken = self.taken, None
        if taken is None:
            await self.app(scope, _receiver(body), send)
            return
        await self.app(scope, _receiver({"Items": body["Items"][:taken]}), _nowhere)
        self.done.set()
        await asyncio.get_running_loop().create_future()  # until the caller hangs up and the server stops


async def _body(receive: Any) -> Any:
    parts = b""
    while (message := await receive())["type"] == "http.request":
        parts += message.get("body", b"")
        if not message.get("more_body"):
            break
    return loads(parts)


def _receiver(body: Any) -> Any:
    async def receive() -> Any:
        return {"type": "http.request", "body": dumps(body).encode(), "more_body": False}

    return receive


async def _nowhere(_message: Any) -> None:
    return None


@pytest.fixture
def wire(gateway: FastAPI) -> Iterator[tuple[Wire, str]]:
    """The gateway on a port of this machine, behind a wire that can be cut."""
    wire = Wire(gateway)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(wire, port=port, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    _wait_until_up(server)
    yield wire, f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)


def _wait_until_up(server: uvicorn.Server) -> None:
    patience, pause = time.monotonic() + 30, threading.Event()
    while not server.started:
        assert time.monotonic() < patience, "the gateway did not come up"
        pause.wait(0.02)


@pytest.fixture
async def line(
    settings: Settings, store: ClarityConnector, wire: tuple[Wire, str]
) -> AsyncIterator[tuple[Connection, Wire]]:
    memory = Store.open(settings.store_url)
    told, address = wire
    made = Connection(
        settings,
        store=memory,
        connectors={System.CLARITY: store, System.SAGEPRO: _connector(settings, address)},
        workbook=Workbook.load(MAPPINGS),
        facts=Facts(),
        owner="test",
    )
    await made.connectors[System.SAGEPRO].write("customers", [customer()])
    told.calls.clear()
    yield made, told
    await made.connectors[System.SAGEPRO].aclose()
    memory.close()


def _connector(settings: Settings, address: str, timeout: float = 30.0) -> SageProConnector:
    http = Http("Sage Pro gateway", address, Bearer("gateway-key"), timeout=timeout)
    return SageProConnector(http, zone_of(settings.sagepro_zone, setting="TANDEM_SAGEPRO_ZONE"))


def announce(line: Connection, keys: list[str]) -> None:
    common = {"connection": "main", "company": "01", "source": System.CLARITY, "entity": "order"}
    line.store.inbox.put(
        [Event(event_id=key, key=key, event_type="order.created", received_at=NOW, **common) for key in keys]  # type: ignore[arg-type]
    )


async def once(line: Connection, hours: int, **more: Any) -> dict[str, Cargo]:
    """One pass of the last stations over all that is due, settled in the store."""
    now = NOW + timedelta(hours=hours)
    messages = line.store.inbox.claim(
        "main", "order", System.CLARITY, limit=100, owner="test", lease_seconds=60, now=now
    )
    known = line.store.ledger.known("main", "order", [message.key for message in messages])
    cargo = []
    for message in messages:
        payload = dict(order(message.key, **more).payload)
        cargo.append(
            Cargo(message=message, known=known.get(message.key), payload=payload, payload_hash=content_hash(payload))
        )
    entity = ENTITIES["order"]
    batch = await load(line, Batch(entity, entity.route(System.CLARITY), cargo))
    line.store.ledger.settle(batch.cargo, "test", now)
    return {c.message.key: c for c in batch.cargo}


def states(cargo: dict[str, Cargo]) -> dict[State, int]:
    found: dict[State, int] = {}
    for one in cargo.values():
        assert one.outcome is not None
        found[one.outcome.state] = found.get(one.outcome.state, 0) + 1
    return found


async def test_case_035_a_batch_cut_by_a_time_out_is_looked_up_in_one_call_and_only_the_missing_is_written(
    line: tuple[Connection, Wire], settings: Settings, wire: tuple[Wire, str], gateway: FastAPI
) -> None:
    connection, told = line
    patient = connection.connectors[System.SAGEPRO]
    keys = [f"A{number}" for number in range(100)]
    announce(connection, keys)
    told.taken = 60
    hasty = connection.connectors[System.SAGEPRO] = _connector(settings, wire[1], timeout=SOON)
    assert states(await once(connection, 0)) == {State.UNKNOWN: 100}, "each of them may have been written"
    await hasty.aclose()
    assert told.done.wait(30), "the gateway has taken what it took"
    assert told.calls == [("POST", 100)]
    connection.connectors[System.SAGEPRO] = patient
    told.calls.clear()
    assert states(await once(connection, 1)) == {State.APPLIED: 100}
    assert told.calls == [("GET", 100), ("POST", 40), ("PUT", 60)], "the 60 are given the state that they have"
    with gateway.state.context.company.read() as reader:
        found = reader.exec_driver_sql("SELECT count(*), count(DISTINCT sono) FROM somast").one()
        references = {extid for (extid,) in reader.exec_driver_sql("SELECT extid FROM tdorder")}
        untouched = reader.exec_driver_sql("SELECT count(*) FROM somast WHERE lckdate > ''").scalar_one()
    assert (tuple(found), references, untouched) == ((100, 100), set(keys), 0)


async def test_case_036_while_the_look_up_fails_nothing_is_written(
    line: tuple[Connection, Wire], settings: Settings, wire: tuple[Wire, str]
) -> None:
    connection, told = line
    announce(connection, ["A1"])
    told.taken = 1
    patient = connection.connectors[System.SAGEPRO]
    hasty = connection.connectors[System.SAGEPRO] = _connector(settings, wire[1], timeout=SOON)
    await once(connection, 0)
    await hasty.aclose()
    assert told.done.wait(30)
    nowhere = connection.connectors[System.SAGEPRO] = _connector(settings, "http://127.0.0.1:9")
    told.calls.clear()
    with pytest.raises(Unavailable):
        await once(connection, 1)
    await nowhere.aclose()
    assert told.calls == []
    connection.connectors[System.SAGEPRO] = patient
    connection.store.inbox.release("test")
    assert states(await once(connection, 2)) == {State.APPLIED: 1}
    assert [method for method, _ in told.calls] == ["GET", "PUT"], "found where the first try had put it"


async def test_case_050_an_order_of_a_closed_period_stands_on_the_desk_with_date_and_period(
    line: tuple[Connection, Wire], gateway: FastAPI
) -> None:
    connection, _ = line
    company = gateway.state.context.company
    february = {"begdate": date(2026, 2, 1), "enddate": date(2026, 2, 28), "closed": "Y"}
    with company.write() as writing:
        writing.exec_driver_sql("DELETE FROM sycdfis")
        insert_all(writing, company.tables.sycdfis, [{"compid": "01", "fisyr": "2026", "period": "02", **february}])
    announce(connection, ["A1"])
    assert states(await once(connection, 0, OrderDate="2026-02-27")) == {State.HELD: 1}
    (letter,) = connection.store.letters.list()
    assert letter.state is State.HELD, "a person opens the period or says otherwise; no timed retry, no dead letter"
    assert letter.reason.startswith("OrderDate: lies in fiscal period 2026-02 (2026-02-01 to 2026-02-28), which is")
    assert "(got '2026-02-27')" in letter.reason
    with company.write() as writing:
        writing.exec_driver_sql("UPDATE sycdfis SET closed = 'N'")
    assert connection.store.letters.replay([letter.id], "pat", NOW) == 1
    assert states(await once(connection, 1, OrderDate="2026-02-27")) == {State.APPLIED: 1}
    assert connection.store.letters.list() == []
