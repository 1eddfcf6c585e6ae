"""What the line takes: of records that a list brings, and of those that were read."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from tandem.entities import ENTITIES
from tandem.entities.cargo import Cargo
from tandem.entities.declaration import System
from tandem.entities.state import held
from tandem.entities.takes import Need
from tandem.errors import SheetError
from tandem.line import demand, gather
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tests.unit.store.conftest import message

ORDER = ENTITIES["order"]
ROUTE = ORDER.route(System.CLARITY)
RECORD = {
    "orderId": "1",
    "version": 4,
    "updatedDate": "2026-03-02T09:00:00Z",
    "lineItems": [{"lineId": "1", "sku": "POT", "quantity": 2, "unit": "dozen"}],
}
CASE = (Need(line="1", sku="POT", quantity=Decimal(24)),)


def lookup(name: str, unit: str) -> Any:
    return {("units", "dozen"): 12}.get((name, unit))


def missing(_name: str, _unit: str) -> Any:
    raise SheetError("there is no such lookup")


class Taken:
    def __init__(self) -> None:
        self.wanted: list[Any] = []

    def take(self, wanted: list[Any], _now: datetime) -> int:
        self.wanted += wanted
        return len(wanted)


def line(find: Any = lookup) -> Any:
    connector = SimpleNamespace(
        key=lambda _resource, record: record["orderId"], stamp=lambda *_given: datetime(2026, 3, 2, tzinfo=UTC)
    )
    return SimpleNamespace(
        name="main",
        company="01",
        connectors={System.CLARITY: connector},
        workbook=SimpleNamespace(lookup=find),
        store=SimpleNamespace(demand=Taken()),
    )


def cargo(key: str, **given: Any) -> Cargo:
    return Cargo(message=message(key, ids=(7,)), version="4", **given)


def test_what_a_list_brings_says_what_it_takes() -> None:
    (event,) = gather.events_of(cast("Connection", line()), ORDER, ROUTE, [RECORD], origin="poll")
    assert event.needs == CASE
    (event,) = gather.events_of(cast("Connection", line(missing)), ORDER, ROUTE, [RECORD], origin="backfill:x")
    assert event.needs == (Need(line="1", sku="POT", quantity=Decimal(2)),), "sheets without packs"


def test_what_was_read_takes_unless_it_was_decided_or_shows_no_lines() -> None:
    here = line()
    batch = Batch(ORDER, ROUTE, [cargo("1", record=RECORD), cargo("2", record={}), cargo("3", outcome=held("no"))])
    assert demand.take(here, batch) == 1
    (wanted,) = here.store.demand.wanted
    assert (wanted.whose.key, wanted.version, wanted.needs) == ("1", "4", CASE)
    assert [one.needs for one in batch.cargo] == [CASE, None, None]


def test_what_a_person_wrote_goes_before_what_the_source_said() -> None:
    here = line()
    edited = Cargo(message=message("1", ids=(7,), edited=RECORD), record=RECORD, version="4")
    demand.take(here, Batch(ORDER, ROUTE, [edited]))
    assert [one.version for one in here.store.demand.wanted] == [None]


def test_records_of_other_routes_take_nothing() -> None:
    customer = ENTITIES["customer"]
    route = customer.routes[0]
    here = line()
    assert demand.needed(here, route, RECORD) is None
    assert demand.planned(route, RECORD) is None
    assert demand.take(here, Batch(customer, route, [cargo("1", record=RECORD)])) == 0
