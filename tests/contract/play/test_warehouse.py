"""The warehouse by HTTP."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI

from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.sandbox.warehouse.books import Books, numbered
from tandem.sandbox.warehouse.routes import answer_refusals, warehouse_router
from tandem.values import loads

D = Decimal
ZONE = ZoneInfo("America/Chicago")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "company01.db"
    create_company(f"sqlite:///{path}", Policy("01", ZONE))
    return path


@pytest.fixture
async def call(path):
    books = Books(f"sqlite:///{path}", ZONE)
    app = FastAPI()
    app.include_router(warehouse_router(books))
    answer_refusals(app)

    async def call(method, where, body=None, expect=200):
        content = None if body is None else httpx.Response(200, json=body).content
        answer = await client.request(method, f"/sandbox/warehouse{where}", content=content)
        assert answer.status_code == expect, answer.text
        return loads(answer.content)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://company") as client:
        await call("POST", "/items", [{"item": "LAMP", "name": "Lamp", "price": "12.5000", "stock": "10"}])
        await call("POST", "/customers", [{"custno": "SMITH01", "company": "Ann Smith"}])
        with books.open() as page:
            line = {"sono": numbered(1001), "tranlineno": 1, "custno": "SMITH01", "item": "LAMP", "loctid": "MAIN"}
            amounts = {"qtyord": D(3), "origqtyord": D(3), "price": D("12.50"), "extprice": D("37.50")}
            page.add("sotran", [{**line, **amounts, "stkcode": "Y"}])
            header = {"sono": numbered(1001), "custno": "SMITH01", "release": "Y", "ordamt": D("37.50")}
            page.add("somast", [header])
        yield call
    books.close()


def look(path, query):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


async def test_pick_ship_and_take_back(call, path):
    await call("POST", "/orders/1001/pick", {"1": "2"})
    assert look(path, "select shipqty from sotran") == [("2.0000",)]
    sent = await call("POST", "/orders/1001/ship", {"carrier": "UPS", "tracking": "1Z"})
    assert sent == {"shipment": "0000000001"}
    assert look(path, "select ordamt, shpamt from somast") == [("12.50", "25.00")]
    await call("POST", "/shipments/0000000001/void")
    assert look(path, "select ordamt, shpamt from somast") == [("37.50", "0.00")]


async def test_part_of_an_order_or_other_goods_by_line_number(call, path):
    await call("POST", "/items", [{"item": "SHADE", "name": "Shade", "price": "1", "stock": "5"}])
    await call("POST", "/orders/1001/ship", {"quantities": {"1": "1"}})
    await call("POST", "/orders/1001/ship", {"quantities": {"1": "3"}, "instead": {"1": "SHADE"}, "beyond": True})
    assert look(path, "select item, qtyship from soship order by shipno") == [("LAMP", "1.0000"), ("SHADE", "3.0000")]


async def test_a_shift_works_through_everything(call):
    done = await call("POST", "/shift", {"seed": 3, "finish": True})
    assert (done["whole"], done["shipments"]) == (1, ["0000000001"])


async def test_the_office_keeps_records(call, path):
    await call("PATCH", "/customers/SMITH01", {"city": "Chicago"})
    await call("PUT", "/open/customer/SMITH01")
    refused = await call("PATCH", "/customers/SMITH01", {"city": "Boston"}, expect=409)
    assert refused == {"code": "not-possible", "message": "customer SMITH01 is in use by WHSE"}
    await call("DELETE", "/open/customer/SMITH01")
    assert look(path, "select city, lckstat from arcust") == [("Chicago", "")]


async def test_stock_comes_in_and_is_counted(call, path):
    await call("POST", "/stock/LAMP/receive", {"quantity": "1.5"})
    assert await call("POST", "/stock/LAMP/count", {"quantity": 9}) == {"difference": D("-2.5000")}
    assert look(path, "select lonhand from iciloc where item = 'LAMP'") == [("9.0000",)]


async def test_goods_go_over_the_counter_without_an_order(call, path):
    await call("POST", "/stock/LAMP/sell", {"quantity": 4})
    assert look(path, "select lonhand from iciloc where item = 'LAMP'") == [("6.0000",)]
    moved = look(path, "select trantyp, docno, tqty from ictran where item = 'LAMP' order by ttranno desc limit 1")
    assert moved == [(" I", "", "-4.0000")]


@pytest.mark.parametrize(
    ("where", "body", "status", "message"),
    [
        ("/stock/LAMP/sell", {"quantity": 11}, 409, "LAMP at MAIN: 11 wanted, 10.0000 on hand"),
        ("/stock/LAMP/sell", {"quantity": 0}, 409, "quantity 0 of LAMP: a sale is more than nothing"),
        ("/orders/9999/ship", {}, 409, "somast has no record with sono '9999'"),
        ("/orders/1001/ship", {"quantities": {"1": "four"}}, 422, "quantities.1: "),
        ("/orders/1001/ship", {"weight": 1}, 422, "weight: "),
        ("/orders/1001/pick", {"1": "4"}, 409, "order 1001 line 1: 4 cannot be picked, 3.0000 are open"),
        ("/items", [{"item": "X"}], 422, "0.name: "),
    ],
)
async def test_what_cannot_be_done_names_the_reason(call, where, body, status, message):
    refused = await call("POST", where, body, expect=status)
    assert refused["message"].startswith(message)
