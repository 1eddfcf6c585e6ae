"""Two drains that meet the same new customer at the same moment: one makes it, the other finds it a moment later."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tandem.connectors.protocol import Record, WriteItem, WriteResult
from tandem.entities import ENTITIES
from tandem.entities.cargo import Cargo, Message
from tandem.entities.declaration import System
from tandem.entities.state import Fault, Outcome, State
from tandem.errors import Unauthorized, Unavailable
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.reserve import reserved
from tandem.line.traffic import Traffic
from tandem.line.write import load
from tandem.rules.retry import Retry
from tandem.store import Store
from tests.unit.store.conftest import KINDS, scratch_database

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


class Company:
    """The target: it takes a while between a look and a write, so that two may look before either has written."""

    def __init__(self) -> None:
        self.rows: list[Record] = []
        self.fault: Exception | None = None
        self.unknown = False

    async def find(self, _resource: str, _references: Sequence[str]) -> dict[str, list[Record]]:
        return {}

    async def match(self, _resource: str, field: str, values: Sequence[str]) -> dict[str, list[Record]]:
        await asyncio.sleep(0)
        if self.fault:
            raise self.fault
        return {value: [row for row in self.rows if row[field] == value] for value in values}

    async def write(self, _resource: str, items: Sequence[WriteItem]) -> list[WriteResult]:
        await asyncio.sleep(0)
        for item in items:
            self.rows.append({**item.payload, "CustomerNo": f"C{len(self.rows) + 1}"})
        status = "unknown" if self.unknown else "created"
        return [WriteResult(reference=item.reference, status=status, target="C") for item in items]  # type: ignore[arg-type]

    def key(self, _resource: str, record: Record) -> str:
        return str(record["CustomerNo"])


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        opened = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
        yield opened
        opened.close()
        return
    if not os.environ.get("TANDEM_TEST_POSTGRES_URL"):
        pytest.skip("TANDEM_TEST_POSTGRES_URL is not set")
    with scratch_database() as address:
        opened = Store.open(address)
        yield opened
        opened.close()


def drain(store: Store, company: Company, owner: str) -> Connection:
    known: dict[str, Any] = {
        "name": "main",
        "company": "01",
        "owner": owner,
        "store": store,
        "retry": Retry(),
        "traffic": Traffic(),
        "connectors": {System.SAGEPRO: company},
        "settings": SimpleNamespace(lease_seconds=60),
    }
    return cast("Connection", SimpleNamespace(**known))


def customer(line: Connection, key: str, email: str = "ann@example.com") -> Batch:
    entity = ENTITIES["customer"]
    message = Message(
        ids=(1,),
        connection="main",
        company="01",
        entity="customer",
        source=System.CLARITY,
        key=key,
        event_type="customer.created",
        received_at=NOW,
    )
    cargo = Cargo(message=message, payload={"Email": email}, payload_hash=key, canonical=None)
    return Batch(entity, entity.route(System.CLARITY), [cargo], line.traffic.enter(("customer", System.CLARITY)))


async def carried(line: Connection, batch: Batch) -> State | None:
    with reserved(line, batch):
        await load(line, batch)
    outcome = batch.cargo[0].outcome
    return outcome.state if outcome else None


async def test_of_two_drains_with_one_new_customer_one_makes_it(store: Store) -> None:
    company = Company()
    drains = [drain(store, company, name) for name in ("a", "b")]
    batches = [customer(line, f"cus_{line.owner}", " Ann@Example.com"[n:]) for n, line in enumerate(drains)]
    states = await asyncio.gather(*(carried(line, batch) for line, batch in zip(drains, batches, strict=True)))
    assert sorted(str(state) for state in states) == ["APPLIED", "RETRY"]
    assert len(company.rows) == 1
    again = customer(drains[1], "cus_b", company.rows[0]["Email"])
    assert await carried(drains[1], again) is State.APPLIED
    assert len(company.rows) == 1, "it is found, and linked"


async def test_a_write_that_may_have_gone_through_keeps_its_value(store: Store) -> None:
    company = Company()
    company.unknown = True
    line, other = drain(store, company, "a"), drain(store, company, "b")
    assert await carried(line, customer(line, "1")) is State.UNKNOWN
    assert await carried(other, customer(other, "2")) is State.RETRY
    assert len(company.rows) == 1
    company.unknown = False
    company.rows.clear()  # as a look-up tells: it never arrived
    assert await carried(other, customer(other, "1")) is State.APPLIED, "the record itself need not wait"
    assert await carried(line, customer(line, "2")) is State.APPLIED, "and then the value is free"
    assert len(company.rows) == 1


@pytest.mark.parametrize("fault", [Unavailable("no answer"), Unauthorized("refused", status=401)], ids=str)
async def test_nothing_written_nothing_kept(store: Store, fault: Exception) -> None:
    company = Company()
    company.fault = fault
    line, other = drain(store, company, "a"), drain(store, company, "b")
    with pytest.raises(type(fault)):
        await carried(line, customer(line, "1"))
    company.fault = None
    assert await carried(other, customer(other, "2")) is State.APPLIED


async def test_an_outage_after_a_write_without_answer_keeps_that_value(store: Store) -> None:
    line = drain(store, Company(), "a")
    batch = customer(line, "1")

    def cut_short() -> None:
        with reserved(line, batch):
            batch.cargo[0].outcome = Outcome(state=State.UNKNOWN, fault=Fault.UNKNOWN)
            raise Unavailable("the write of another record of the batch was not sent")

    with pytest.raises(Unavailable):
        cut_short()
    assert await carried(line, customer(line, "2")) is State.RETRY


async def test_other_values_do_not_wait(store: Store) -> None:
    company = Company()
    drains = [drain(store, company, name) for name in ("a", "b")]
    batches = [customer(line, line.owner, f"{line.owner}@example.com") for line in drains]
    states = await asyncio.gather(*(carried(line, batch) for line, batch in zip(drains, batches, strict=True)))
    assert states == [State.APPLIED, State.APPLIED]
