from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import httpx

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import insert_all

MONDAY = date(2026, 3, 2)


def shipped(company: Company, *rows: Mapping[str, Any], table: str = "soship") -> None:
    """What the warehouse leaves in Sage Pro."""
    blank = {
        "sono": "1001",
        "shipno": "S-1",
        "tranlineno": 1,
        "custno": "SMITH01",
        "item": "TEAPOT-RED",
        "loctid": "MAIN",
        "qtyship": Decimal(1),
        "shipdate": MONDAY,
        "shipvia": "UPS",
        "trackno": "1Z999",
        "shpstat": "",
        "adduser": "JOE",
        "adddate": MONDAY,
        "addtime": "10:00:00",
        "lckdate": None,
        "lcktime": "",
    }
    with company.write() as connection:
        insert_all(connection, getattr(company.tables, table), [{**blank, **row} for row in rows])


async def test_a_shipment_with_its_lines_and_the_shops_own_references(api: httpx.AsyncClient, company: Company) -> None:
    with company.write() as connection:
        insert_all(connection, company.tables.tdorder, [{"sono": "1001", "extid": "w-1"}])
        insert_all(connection, company.tables.tdline, [{"sono": "1001", "tranlineno": 2, "lineref": "l-2"}])
    shipped(company, {"tranlineno": 2, "item": "CUP-BLUE", "qtyship": Decimal("2.5")}, {"tranlineno": 1})
    answer = await api.get("/shipments/S-1")
    made = answer.json()
    assert answer.headers["etag"] == f'"{made.pop("ETag")}"'
    assert made == {
        "ShipmentNo": "S-1",
        "SalesOrderNo": "1001",
        "ExternalOrderId": "w-1",
        "CustomerNo": "SMITH01",
        "ShipDate": "2026-03-02",
        "ShipVia": "UPS",
        "TrackingNo": "1Z999",
        "Location": "MAIN",
        "Voided": False,
        "UpdatedAt": "2026-03-02T16:00:00Z",
        "Lines": [
            {"LineNo": 1, "LineReference": None, "ItemCode": "TEAPOT-RED", "Quantity": "1.0000"},
            {"LineNo": 2, "LineReference": "l-2", "ItemCode": "CUP-BLUE", "Quantity": "2.5000"},
        ],
    }


async def test_filters_and_an_unknown_number(api: httpx.AsyncClient, company: Company) -> None:
    shipped(company, {"shipno": "S-1"}, {"shipno": "S-2"}, {"shipno": "S-3", "sono": "1002"})
    by_order = await api.get("/shipments", params={"salesOrderNo": "1001"})
    assert [item["ShipmentNo"] for item in by_order.json()["Items"]] == ["S-1", "S-2"]
    by_number = await api.get("/shipments", params={"shipmentNo": ["S-3", "S-1", "S-9"]})
    assert [item["ShipmentNo"] for item in by_number.json()["Items"]] == ["S-1", "S-3"]
    assert (await api.get("/shipments/S-9")).status_code == 404


async def test_a_void_is_a_change_that_a_poll_sees(api: httpx.AsyncClient, company: Company) -> None:
    void = {"shpstat": "V", "lckdate": MONDAY, "lcktime": "12:30:00"}
    shipped(company, {"shipno": "S-1", **void}, {"shipno": "S-2"}, {"shipno": "S-2", "tranlineno": 2, **void})
    later = (await api.get("/shipments", params={"updatedSince": "2026-03-02T18:00:00Z"})).json()["Items"]
    assert [(item["ShipmentNo"], item["Voided"], item["UpdatedAt"]) for item in later] == [
        ("S-1", True, "2026-03-02T18:30:00Z"),
        ("S-2", False, "2026-03-02T18:30:00Z"),
    ]
    assert len(later[1]["Lines"]) == 2


async def test_history_is_read_too_and_a_row_in_both_counts_once(api: httpx.AsyncClient, company: Company) -> None:
    shipped(company, {"shipno": "OLD"}, {"shipno": "BOTH", "qtyship": Decimal(9)}, table="soyshp")
    shipped(company, {"shipno": "BOTH", "qtyship": Decimal(3)})
    assert (await api.get("/shipments/OLD")).status_code == 200
    listed = (await api.get("/shipments")).json()["Items"]
    assert [(item["ShipmentNo"], item["Lines"][0]["Quantity"]) for item in listed] == [
        ("BOTH", "3.0000"),
        ("OLD", "1.0000"),
    ]


async def test_one_number_on_two_orders_is_two_shipments(api: httpx.AsyncClient, company: Company) -> None:
    shipped(company, {"sono": "1001"}, {"sono": "1002"})
    listed = (await api.get("/shipments")).json()["Items"]
    assert [item["SalesOrderNo"] for item in listed] == ["1001", "1002"]


async def test_nothing_can_be_written(api: httpx.AsyncClient) -> None:
    answer = await api.post("/shipments", json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
