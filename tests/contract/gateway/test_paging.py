"""Lists by (stamp, key): nothing lost, nothing doubled, whatever shares a stamp and whatever the clocks do."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import insert_all

DAY = date(2026, 3, 2)


def fill(company: Company, stamps: dict[str, str]) -> None:
    rows = [
        {"custno": custno, "company": custno, "adddate": DAY, "addtime": clock, "lckdate": None, "lcktime": ""}
        for custno, clock in stamps.items()
    ]
    with company.write() as connection:
        connection.exec_driver_sql("DELETE FROM arcust")
        insert_all(connection, company.tables.arcust, rows)


async def walk(api: httpx.AsyncClient, path: str, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = (await api.get(path, params={**params, **({"cursor": cursor} if cursor else {})})).json()
        found += page["Items"]
        cursor = page["NextCursor"]
        if cursor is None:
            return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    clocks=st.lists(st.sampled_from(["10:00:00", "10:00:01", "23:59:59", ""]), min_size=1, max_size=12),
    limit=st.integers(1, 5),
)
async def test_pages_hold_every_record_once_in_order(
    api: httpx.AsyncClient, company: Company, clocks: list[str], limit: int
) -> None:
    stamps = {f"C{number:02}": clock for number, clock in enumerate(clocks)}
    fill(company, stamps)
    walked = [item["CustomerNo"] for item in await walk(api, "/customers", limit=limit)]
    assert walked == sorted(stamps, key=lambda custno: (stamps[custno], custno))


@pytest.mark.parametrize("path", ["/products", "/inventory"])
async def test_other_lists_page_alike(api: httpx.AsyncClient, path: str) -> None:
    whole = await walk(api, path, limit=500)
    assert len(whole) > 2
    for limit in (1, 2, len(whole)):
        assert await walk(api, path, limit=limit) == whole


async def test_shipments_of_one_stamp_page_alike(api: httpx.AsyncClient, company: Company) -> None:
    keys = [("S-1", "1001"), ("S-1", "999"), ("S-2", "1001"), ("S-3", "1001")]
    rows = [
        {"shipno": shipno, "sono": sono, "tranlineno": line, "adddate": DAY, "addtime": "10:00:00"}
        for shipno, sono in keys
        for line in (1, 2)
    ]
    with company.write() as connection:
        insert_all(connection, company.tables.soship, rows)
    for limit in (1, 2, 3):
        found = await walk(api, "/shipments", limit=limit)
        assert sorted((item["ShipmentNo"], item["SalesOrderNo"]) for item in found) == sorted(keys)
        assert all(len(item["Lines"]) == 2 for item in found)


async def test_a_record_changed_between_two_pages_is_still_seen(api: httpx.AsyncClient, company: Company) -> None:
    fill(company, {"A": "10:00:00", "B": "10:00:00", "C": "10:00:00"})
    first = (await api.get("/customers", params={"limit": 2})).json()
    with company.write() as connection:
        connection.exec_driver_sql("UPDATE arcust SET lckdate = '2026-03-02', lcktime = '11:00:00' WHERE custno = 'A'")
    rest = await api.get("/customers", params={"limit": 2, "cursor": first["NextCursor"]})
    assert [item["CustomerNo"] for item in first["Items"] + rest.json()["Items"]] == ["A", "B", "C", "A"]


async def test_a_cursor_serves_its_own_query_only(api: httpx.AsyncClient, company: Company) -> None:
    fill(company, {"A": "10:00:00", "B": "10:00:00"})
    cursor = (await api.get("/customers", params={"limit": 1})).json()["NextCursor"]
    assert (await api.get("/customers", params={"limit": 5, "cursor": cursor})).status_code == 200
    for params in ({"email": "a@b"}, {"updatedSince": "2026-03-02T00:00:00Z"}):
        answer = await api.get("/customers", params={**params, "cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-cursor")
    assert (await api.get("/products", params={"cursor": cursor})).status_code == 422


async def test_updated_since_is_read_in_the_companys_own_time(api: httpx.AsyncClient, company: Company) -> None:
    fill(company, {"EARLY": "09:59:59", "LATE": "10:00:00"})  # Chicago, six hours behind
    found = await api.get("/customers", params={"updatedSince": "2026-03-02T16:00:00Z"})
    assert [item["CustomerNo"] for item in found.json()["Items"]] == ["LATE"]
    assert found.json()["Items"][0]["UpdatedAt"] == "2026-03-02T16:00:00Z"
    same = await api.get("/customers", params={"updatedSince": "2026-03-02T17:00:00+01:00"})
    assert same.json() == found.json()


async def test_the_hour_that_the_clock_shows_twice_loses_nothing(app: FastAPI, api: httpx.AsyncClient) -> None:
    company: Company = app.state.context.company
    row = {"company": "x", "adddate": date(2026, 11, 1), "addtime": "01:10:00", "lckdate": None, "lcktime": ""}
    with company.write() as connection:
        insert_all(connection, company.tables.arcust, [{"custno": "AGAIN", **row}])
    # Read at 01:50 for the first time (06:50 UTC); the row was stamped 01:10 for the second time (07:10 UTC).
    found = await api.get("/customers", params={"updatedSince": "2026-11-01T06:50:00Z"})
    assert [item["CustomerNo"] for item in found.json()["Items"]] == ["AGAIN"]
