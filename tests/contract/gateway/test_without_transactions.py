"""Row 39 over HTTP: a company whose tables know no transactions, and a gateway killed in the middle of an order."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event

from tandem.errors import CompanyError
from tandem.gateway.app import create_app
from tandem.gateway.company.company import Company
from tandem.settings import Settings

from .conftest import client_of, settings_of
from .test_periods import order


class Killed(BaseException):
    """The process is gone."""


def loose(settings: Settings) -> Settings:
    return settings_of(settings.home, sagepro_transactions=False)


async def with_customer(settings: Settings) -> None:
    app = create_app(settings)
    async with client_of(app) as api:
        await api.post("/customers", json={"Company": "Smith"})
    app.state.context.company.close()


def killed_in_the_middle(app: FastAPI) -> None:
    """The gateway dies before the one line of the order is written; its lock falls with it."""
    context = app.state.context

    def kill(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO sotran"):
            raise Killed

    event.listen(context.company.engine, "before_cursor_execute", kill)
    from tandem.gateway.models import SalesOrderIn

    with pytest.raises(Killed):
        context.orders.create_many([SalesOrderIn.model_validate(order("2026-01-15"))])
    context.company.close()


async def test_case_039_a_new_gateway_completes_what_the_last_one_was_killed_in(settings: Settings) -> None:
    await with_customer(settings)
    killed_in_the_middle(create_app(loose(settings)))
    checked = Company.open(settings)
    with checked.read() as connection:
        rows = connection.exec_driver_sql("SELECT sostat, release, ordamt FROM somast").fetchall()
    checked.close()
    assert [tuple(row) for row in rows] == [("V", "N", "0.00")], "nobody at Sage Pro takes this for an order"
    app = create_app(loose(settings))
    async with client_of(app) as api:
        (found,) = (await api.get("/orders", params={"externalOrderId": "W-1"})).json()["Items"]
        again = await api.post("/orders", json=order("2026-01-15"))
    app.state.context.company.close()
    assert (found["Status"], found["Release"], len(found["LineItems"])) == ("open", True, 1)
    assert again.status_code == 409
    assert again.json()["existing"] == {"SalesOrderNo": found["SalesOrderNo"]}


async def test_orders_are_entered_each_once_and_other_writes_are_left_to_people(settings: Settings) -> None:
    await with_customer(settings)
    app = create_app(loose(settings))
    async with client_of(app) as api:
        key = {"Idempotency-Key": "once"}
        made = await api.post("/orders", json=order("2026-01-15"), headers=key)
        assert made.status_code == 201, made.text
        again = await api.post("/orders", json=order("2026-01-15"), headers=key)
        assert (again.json(), again.headers["idempotency-replayed"]) == (made.json(), "true")
        change = await api.put(f"/orders/{made.json()['SalesOrderNo']}", json=order("2026-01-16"))
        customer = await api.post("/customers", json={"Company": "Jones"})
    app.state.context.company.close()
    for answer in (change, customer):
        assert (answer.status_code, answer.json()["code"]) == (409, "no-transactions")


def test_a_second_gateway_on_such_a_company_does_not_start(settings: Settings) -> None:
    first = create_app(loose(settings))
    with pytest.raises(CompanyError, match="takes one gateway at a time"):
        create_app(loose(settings))
    first.state.context.company.close()
    create_app(loose(settings)).state.context.company.close()
