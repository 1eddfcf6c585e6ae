"""Row 50: orders dated in a fiscal period that the bookkeeper has closed."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import delete

from tandem.gateway.app import create_app
from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import insert_all
from tandem.settings import Settings

from .conftest import client_of, settings_of

CALENDAR = (("01", date(2026, 1, 1), date(2026, 1, 31), "Y"), ("02", date(2026, 2, 1), date(2026, 2, 28), "Y"))
MARCH = ("03", date(2026, 3, 1), date(2026, 3, 31), "N")
MARK = "[order date 2026-01-15, posted on the first open day]"


def order(day: str, **more: Any) -> dict[str, Any]:
    line = {"LineReference": "1", "ItemCode": "TEAPOT-RED", "Quantity": 1, "UnitPrice": 19.90, "ExtendedPrice": 19.90}
    return {
        "ExternalOrderId": "W-1",
        "CustomerNo": "SMITH01",
        "OrderDate": day,
        "ShipToAddress": {"Company": "Smith"},
        "LineItems": [line],
        "TaxAmount": 0,
        "TotalAmount": 19.90,
        **more,
    }


@asynccontextmanager
async def gateway(
    settings: Settings, policy: str, *periods: tuple[str, date, date, str]
) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway under a policy, over a company with this calendar."""
    app = create_app(settings_of(settings.home, sagepro_closed_period=policy))
    company: Company = app.state.context.company
    rows = [
        {"compid": "01", "fisyr": "2026", "period": name, "begdate": first, "enddate": last, "closed": closed}
        for name, first, last, closed in periods
    ]
    with company.write() as connection:
        connection.execute(delete(company.tables.sycdfis))
        insert_all(connection, company.tables.sycdfis, rows)
    try:
        async with client_of(app) as api:
            await api.post("/customers", json={"Company": "Smith", "ExternalCustomerId": "c-1"})
            yield api
    finally:
        company.close()


async def test_case_050_an_order_of_a_closed_period_is_refused_with_date_and_period(settings: Settings) -> None:
    async with gateway(settings, "hold", *CALENDAR, MARCH) as api:
        answer = await api.post("/orders", json=order("2026-01-15"))
        assert answer.status_code == 409, answer.text
        problem = answer.json()
        assert problem["code"] == "period-closed"
        (fault,) = problem["errors"]
        assert (fault["field"], fault["column"], fault["value"]) == ("OrderDate", "sycdfis.closed", "2026-01-15")
        assert "fiscal period 2026-01 (2026-01-01 to 2026-01-31), which is closed" in fault["message"]
        assert (await api.get("/orders", params={"externalOrderId": "W-1"})).json()["Items"] == []
        last_day = await api.post("/orders", json=order("2026-02-28"))
        first_day = await api.post("/orders", json=order("2026-03-01"))
    assert (last_day.status_code, first_day.status_code) == (409, 201)
    assert first_day.json()["OrderDate"] == "2026-03-01"


async def test_case_050_or_it_is_posted_on_the_first_open_day_with_its_own_date_in_the_notes(
    settings: Settings,
) -> None:
    async with gateway(settings, "first-open-day", *CALENDAR, MARCH) as api:
        made = await api.post("/orders", json=order("2026-01-15", Notes="leave at the door"))
        assert made.status_code == 201, made.text
        assert (made.json()["OrderDate"], made.json()["Notes"]) == ("2026-03-01", f"leave at the door\n{MARK}")
        number = made.json()["SalesOrderNo"]
        again = await api.put(f"/orders/{number}", json=order("2026-01-15", Notes="leave at the door"))
        assert (again.status_code, again.json()["ETag"]) == (200, made.json()["ETag"]), "the same state changes nothing"
        changed = await api.put(f"/orders/{number}", json=order("2026-01-15", Notes="ring twice"))
    assert (changed.json()["OrderDate"], changed.json()["Notes"]) == ("2026-03-01", f"ring twice\n{MARK}")


async def test_case_050_an_order_that_was_moved_once_stays_when_further_periods_are_closed(settings: Settings) -> None:
    april = ("04", date(2026, 4, 1), date(2026, 4, 30), "N")
    async with gateway(settings, "first-open-day", *CALENDAR, MARCH, april) as api:
        made = (await api.post("/orders", json=order("2026-01-15"))).json()
        with closing(sqlite3.connect(settings.home / "company01.db")) as bookkeeper:
            bookkeeper.execute("UPDATE sycdfis SET closed = 'Y' WHERE period = '03'")
            bookkeeper.commit()
        again = await api.put(f"/orders/{made['SalesOrderNo']}", json=order("2026-01-15"))
    assert (again.status_code, again.json()["OrderDate"], again.json()["ETag"]) == (200, "2026-03-01", made["ETag"])


@pytest.mark.parametrize(
    ("policy", "periods", "why"),
    [
        ("hold", (*CALENDAR, MARCH), "open it in Sage Pro"),
        ("first-open-day", CALENDAR, "no later period is open"),
    ],
)
async def test_case_050_a_change_never_moves_an_order_into_or_out_of_a_closed_period_in_silence(
    settings: Settings, policy: str, periods: tuple[tuple[str, date, date, str], ...], why: str
) -> None:
    async with gateway(settings, policy, *periods) as api:
        made = await api.post("/orders", json=order("2026-04-02"))
        number = made.json()["SalesOrderNo"]
        answer = await api.put(f"/orders/{number}", json=order("2026-01-15"))
        assert (answer.status_code, answer.json()["code"]) == (409, "period-closed")
        assert why in answer.json()["errors"][0]["message"]
        assert (await api.get(f"/orders/{number}")).json()["OrderDate"] == "2026-04-02"


async def test_a_period_closed_after_the_order_was_entered_does_not_stop_its_other_changes(settings: Settings) -> None:
    async with gateway(settings, "hold") as api:
        made = await api.post("/orders", json=order("2026-01-15"))
        assert made.status_code == 201, "a company without a calendar has no closed periods"
    async with gateway(settings, "hold", *CALENDAR) as api:
        changed = await api.put(f"/orders/{made.json()['SalesOrderNo']}", json=order("2026-01-15", Notes="ring twice"))
    assert (changed.status_code, changed.json()["OrderDate"]) == (200, "2026-01-15")


async def test_other_faults_are_told_along_with_the_closed_period(settings: Settings) -> None:
    async with gateway(settings, "hold", *CALENDAR) as api:
        answer = await api.post("/orders", json=order("2026-01-15", CustomerNo="NOBODY"))
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == ["CustomerNo", "OrderDate"]


async def test_a_calendar_whose_columns_are_called_otherwise_stops_nothing(settings: Settings) -> None:
    with closing(sqlite3.connect(settings.home / "company01.db")) as connection:
        connection.execute("DROP TABLE sycdfis")
        connection.execute("CREATE TABLE sycdfis (year VARCHAR(4), per1beg DATE_TEXT)")
        connection.commit()
    app = create_app(settings)
    async with client_of(app) as api:
        await api.post("/customers", json={"Company": "Smith"})
        assert (await api.post("/orders", json=order("2026-01-15"))).status_code == 201
    app.state.context.company.close()


async def test_case_050_where_no_column_could_keep_the_own_date_the_order_is_not_moved(settings: Settings) -> None:
    with closing(sqlite3.connect(settings.home / "company01.db")) as connection:
        connection.execute("ALTER TABLE somast DROP COLUMN notes")
        connection.commit()
    async with gateway(settings, "first-open-day", *CALENDAR, MARCH) as api:
        answer = await api.post("/orders", json=order("2026-01-15"))
    assert answer.status_code == 409
    assert "no somast.notes that could keep" in answer.json()["errors"][0]["message"]
