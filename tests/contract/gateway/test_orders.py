from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tandem.gateway.app import create_app
from tandem.gateway.company.company import Company, Policy
from tandem.gateway.company.create import create_company
from tandem.settings import Settings

from .conftest import client_of, faults, settings_of, stock

LINE = {
    "LineReference": "1",
    "ItemCode": "TEAPOT-RED",
    "Quantity": "2",
    "UnitPrice": "19.90",
    "ExtendedPrice": "39.80",
    "TaxAmount": "3.18",
    "Taxable": True,
}
COUNTERS = ("sysdata", "sosysd")
SHIP_TO = {"Company": "Ann Smith", "Address1": "12 Mill Lane", "City": "Chicago", "State": "IL", "Country": "US"}


def order(number: int | str = 1, **changed: Any) -> dict[str, Any]:
    made = {
        "ExternalOrderId": f"w-{number}",
        "CustomerNo": "SMITH01",
        "OrderDate": "2026-03-02",
        "ShipToAddress": SHIP_TO,
        "LineItems": [LINE],
        "TaxAmount": "3.18",
        "TotalAmount": "42.98",
    }
    return {**made, **changed}


@pytest.fixture(autouse=True)
async def customer(api: httpx.AsyncClient) -> None:
    assert (await api.post("/customers", json={"Company": "Smith"})).json()["CustomerNo"] == "SMITH01"


def booked(settings: Settings) -> list[tuple[str, str]]:
    """What a plain reader sees: number and open amount of each order."""
    with sqlite3.connect(settings.home / "company01.db") as connection:
        return connection.execute("SELECT trim(sono), ordamt FROM somast ORDER BY sono").fetchall()


async def test_an_order_is_entered_and_read_again(api: httpx.AsyncClient, settings: Settings) -> None:
    made = await api.post("/orders", json=order())
    assert made.status_code == 201, made.text
    number = made.json()["SalesOrderNo"]
    assert (made.json()["OpenAmount"], made.json()["TotalAmount"]) == ("39.80", "42.98")
    read = await api.get(f"/orders/{number}")
    assert read.json() == made.json()
    assert read.headers["etag"] == made.headers["etag"]
    same = await api.get(f"/orders/{number}", headers={"If-None-Match": made.headers["etag"]})
    assert same.status_code == 304
    assert booked(settings) == [(number, "39.80")]


async def test_numbers_and_strings_of_digits_are_the_same_amount(api: httpx.AsyncClient) -> None:
    as_numbers = b"""{"ExternalOrderId":"n","CustomerNo":"SMITH01","OrderDate":"2026-03-02","ShipToAddress":{},
        "LineItems":[{"LineReference":"1","ItemCode":"TEAPOT-RED","Quantity":3,"UnitPrice":0.1,"ExtendedPrice":0.30}],
        "TaxAmount":0,"TotalAmount":0.3}"""
    made = await api.post("/orders", content=as_numbers, headers={"Content-Type": "application/json"})
    assert made.status_code == 201, made.text
    assert made.json()["TotalAmount"] == "0.30"


async def test_every_fault_of_shape_and_of_meaning_is_told_at_once(api: httpx.AsyncClient, settings: Settings) -> None:
    bad = order(
        CustomerNo="NOBODY",
        OrderDate="yesterday",
        Colour="red",
        ShipToAddress={**SHIP_TO, "City": "x" * 21, "Zip": "60601"},
        LineItems=[
            {**LINE, "ItemCode": "NO-SUCH", "UnitPrice": "1e3"},
            {**LINE, "LineReference": "2", "ExtendedPrice": "39.00"},
            {**LINE, "LineReference": "2", "Quantity": "0"},
            "not a line",
        ],
    )
    answer = await api.post("/orders", json=bad)
    assert answer.status_code == 422
    assert faults(answer) == {
        "OrderDate": "not-a-date",
        "ShipToAddress.Zip": "unknown-member",
        "LineItems[0].UnitPrice": "not-a-number",
        "LineItems[2].Quantity": "greater-than",
        "LineItems[3]": "not-an-object",
        "Colour": "unknown-member",
        "CustomerNo": "unknown-customer",
        "ShipToAddress.City": "too-long",
        "LineItems[0].ItemCode": "unknown-item",
        "LineItems[1].ExtendedPrice": "extended-price-differs",
        "LineItems[2].LineReference": "duplicate-line",
    }
    columns = {fault["field"]: fault["column"] for fault in answer.json()["errors"]}
    assert columns["LineItems[0].ItemCode"] == "sotran.item"
    assert booked(settings) == []


async def test_case_134_items_match_on_the_trimmed_case_folded_key(api: httpx.AsyncClient) -> None:
    made = await api.post("/orders", json=order(LineItems=[{**LINE, "ItemCode": " teapot-Red "}]))
    assert made.status_code == 201, made.text
    assert made.json()["LineItems"][0]["ItemCode"] == "TEAPOT-RED"
    assert (await api.get("/products/teapot-red%20")).json()["ItemCode"] == "TEAPOT-RED"
    listed = await api.get("/products", params={"itemCode": ["teapot-red ", "spoon/S", "TEAPOT"]})
    assert sorted(item["ItemCode"] for item in listed.json()["Items"]) == ["SPOON/S", "TEAPOT-RED"]


async def test_case_043_one_bad_record_in_a_batch_of_500(api: httpx.AsyncClient, settings: Settings) -> None:
    items = [{"IdempotencyKey": f"k-{number}", "Order": order(number)} for number in range(500)]
    items[137]["Order"]["LineItems"] = [{**LINE, "ItemCode": "NO-SUCH"}]
    answer = await api.post("/orders/batch", json={"Items": items})
    results = answer.json()["Results"]
    assert [result["Index"] for result in results] == list(range(500))
    assert [result["Index"] for result in results if result["Status"] != 201] == [137]
    problem = results[137]["Problem"]
    assert (problem["status"], problem["instance"]) == (422, "/api/v1/sagepro/orders/batch#137")
    assert [fault["field"] for fault in problem["errors"]] == ["LineItems[0].ItemCode"]
    assert len(booked(settings)) == 499
    again = await api.post("/orders/batch", json={"Items": items})
    assert [result["Replayed"] for result in again.json()["Results"]].count(True) == 499
    assert len(booked(settings)) == 499


async def test_items_of_a_batch_are_each_what_they_would_be_alone(api: httpx.AsyncClient, settings: Settings) -> None:
    good = {"IdempotencyKey": "a", "Order": order("a")}
    items: list[Any] = [
        good,
        5,
        {"IdempotencyKey": "b"},
        {"IdempotencyKey": "b b", "Order": order("b")},
        {"IdempotencyKey": "c", "Order": order("c"), "More": 1},
        {"IdempotencyKey": "d", "Order": order("a")},
        {"IdempotencyKey": "a", "Order": order("other")},
        good,
        {"IdempotencyKey": "e", "Order": order("e")},
    ]
    results = (await api.post("/orders/batch", json={"Items": items})).json()["Results"]
    assert [result["Status"] for result in results] == [201, 422, 422, 422, 422, 409, 422, 201, 201]
    assert results[5]["Problem"]["existing"] == {"SalesOrderNo": results[0]["SalesOrderNo"]}
    assert results[6]["Problem"]["code"] == "idempotency-key-reuse"
    assert results[7] == {**results[0], "Index": 7, "Replayed": True}
    assert len(booked(settings)) == 2
    alone = await api.post("/orders", json=order("a"), headers={"Idempotency-Key": "a"})
    assert (alone.status_code, alone.headers["idempotency-replayed"]) == (201, "true")
    assert alone.json()["LineItems"][0]["ItemCode"] == "TEAPOT-RED"


async def test_an_order_entered_under_another_key_is_named(api: httpx.AsyncClient) -> None:
    first = (await api.post("/orders", json=order())).json()["SalesOrderNo"]
    twin = await api.post("/orders", json=order())
    assert (twin.status_code, twin.json()["code"]) == (409, "duplicate-external-order")
    assert twin.json()["existing"] == {"SalesOrderNo": first}


async def test_two_gateways_enter_one_order_once(app: FastAPI, api: httpx.AsyncClient, settings: Settings) -> None:
    other = create_app(settings)
    async with client_of(other) as second:
        answers = await asyncio.gather(
            *(one.post("/orders", json=order(), headers={"Idempotency-Key": "k"}) for one in (api, second) * 3)
        )
    other.state.context.company.close()
    assert {answer.status_code for answer in answers} <= {201, 409}
    numbers = {answer.json()["SalesOrderNo"] for answer in answers if answer.status_code == 201}
    assert len(numbers) == 1
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"idempotency-in-progress"}
    assert len(booked(settings)) == 1


async def test_an_order_is_changed_by_its_whole_new_state(api: httpx.AsyncClient) -> None:
    made = await api.post("/orders", json=order())
    number = made.json()["SalesOrderNo"]
    three = [{**LINE, "Quantity": "3", "ExtendedPrice": "59.70", "TaxAmount": "4.77"}]
    state = order(LineItems=three, TaxAmount="4.77", TotalAmount="64.47")
    headers = {"If-Match": made.headers["etag"]}
    changed = await api.put(f"/orders/{number}", json=state, headers=headers)
    assert changed.status_code == 200, changed.text
    assert changed.json()["OpenAmount"] == "59.70"
    stale = await api.put(f"/orders/{number}", json={**state, "PurchaseOrderNo": "late"}, headers=headers)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    cancelled = await api.put(f"/orders/{number}", json={**state, "Cancel": True})
    assert cancelled.json()["Status"] == "void"


async def test_changes_come_in_batches_too(api: httpx.AsyncClient) -> None:
    number = (await api.post("/orders", json=order())).json()["SalesOrderNo"]
    items = [
        {"IdempotencyKey": "u1", "SalesOrderNo": number, "Order": order(PurchaseOrderNo="PO 7")},
        {"IdempotencyKey": "u2", "SalesOrderNo": "999999", "Order": order()},
        {"IdempotencyKey": "u3", "SalesOrderNo": 5, "Order": order()},
        {"IdempotencyKey": "u4", "SalesOrderNo": number, "Order": order(Cancel="yes")},
    ]
    for _ in range(2):
        results = (await api.put("/orders/batch", json={"Items": items})).json()["Results"]
        assert [result["Status"] for result in results] == [200, 404, 422, 422]
    assert results[0]["Replayed"] is True
    assert (await api.get(f"/orders/{number}")).json()["PurchaseOrderNo"] == "PO 7"


async def test_orders_are_listed_by_filter(api: httpx.AsyncClient) -> None:
    for number in range(3):
        await api.post("/orders", json=order(number))
    found = await api.get("/orders", params={"externalOrderId": ["w-2", "w-0", "w-9"]})
    assert sorted(item["ExternalOrderId"] for item in found.json()["Items"]) == ["w-0", "w-2"]
    nobody = await api.get("/orders", params={"customerNo": "NOBODY", "includeHistory": "true"})
    assert nobody.json() == {"Items": [], "NextCursor": None}
    assert (await api.get("/orders", params={"status": "odd"})).status_code == 422


async def test_case_171_two_companies_with_equal_numbers_are_kept_apart(tmp_path: Path) -> None:
    gateways = {}
    for company in ("01", "02"):
        settings = settings_of(tmp_path / "both", company=company)
        create_company(settings.company_url, Policy.of(settings))
        app = gateways[company] = create_app(settings)
        stock(app.state.context.company, {"TEAPOT-RED": "5"})
    async with client_of(gateways["01"]) as one, client_of(gateways["02"]) as two:
        for api, name in ((one, "Smith"), (two, "Smith")):
            await api.post("/customers", json={"Company": name}, headers={"Idempotency-Key": "k"})
        first = await one.post("/orders", json=order(), headers={"Idempotency-Key": "o"})
        assert (await two.get("/orders", params={"includeHistory": "true"})).json()["Items"] == []
        dear = [{**LINE, "UnitPrice": "100", "ExtendedPrice": "200.00", "TaxAmount": "0"}]
        other = order(LineItems=dear, TaxAmount="0", TotalAmount="200.00")
        second = await two.post("/orders", json=other, headers={"Idempotency-Key": "o"})
        assert first.json()["SalesOrderNo"] == second.json()["SalesOrderNo"]
        assert (await one.get("/schema")).json()["Company"] == "01"
        assert (await two.get(f"/orders/{second.json()['SalesOrderNo']}")).json()["OpenAmount"] == "200.00"
        assert (await one.get(f"/orders/{first.json()['SalesOrderNo']}")).json()["OpenAmount"] == "39.80"
    for app in gateways.values():
        company: Company = app.state.context.company
        company.close()


@pytest.mark.parametrize("transactions", [True, False], ids=["transactions", "steps"])
async def test_case_051_the_number_is_read_back_while_another_feed_uses_the_counter(
    app: FastAPI, settings: Settings, transactions: bool
) -> None:
    app.state.context.company.close()
    own = create_app(settings_of(settings.home, sagepro_transactions=transactions))
    async with client_of(own) as api:
        first = (await api.post("/orders", json=order(1))).json()["SalesOrderNo"]
        with sqlite3.connect(settings.home / "company01.db") as feed:  # it took 5000, and 5001 without the counter
            feed.execute("UPDATE sysdata SET int1 = 5000 WHERE sysid = 'SO01'")
            feed.execute("INSERT INTO somast (sono, custno) VALUES ('      5001', 'OTHER')")
        second = (await api.post("/orders", json=order(2))).json()["SalesOrderNo"]
        found = await api.get("/orders", params={"externalOrderId": "w-2"})
    own.state.context.company.close()
    assert (first, second) == ("1001", "5002")
    assert [item["SalesOrderNo"] for item in found.json()["Items"]] == ["5002"]
    with sqlite3.connect(settings.home / "company01.db") as reader:
        counters = [reader.execute(f"SELECT int1 FROM {name} WHERE sysid = 'SO01'").fetchone() for name in COUNTERS]
    assert counters == [(5002,), (5002,)]


async def test_case_142_the_answer_to_a_batch_says_what_is_back_ordered(
    api: httpx.AsyncClient, company: Company
) -> None:
    with company.write() as connection:
        connection.exec_driver_sql("UPDATE iciloc SET lonhand = '3.0000' WHERE trim(item) = 'TEAPOT-RED'")
    items = [{"IdempotencyKey": f"k-{n}", "Order": order(n)} for n in (1, 2, 3)]
    results = (await api.post("/orders/batch", json={"Items": items})).json()["Results"]
    assert [result["Status"] for result in results] == [201, 201, 201]
    short = [(result["BackOrders"] or [{}])[0].get("Quantity") for result in results]
    assert [text and float(text) for text in short] == [None, 1, 2]
    assert results[1]["BackOrders"][0] | {"Quantity": ""} == {
        "LineNo": 1,
        "ItemCode": "TEAPOT-RED",
        "Location": "MAIN",
        "Quantity": "",
    }
