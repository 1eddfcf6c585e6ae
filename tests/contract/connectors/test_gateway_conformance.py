"""The company's connector against the gateway over an embedded company, with people at its screens."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest
from fastapi import FastAPI

from tandem.connectors.protocol import WriteResult
from tandem.connectors.sagepro import SageProConnector
from tandem.errors import Unauthorized
from tandem.sandbox.warehouse import office, shipping
from tandem.sandbox.warehouse.books import Books
from tandem.settings import Settings
from tests.contract.connectors.conftest import customer, order

SINCE = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
async def ann(company: SageProConnector, books: Books) -> str:
    (made,) = await company.write("customers", [customer()])
    assert made.target is not None, made
    return made.target


def statuses(results: list[WriteResult]) -> list[str]:
    return [result.status for result in results]


def faults(result: WriteResult) -> set[str]:
    assert result.problem is not None
    return {fault["field"] for fault in result.problem["errors"]}


async def test_a_customer_is_made_found_and_matched(company: SageProConnector, ann: str) -> None:
    assert ann == "SMITH01"
    found = await company.find("customers", ["C1", "C2"])
    assert {ref: company.key("customers", r) for ref, (r,) in found.items()} == {"C1": ann}
    matched = await company.match("customers", "Email", [" Ann@Example.com", "ann@example.com.au", ""])
    assert {value: [company.key("customers", r) for r in rows] for value, rows in matched.items()} == {
        " Ann@Example.com": [ann],
        "ann@example.com.au": [],
        "": [],
    }
    assert (await company.read("customers", [ann, "NIX"]))["NIX"] is None


async def test_case_035_the_same_order_again_is_the_same_order(company: SageProConnector, ann: str) -> None:
    (first,) = await company.write("orders", [order("A1")])
    (replayed,) = await company.write("orders", [order("A1")])
    (other,) = await company.write("orders", [order("A1", key="another-key")])
    assert statuses([first, replayed, other]) == ["created", "created", "existing"]
    assert {first.target, replayed.target, other.target} == {first.target}
    found = await company.find("orders", ["A1", "A2"])
    assert {ref: company.key("orders", record) for ref, (record,) in found.items()} == {"A1": first.target}


async def test_case_043_a_bad_order_stops_no_other_and_all_its_faults_are_named(
    company: SageProConnector, ann: str
) -> None:
    items = [order("A1"), order("A2", item="NIX", TotalAmount=Decimal("1.00")), order("A3")]
    got = await company.write("orders", items)
    assert statuses(got) == ["created", "refused", "created"]
    assert {"LineItems[0].ItemCode", "TotalAmount"} <= faults(got[1])


async def test_many_orders_go_in_one_call_and_are_found_again(company: SageProConnector, ann: str) -> None:
    got = await company.write("orders", [order(f"A{n}", quantity=1) for n in range(120)])
    assert set(statuses(got)) == {"created"}
    assert len({result.target for result in got}) == 120
    found = await company.find("orders", [f"A{n}" for n in range(120)])
    assert {ref: company.key("orders", record) for ref, (record,) in found.items()} == {
        result.reference: result.target for result in got
    }
    pages = [page async for page in company.changed("orders", since=SINCE)]
    assert sum(map(len, pages)) == 120


async def test_an_order_is_replaced_until_picking_has_begun(company: SageProConnector, ann: str, books: Books) -> None:
    (made,) = await company.write("orders", [order("A1")])
    (more,) = await company.write("orders", [order("A1", quantity=4, key="k2", target=made.target)])
    assert (more.status, more.target) == ("updated", made.target)
    with books.open() as page:
        shipping.pick(page, str(made.target))
    (late,) = await company.write("orders", [order("A1", quantity=5, key="k3", target=made.target)])
    assert late.status == "conflict"
    assert late.problem is not None
    assert late.problem["differences"]


async def test_a_record_that_somebody_has_open_is_locked(company: SageProConnector, ann: str, books: Books) -> None:
    (made,) = await company.write("orders", [order("A1")])
    with books.open() as page:
        office.hold_open(page, "order", str(made.target))
    change = order("A1", quantity=4, key="k2", target=made.target)
    assert statuses(await company.write("orders", [change])) == ["locked"]
    with books.open() as page:
        office.leave(page, "order", str(made.target))
    assert statuses(await company.write("orders", [order("A1", quantity=4, key="k3", target=made.target)])) == [
        "updated"
    ]


async def test_the_same_key_with_another_body_is_refused(company: SageProConnector, ann: str) -> None:
    await company.write("orders", [order("A1", key="k")])
    assert statuses(await company.write("orders", [order("A2", key="k")])) == ["refused"]


async def test_shipments_are_read_listed_and_stamped(company: SageProConnector, ann: str, books: Books) -> None:
    (made,) = await company.write("orders", [order("A1")])
    with books.open() as page:
        shipping.pick(page, str(made.target))
        number = shipping.ship(page, str(made.target), shipping.Parcel(carrier="UPS", tracking="1Z999"))
    record = (await company.read("shipments", [number]))[number]
    assert record is not None
    assert (record["ExternalOrderId"], record["TrackingNo"]) == ("A1", "1Z999")
    listed = [r async for page in company.changed("shipments", since=SINCE, by="created") for r in page]
    assert listed == [record]
    mark = company.stamp("shipments", record)
    again = [r async for page in company.changed("shipments", since=mark, after=number) for r in page]
    assert again == []


async def test_items_and_stock_are_read(company: SageProConnector, ann: str) -> None:
    products = await company.read("products", ["mug ", "NIX"])
    assert products["mug "] is not None
    assert products["mug "]["ItemCode"] == "MUG"
    assert products["NIX"] is None
    stock = await company.read("inventory", ["MUG|MAIN", "MUG|NOWHERE"])
    assert stock["MUG|MAIN"] is not None
    assert Decimal(stock["MUG|MAIN"]["OnHand"]) == 100
    assert stock["MUG|NOWHERE"] is None


async def test_the_schema_tells_what_sheets_and_rules_need(company: SageProConnector) -> None:
    schema = await company.schema()
    assert schema.widths["arcust.company"] >= 30
    assert schema.scale("sotran.price") >= 2
    assert schema.currency == "USD"


async def test_a_wrong_key_is_unauthorized_and_one_without_the_right_too(
    settings: Settings, gateway: FastAPI, books: Books
) -> None:
    for key in ("wrong", "reader"):
        changed = settings.model_copy(update={"sagepro_api_key": type(settings.sagepro_api_key)(key)})
        connector = SageProConnector.of(changed, transport=httpx.ASGITransport(gateway))
        with pytest.raises(Unauthorized) as caught:
            await connector.write("customers", [customer()])
        assert key not in str(caught.value).replace("reader=", "")
        await connector.aclose()
