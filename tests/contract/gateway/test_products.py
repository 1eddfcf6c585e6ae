from __future__ import annotations

import sqlite3

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
