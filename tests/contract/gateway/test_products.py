from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tandem.gateway.app import create_app
from tandem.gateway.company.company import Company
from tandem.settings import Settings

from .conftest import client_of, faults, stock


def icitem(settings: Settings, item: str) -> tuple[str, str, str]:
    with sqlite3.connect(settings.home / "company01.db") as connection:
        statement = "SELECT itmdesc, price, lckuser FROM icitem WHERE item = ?"
        found: tuple[str, str, str] = connection.execute(statement, (item,)).fetchone()
        return found


async def test_a_product_as_the_company_has_it(api: httpx.AsyncClient) -> None:
    product = (await api.get("/products/TEAPOT-RED")).json()
    assert {name: product[name] for name in ("ItemCode", "Stocked", "Price", "StockUnit", "OnHand")} == {
        "ItemCode": "TEAPOT-RED",
        "Stocked": True,
        "Price": "19.9000",
        "StockUnit": "EA",
        "OnHand": "10.0000",
    }
    assert (await api.get("/products/FREIGHT")).json()["Stocked"] is False


async def test_a_code_with_a_slash_is_one_segment(api: httpx.AsyncClient) -> None:
    assert (await api.get("/products/SPOON%2FS")).json()["ItemCode"] == "SPOON/S"
    assert (await api.get("/products/SPOON/S")).status_code == 404
    missing = await api.get("/products/SPOON%2FXL")
    assert (missing.status_code, missing.json()["instance"]) == (404, "/api/v1/sagepro/products/SPOON%2FXL")


async def test_of_items_that_differ_in_case_only_the_one_spelt_as_given_is_meant(
    api: httpx.AsyncClient, company: Company
) -> None:
    stock(company, {"Teapot-Red": "1", "mug": "1", "muG": "2"})
    assert (await api.get("/products/Teapot-Red")).json()["ItemCode"] == "Teapot-Red"
    assert (await api.get("/products/teapot-red")).json()["ItemCode"] == "TEAPOT-RED"
    assert (await api.get("/products/MUG")).json()["ItemCode"] == "muG"


async def test_only_what_is_given_is_changed(api: httpx.AsyncClient, settings: Settings) -> None:
    changed = await api.put("/products/teapot-red", json={"Description2": "1.2 l"})
    assert (changed.status_code, changed.json()["Description"], changed.json()["Description2"]) == (
        200,
        "Teapot-Red",
        "1.2 l",
    )
    assert icitem(settings, "TEAPOT-RED") == ("Teapot-Red", "19.9000", "TNDM")
    assert (await api.put("/products/CUP-BLUE", json={})).status_code == 200
    assert icitem(settings, "CUP-BLUE")[2] == ""


async def test_prices_are_taken_only_where_the_setting_says_so(api: httpx.AsyncClient, settings: Settings) -> None:
    refused = await api.put("/products/TEAPOT-RED", json={"Price": "21.50"})
    assert faults(refused) == {"Price": "prices-not-taken"}
    app = create_app(settings.model_copy(update={"sagepro_take_prices": True}))
    async with client_of(app) as open_handed:
        taken = await open_handed.put("/products/TEAPOT-RED", json={"Price": "21.5"})
        fine = await open_handed.put("/products/TEAPOT-RED", json={"Price": "21.12345"})
    app.state.context.company.close()
    assert taken.json()["Price"] == "21.5000"
    assert faults(fine) == {"Price": "too-many-decimals"}


async def test_faults_locks_and_stale_tags(api: httpx.AsyncClient, app: FastAPI, settings: Settings) -> None:
    wide = await api.put("/products/TEAPOT-RED", json={"Description": "x" * 61, "Description2": "漢", "Cost": "1"})
    assert faults(wide) == {
        "Description": "too-long",
        "Description2": "not-in-code-page",
        "Cost": "unknown-member",
    }
    assert faults(await api.put("/products/TEAPOT-RED", json={"Description": " "})) == {"Description": "blank"}
    tag = (await api.get("/products/TEAPOT-RED")).headers["etag"]
    await api.put("/products/TEAPOT-RED", json={"Description": "New"})
    stale = await api.put("/products/TEAPOT-RED", json={"Description": "Newer"}, headers={"If-Match": tag})
    assert stale.status_code == 412
    with app.state.context.company.write() as connection:
        connection.exec_driver_sql("UPDATE icitem SET lckstat = 'L'")
    assert (await api.put("/products/TEAPOT-RED", json={"Description": "Newest"})).status_code == 423
    assert icitem(settings, "TEAPOT-RED")[0] == "New"
    assert (await api.put("/products/NONE", json={"Description": "x"})).status_code == 404


@pytest.mark.parametrize("code", ["", "%20", "a%00b", "x" * 300])
async def test_odd_codes_are_answered_and_never_a_fault_of_the_gateway(api: httpx.AsyncClient, code: str) -> None:
    assert (await api.get(f"/products/{code}")).status_code in (404, 422)


async def test_the_schema_tells_widths_currency_and_counters(api: httpx.AsyncClient) -> None:
    schema = (await api.get("/schema")).json()
    assert (schema["Company"], schema["Currency"]) == ("01", "USD")
    assert schema["Tables"]["arcust"]["company"] == {"Type": "char", "Width": 35, "Scale": None}
    assert schema["Tables"]["sotran"]["price"]["Scale"] == 4
    assert "tdidem" not in schema["Tables"]
    assert schema["Counters"]["SO01"] == 1000


@pytest.fixture
async def takes_prices(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update={"sagepro_take_prices": True}))
    async with client_of(app) as client:
        yield client
    app.state.context.company.close()


DATED = [
    {"EffectiveFrom": "2026-12-01", "Price": "21.50"},
    {"PriceCode": "W", "Currency": "eur", "EffectiveFrom": "2026-12-01", "Price": "17.1234"},
]


async def test_prices_that_take_effect_on_a_day(takes_prices: httpx.AsyncClient) -> None:
    changed = (await takes_prices.put("/products/teapot-red", json={"Prices": DATED})).json()
    assert changed["Prices"] == [
        {"PriceCode": "", "Currency": "USD", "EffectiveFrom": "2026-12-01", "Price": "21.5000"},
        {"PriceCode": "W", "Currency": "EUR", "EffectiveFrom": "2026-12-01", "Price": "17.1234"},
    ]
    both = "2026-12-02&effectiveFrom=2026-12-01"
    for days, codes in (("2026-12-01", ["TEAPOT-RED"]), ("2026-12-02", []), (both, ["TEAPOT-RED"])):
        page = (await takes_prices.get(f"/products?effectiveFrom={days}")).json()
        assert [item["ItemCode"] for item in page["Items"]] == codes
    same = (await takes_prices.put("/products/TEAPOT-RED", json={"Prices": DATED})).json()
    assert same["UpdatedAt"] == changed["UpdatedAt"]
    assert (await takes_prices.put("/products/TEAPOT-RED", json={"Prices": []})).json()["Prices"] == []
    assert (await takes_prices.get("/products?effectiveFrom=tomorrow")).status_code == 422


async def test_faults_of_dated_prices(api: httpx.AsyncClient, takes_prices: httpx.AsyncClient) -> None:
    assert faults(await api.put("/products/TEAPOT-RED", json={"Prices": DATED})) == {"Prices": "prices-not-taken"}
    wrong = [*DATED, DATED[0], {"PriceCode": "WIDE", "EffectiveFrom": "2026-12-02", "Price": "1.12345"}]
    assert faults(await takes_prices.put("/products/TEAPOT-RED", json={"Prices": wrong})) == {
        "Prices[2].EffectiveFrom": "twice",
        "Prices[3].PriceCode": "too-long",
        "Prices[3].Price": "too-many-decimals",
    }
    none = [{"EffectiveFrom": "2026-12-02", "Price": "0"}, {"EffectiveFrom": "soon", "Price": "1"}]
    found = faults(await takes_prices.put("/products/TEAPOT-RED", json={"Prices": none}))
    assert set(found) == {"Prices[0].Price", "Prices[1].EffectiveFrom"}


async def test_a_company_without_the_table_of_prices_has_none(settings: Settings) -> None:
    with sqlite3.connect(settings.home / "company01.db") as connection:
        connection.execute("DROP TABLE tdprice")
    app = create_app(settings.model_copy(update={"sagepro_take_prices": True}))
    async with client_of(app) as client:
        assert (await client.get("/products/TEAPOT-RED")).json()["Prices"] == []
        assert (await client.get("/products?effectiveFrom=2026-12-01")).json()["Items"] == []
        assert faults(await client.put("/products/TEAPOT-RED", json={"Prices": DATED})) == {"Prices": "no-table"}
    app.state.context.company.close()


async def test_costs_are_left_out_for_those_who_say_so_under_the_same_tag(api: httpx.AsyncClient) -> None:
    (with_costs,) = (await api.get("/products?itemCode=teapot-red")).json()["Items"]
    (without,) = (await api.get("/products?itemCode=teapot-red&includeCosts=false")).json()["Items"]
    costs = ("LastCost", "AverageCost", "StandardCost")
    assert [with_costs[name] for name in costs] == ["0.0000"] * 3
    assert without == {**with_costs, **dict.fromkeys(costs)}


async def test_a_batch_changes_each_for_itself(api: httpx.AsyncClient, settings: Settings) -> None:
    def item(key: str, code: Any, **fields: Any) -> dict[str, Any]:
        return {"IdempotencyKey": key, "ItemCode": code, "Product": fields}

    items = [
        item("a", "teapot-red", Description2="1.2 l"),
        item("b", "NO-SUCH", Description2="x"),
        item("c", "CUP-BLUE", Description2="y" * 61),
        item("d", 7, Description2="x"),
        {"ItemCode": "CUP-BLUE"},
    ]
    results = (await api.put("/products/batch", json={"Items": items})).json()["Results"]
    assert [(r["Status"], r["ItemCode"]) for r in results] == [
        (200, "TEAPOT-RED"), (404, None), (422, None), (422, None), (422, None),
    ]  # fmt: skip
    again = (await api.put("/products/batch", json={"Items": items[:1]})).json()["Results"]
    assert (again[0]["Replayed"], again[0]["ETag"]) == (True, results[0]["ETag"])
    other = item("a", "TEAPOT-RED", Description2="other")
    assert (await api.put("/products/batch", json={"Items": [other]})).json()["Results"][0]["Status"] == 422
    with sqlite3.connect(settings.home / "company01.db") as connection:
        assert connection.execute("SELECT itmdes2 FROM icitem WHERE item = 'TEAPOT-RED'").fetchone() == ("1.2 l",)
    assert (await api.post("/products/batch", json={"Items": items})).status_code == 405
