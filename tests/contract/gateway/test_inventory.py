from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import insert_all
from tandem.settings import Settings

from .conftest import faults, stock

TEAPOT = "/inventory/TEAPOT-RED/MAIN"


def totals(settings: Settings, item: str = "TEAPOT-RED") -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """On hand by location, by bin and in all, and the sum of the movements."""
    with sqlite3.connect(settings.home / "company01.db") as connection:

        def total(table: str, column: str) -> Decimal:
            rows = connection.execute(f"SELECT {column} FROM {table} WHERE item = ?", (item,)).fetchall()
            return sum((Decimal(value) for (value,) in rows), Decimal(0))

        return (
            total("iciloc", "lonhand"),
            total("iciqty", "qonhand"),
            total("icitem", "ionhand"),
            total("ictran", "tqty"),
        )


def wanted(company: Company, quantity: str, **changed: Any) -> None:
    """An open order line of a teapot, as somebody at the screen would enter it."""
    row = {
        "sono": "77",
        "tranlineno": 1,
        "item": "TEAPOT-RED",
        "loctid": "MAIN",
        "qtyord": Decimal(quantity),
        "sostat": "",
        "sotype": "",
        "currhist": "",
    }
    with company.write() as connection:
        insert_all(connection, company.tables.sotran, [{**row, **changed}])


async def test_stock_with_what_open_orders_want(api: httpx.AsyncClient, company: Company) -> None:
    wanted(company, "1.1")
    wanted(company, "2.2", sono="78")
    wanted(company, "5", sono="79", sostat="V")
    wanted(company, "5", sono="80", sotype="B")
    wanted(company, "5", sono="81", currhist="X")
    wanted(company, "5", sono="82", loctid="EAST")
    with company.write() as connection:
        connection.exec_driver_sql("UPDATE iciloc SET lsoaloc = '3.0000', lwoaloc = '1.0000', lonordr = '40.0000'")
    (_, item) = (await api.get("/inventory/teapot-red")).json()["Items"]
    assert {name: Decimal(item[name]) for name in ("OnHand", "Allocated", "OnOrder", "OpenSales")} == {
        "OnHand": Decimal(10),
        "Allocated": Decimal(4),
        "OnOrder": Decimal(40),
        "OpenSales": Decimal("3.3"),
    }
    assert item["Key"] == "TEAPOT-RED|MAIN"
    assert (Decimal(item["Available"]), Decimal(item["AvailableComputed"])) == (Decimal(6), Decimal("5.7"))


async def test_what_open_orders_want_of_what_is_not_kept_there_is_told_to_who_asks_for_it(
    api: httpx.AsyncClient, company: Company
) -> None:
    """A kit that is no stock item has no row, and its orders take parts all the same."""
    for number, (item, location) in enumerate([("FREIGHT", "MAIN"), ("FREIGHT", "EAST"), ("CUP-BLUE", "EAST")]):
        wanted(company, "3", sono=f"8{number}", item=item, loctid=location)
    wanted(company, "3", sono="90", item="MUG", loctid="")
    every = {item["Key"] for item in (await api.get("/inventory")).json()["Items"]}
    assert not every & {"FREIGHT|MAIN", "FREIGHT|EAST", "CUP-BLUE|EAST", "MUG|"}, "the list is that of what is kept"
    asked = {"itemCode": ["freight", "CUP-BLUE", "MUG"]}
    listed = await paged(api, asked | {"limit": 1})
    assert [one["Key"] for one in listed if one["Gone"]] == ["CUP-BLUE|EAST", "FREIGHT|EAST", "FREIGHT|MAIN"]
    assert len({one["Key"] for one in listed}) == len(listed)
    assert listed == await paged(api, asked)
    assert [one["Key"] for one in listed[-3:] if not one["Gone"]] == []
    freight = listed[-1]
    assert [Decimal(freight[n]) for n in ("OnHand", "Allocated", "OpenSales", "Available", "AvailableComputed")] == [
        0, 0, 3, 0, -3,
    ]  # fmt: skip
    assert freight["UpdatedAt"] is None
    assert [one["Key"] for one in await paged(api, asked | {"location": "east"}) if one["Gone"]] == [
        "CUP-BLUE|EAST",
        "FREIGHT|EAST",
    ]
    since = await paged(api, asked | {"updatedSince": "2020-01-01T00:00:00Z"})
    assert [one for one in since if one["Gone"]] == []


async def paged(api: httpx.AsyncClient, query: dict[str, Any]) -> list[dict[str, Any]]:
    """A list to its end."""
    found: list[dict[str, Any]] = []
    while True:
        page = (await api.get("/inventory", params=query)).json()
        found += page["Items"]
        if page["NextCursor"] is None:
            return found
        query = query | {"cursor": page["NextCursor"]}


async def test_lists_by_item_and_location(api: httpx.AsyncClient, company: Company) -> None:
    with company.write() as connection:
        east = {"item": "CUP-BLUE", "loctid": "EAST", "lonhand": Decimal(3), **company.stamp().added()}
        insert_all(connection, company.tables.iciloc, [east])
    listed = await api.get("/inventory", params={"itemCode": "cup-blue"})
    assert sorted(item["Location"] for item in listed.json()["Items"]) == ["EAST", "MAIN"]
    listed = await api.get("/inventory", params={"location": "east"})
    assert [item["Key"] for item in listed.json()["Items"]] == ["CUP-BLUE|EAST"]
    assert (await api.get("/inventory/FREIGHT")).json()["Items"] == []
    assert (await api.get("/inventory/NONE")).status_code == 404


@pytest.mark.parametrize(
    ("change", "left", "kind"),
    [
        ({"Quantity": "5"}, "15", "AR"),
        ({"Quantity": "-4.5"}, "5.5", "AI"),
        ({"Quantity": "-10"}, "0", "AI"),
        ({"CountedQuantity": "12"}, "12", "CR"),
        ({"CountedQuantity": "9"}, "9", "CI"),
        ({"Quantity": "-11", "AllowNegative": True}, "-1", "AI"),
    ],
)
async def test_an_adjustment_moves_everything_together(
    api: httpx.AsyncClient, settings: Settings, change: dict[str, Any], left: str, kind: str
) -> None:
    answer = await api.put(TEAPOT, json={**change, "Reason": "broken", "Reference": "RMA 7"})
    assert answer.status_code == 200, answer.text
    assert Decimal(answer.json()["OnHand"]) == Decimal(left)
    assert totals(settings) == (Decimal(left), Decimal(left), Decimal(left), Decimal(left) - 10)
    with sqlite3.connect(settings.home / "company01.db") as connection:
        movement = connection.execute("SELECT trim(ttranno), trantyp, ref, per, tcost, adduser FROM ictran").fetchone()
        counters = connection.execute(
            "SELECT int1 FROM sysdata WHERE sysid = 'IC01' UNION ALL SELECT int1 FROM icsysd"
        ).fetchall()
        note = connection.execute("SELECT trim(ttranno), reason, reference FROM tdstock").fetchone()
    assert (movement[0], movement[1], movement[2]) == ("1", kind, "RMA 7")
    assert (len(movement[3]), movement[4], movement[5]) == (6, "8.0000", "TNDM")
    assert counters == [(1,), (1,)]
    assert note == ("1", "broken", "RMA 7")


async def test_a_count_that_agrees_moves_nothing(api: httpx.AsyncClient, settings: Settings) -> None:
    assert (await api.put(TEAPOT, json={"CountedQuantity": "10"})).status_code == 200
    assert totals(settings) == (Decimal(10), Decimal(10), Decimal(10), Decimal(0))


async def test_nothing_falls_below_zero_unasked(api: httpx.AsyncClient, settings: Settings) -> None:
    answer = await api.put(TEAPOT, json={"Quantity": "-11"})
    assert (answer.status_code, answer.json()["code"]) == (409, "below-zero")
    assert answer.json()["existing"] == {"OnHand": "10.0000"}
    assert faults(await api.put(TEAPOT, json={"CountedQuantity": "-1"})) == {"CountedQuantity": "below-zero"}
    assert totals(settings) == (Decimal(10), Decimal(10), Decimal(10), Decimal(0))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {"Quantity": "one-of-two"}),
        ({"Quantity": "1", "CountedQuantity": "2"}, {"Quantity": "one-of-two"}),
        ({"Quantity": 0}, {"Quantity": "zero"}),
        ({"Quantity": "1.00001"}, {"Quantity": "too-many-decimals"}),
        ({"Quantity": "1", "Reference": "x" * 21}, {"Reference": "too-long"}),
        ({"Quantity": "1", "Reason": "x" * 81, "Why": "y"}, {"Reason": "too-long", "Why": "unknown-member"}),
    ],
)
async def test_faults_of_an_adjustment(
    api: httpx.AsyncClient, change: dict[str, Any], expected: dict[str, str]
) -> None:
    assert faults(await api.put(TEAPOT, json=change)) == expected


async def test_what_is_not_kept_there_cannot_be_adjusted(api: httpx.AsyncClient) -> None:
    assert (await api.put("/inventory/NONE/MAIN", json={"Quantity": "1"})).status_code == 404
    assert (await api.put("/inventory/TEAPOT-RED/EAST", json={"Quantity": "1"})).status_code == 404
    assert (await api.put("/inventory/FREIGHT/MAIN", json={"Quantity": "1"})).status_code == 404


async def test_an_item_without_stock_is_refused(api: httpx.AsyncClient, company: Company) -> None:
    with company.write() as connection:
        connection.exec_driver_sql("UPDATE icitem SET stkcode = 'N' WHERE item = 'TEAPOT-RED'")
    assert faults(await api.put(TEAPOT, json={"Quantity": "1"})) == {"ItemCode": "not-stocked"}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM iciqty", "no-bin"),
        ("UPDATE iciqty SET qserial = 'S1'", "serialised-item"),
        ("UPDATE iciqty SET qonhand = '1.0000'", "below-zero"),
    ],
)
async def test_bins_that_do_not_fit_are_left_to_a_person(
    api: httpx.AsyncClient, company: Company, settings: Settings, statement: str, code: str
) -> None:
    with company.write() as connection:
        connection.exec_driver_sql(statement)
    answer = await api.put(TEAPOT, json={"Quantity": "-2"})
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert totals(settings)[0] == totals(settings)[2] == Decimal(10)


@pytest.mark.parametrize("table", ["iciloc", "icitem"])
async def test_a_locked_row_is_left_alone(api: httpx.AsyncClient, company: Company, table: str) -> None:
    with company.write() as connection:
        connection.exec_driver_sql(f"UPDATE {table} SET lckstat = 'L'")
    assert (await api.put(TEAPOT, json={"Quantity": "1"})).status_code == 423


async def test_a_repeated_adjustment_moves_once(api: httpx.AsyncClient, settings: Settings) -> None:
    for _ in range(2):
        await api.put(TEAPOT, json={"Quantity": "5"}, headers={"Idempotency-Key": "once"})
    assert totals(settings)[0] == Decimal(15)


async def test_if_match_guards_an_adjustment(api: httpx.AsyncClient, app: FastAPI) -> None:
    stock(app.state.context.company, {"MUG": "1"})
    tag = (await api.get("/inventory/MUG")).json()["Items"][0]["ETag"]
    first = await api.put("/inventory/MUG/MAIN", json={"Quantity": "1"}, headers={"If-Match": f'"{tag}"'})
    second = await api.put("/inventory/MUG/MAIN", json={"Quantity": "1"}, headers={"If-Match": f'"{tag}"'})
    assert (first.status_code, second.status_code) == (200, 412)


def counted(key: str, item: str, quantity: str, **more: Any) -> dict[str, Any]:
    adjustment = {"CountedQuantity": quantity, "Reason": "counted", "Reference": "COUNT 12", **more}
    return {"IdempotencyKey": key, "ItemCode": item, "Location": "MAIN", "Adjustment": adjustment}


async def test_case_149_of_a_batch_only_what_cannot_be_adjusted_is_refused(
    api: httpx.AsyncClient, company: Company, settings: Settings
) -> None:
    before, moved = totals(settings)[:3], totals(settings)[3]
    items = [
        counted("c-1", "TEAPOT-RED", "7"),
        counted("c-2", "NO-SUCH-ITEM", "7"),
        counted("c-3", "TEAPOT-RED", "-3"),
        {**counted("c-4", "TEAPOT-RED", "1"), "Adjustment": {"Quantity": "-50"}},
        {**counted("c-5", "TEAPOT-RED", "1"), "Location": 5},
        "no adjustment at all",
        {**counted("c-6", "TEAPOT-RED", "1"), "Adjustment": {"Quantity": "2", "Reason": "found", "Reference": "F 1"}},
    ]
    answer = await api.post("/inventory/batch", json={"Items": items})
    assert answer.status_code == 200, answer.text
    results = answer.json()["Results"]
    assert [result["Status"] for result in results] == [200, 404, 422, 409, 422, 422, 200]
    assert [result["Index"] for result in results] == list(range(7))
    assert (results[0]["ItemCode"], results[0]["Location"]) == ("TEAPOT-RED", "MAIN")
    on_hand = totals(settings)
    assert on_hand[:3] == (9, 9, 9)
    assert on_hand[3] - moved == 9 - before[0], "the movements say what the totals do"
    again = (await api.post("/inventory/batch", json={"Items": items[:1]})).json()["Results"]
    assert (again[0]["Status"], again[0]["Replayed"], totals(settings)) == (200, True, on_hand)


async def test_a_batch_of_adjustments_has_limits(api: httpx.AsyncClient) -> None:
    for items in ([], [counted(f"c-{n}", "TEAPOT-RED", "1") for n in range(501)], "none"):
        assert (await api.post("/inventory/batch", json={"Items": items})).status_code == 422
