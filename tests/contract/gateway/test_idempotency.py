from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine
from fastapi import FastAPI

from tandem.gateway.api import idempotency
from tandem.gateway.app import create_app
from tandem.settings import Settings

from .conftest import client_of
from .test_periods import order

SMITH = {"Company": "Smith", "ExternalCustomerId": "c-1"}
KEY = {"Idempotency-Key": "k-1"}


def rows(settings: Settings, table: str) -> int:
    with sqlite3.connect(settings.home / "company01.db") as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/customers"),
        ("PUT", "/customers/A"),
        ("POST", "/customers/A/external-ids"),
        ("POST", "/orders"),
        ("PUT", "/orders/1001"),
        ("PUT", "/products/A"),
        ("PUT", "/inventory/A/MAIN"),
    ],
)
async def test_a_write_without_a_key_is_400(app: FastAPI, method: str, path: str) -> None:
    async with client_of(app) as api:
        answer = await httpx.AsyncClient.request(api, method, path, json={})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


@pytest.mark.parametrize("key", ["", " ", "a b", "é".encode(), "x" * 256])
async def test_a_malformed_key_is_400(api: httpx.AsyncClient, key: str | bytes) -> None:
    answer = await api.post("/customers", json=SMITH, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-invalid")


async def test_the_same_request_again_gets_the_first_answer(api: httpx.AsyncClient, settings: Settings) -> None:
    first = await api.post("/customers", json=SMITH, headers=KEY)
    await api.put("/customers/SMITH01", json={"Company": "Smith", "Phone": "changed since"})
    again = await api.post("/customers", json=SMITH, headers=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert rows(settings, "arcust") == 1


async def test_member_order_and_blanks_do_not_make_another_request(api: httpx.AsyncClient) -> None:
    headers = {**KEY, "Content-Type": "application/json"}
    await api.post("/customers", content=b'{"Company":"Smith","Phone":"1"}', headers=headers)
    again = await api.post("/customers", content=b'{ "Phone": "1", "Company": "Smith" }', headers=headers)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")


async def test_a_quoted_key_is_the_same_key(api: httpx.AsyncClient) -> None:
    await api.post("/customers", json=SMITH, headers=KEY)
    again = await api.post("/customers", json=SMITH, headers={"Idempotency-Key": '"k-1"'})
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/customers", {"Company": "Smyth"}),
        ("PUT", "/customers/SMITH01", SMITH),
        ("PUT", "/products/FREIGHT", {"Description": "x"}),
    ],
)
async def test_a_key_for_another_request_is_422(
    api: httpx.AsyncClient, method: str, path: str, body: dict[str, str]
) -> None:
    await api.post("/customers", json=SMITH, headers=KEY)
    answer = await api.request(method, path, json=body, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reuse")


async def test_a_refused_request_leaves_its_key_free(api: httpx.AsyncClient, settings: Settings) -> None:
    wide = await api.post("/customers", json={"Company": "x" * 99}, headers=KEY)
    taken = await api.post("/customers", json={**SMITH, "CustomerNo": "MUCH-TOO-WIDE"}, headers=KEY)
    assert (wide.status_code, taken.status_code, rows(settings, "tdidem")) == (422, 422, 0)
    assert (await api.post("/customers", json=SMITH, headers=KEY)).status_code == 201


async def test_the_same_key_at_the_same_moment_is_409_or_the_same_answer(
    api: httpx.AsyncClient, settings: Settings
) -> None:
    answers = await asyncio.gather(*(api.post("/customers", json=SMITH, headers=KEY) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert any(answer.status_code == 201 for answer in answers)
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency-in-progress"}
    assert rows(settings, "arcust") == 1


async def test_a_key_under_way_is_409_until_its_request_ends(app: FastAPI, api: httpx.AsyncClient) -> None:
    running = app.state.context.running
    with running.hold("k-1"):
        answer = await api.post("/customers", json=SMITH, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-in-progress")
    assert answer.headers["retry-after"] == "1"
    assert (await api.post("/customers", json=SMITH, headers=KEY)).status_code == 201


async def test_a_request_that_broke_off_leaves_nothing_that_blocks(
    app: FastAPI, api: httpx.AsyncClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr("tandem.gateway.api.idempotency.Keys.keep", crash)
        assert (await api.post("/customers", json=SMITH, headers=KEY)).status_code == 500
    assert (rows(settings, "arcust"), rows(settings, "tdcust"), rows(settings, "tdidem")) == (0, 0, 0)
    other = create_app(settings)
    async with client_of(other) as restarted:
        assert (await restarted.post("/customers", json=SMITH, headers=KEY)).status_code == 201
    other.state.context.company.close()


async def test_a_gateway_that_was_restarted_gives_the_first_answer_again(
    app: FastAPI, api: httpx.AsyncClient, settings: Settings
) -> None:
    await api.post("/customers", json=SMITH)
    item = {"IdempotencyKey": "k-item", "Order": order("2026-03-02")}
    first = await api.post("/orders", json=order("2026-03-02", ExternalOrderId="W-0"), headers=KEY)
    batch = await api.post("/orders/batch", json={"Items": [item]})
    app.state.context.company.close()
    restarted = create_app(settings)
    async with client_of(restarted) as later:
        again = await later.post("/orders", json=order("2026-03-02", ExternalOrderId="W-0"), headers=KEY)
        (replayed,) = (await later.post("/orders/batch", json={"Items": [item]})).json()["Results"]
    restarted.state.context.company.close()
    assert (again.status_code, again.content, again.headers["idempotency-replayed"]) == (201, first.content, "true")
    assert replayed == {**batch.json()["Results"][0], "Replayed": True}
    assert rows(settings, "somast") == 2


async def test_two_gateways_on_one_company_answer_alike(
    app: FastAPI, api: httpx.AsyncClient, settings: Settings
) -> None:
    other = create_app(settings)
    async with client_of(other) as second:
        answers = await asyncio.gather(
            api.post("/customers", json=SMITH, headers=KEY), second.post("/customers", json=SMITH, headers=KEY)
        )
    other.state.context.company.close()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert rows(settings, "arcust") == 1


async def test_a_key_is_kept_for_seven_days_and_then_forgotten(app: FastAPI, api: httpx.AsyncClient) -> None:
    context = app.state.context
    start = datetime(2026, 3, 2, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        await api.post("/customers", json={"Company": "Smith"}, headers=KEY)
        clock.move_to(start + idempotency.KEPT)
        kept = await api.post("/customers", json={"Company": "Smith"}, headers=KEY)
        clock.move_to(start + idempotency.KEPT + timedelta(seconds=1))
        new = await api.post("/customers", json={"Company": "Smith"}, headers=KEY)
        with context.company.write() as connection:
            assert context.keys.sweep(connection) == 0
        clock.move_to(start + 3 * idempotency.KEPT)
        with context.company.write() as connection:
            assert context.keys.sweep(connection) == 1
    assert (kept.json()["CustomerNo"], kept.headers["idempotency-replayed"]) == ("SMITH01", "true")
    assert new.json()["CustomerNo"] == "SMITH02"


async def test_old_keys_are_swept_out_by_later_writes(api: httpx.AsyncClient, settings: Settings) -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        for number in range(5):
            await api.post("/customers", json={"Company": "Smith"}, headers={"Idempotency-Key": f"old-{number}"})
        clock.move_to(start + 2 * idempotency.KEPT)
        await api.post("/customers", json={"Company": "Smith"})
    assert rows(settings, "tdidem") == 1
