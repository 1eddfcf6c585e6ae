"""Which answer means what, for reads and for writes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tandem.connectors.http import CONNECTIONS, Http, together
from tandem.connectors.pauses import pause_of
from tandem.connectors.tokens import Bearer
from tandem.errors import (
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    SettingsError,
    Unauthorized,
    Unavailable,
)

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
KEY = "s3cret-key-of-the-gateway"


def client(handler: Any) -> Http:
    return Http("Gateway", "http://gateway.test", Bearer(KEY), transport=httpx.MockTransport(handler))


def raising(kind: type[httpx.RequestError]) -> Any:
    def handler(request: httpx.Request) -> httpx.Response:
        raise kind(f"to {request.url} with {request.headers['Authorization']}", request=request)

    return handler


async def error_of(call: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await call
    return caught.value


async def read(handler: Any) -> ConnectorError:
    async with client(handler) as http:
        return await error_of(http.get("/customers", [("email", "ann@x.com")], label="customers"))


async def write(handler: Any) -> ConnectorError:
    async with client(handler) as http:
        return await error_of(http.send("POST", "/orders", {"Email": "ann@x.com"}, label="orders", key="k1"))


@pytest.mark.parametrize(
    "kind", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.DecodingError]
)
async def test_a_read_without_an_answer_changed_nothing(kind: type[httpx.RequestError]) -> None:
    assert type(await read(raising(kind))) is Unavailable


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_a_write_that_never_left_changed_nothing(kind: type[httpx.RequestError]) -> None:
    assert type(await write(raising(kind))) is Unavailable


@pytest.mark.parametrize(
    "kind",
    [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError],
)
async def test_case_041_a_write_without_an_answer_in_time_is_unknown_and_not_failed(
    kind: type[httpx.RequestError],
) -> None:
    assert type(await write(raising(kind))) is OutcomeUnknown


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_server_fault_is_unknown_after_a_write_and_harmless_after_a_read(status: int) -> None:
    assert type(await write(lambda _: httpx.Response(status))) is OutcomeUnknown
    assert type(await read(lambda _: httpx.Response(status))) is Unavailable


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "30"}, 30.0),
        ({"Retry-After": "3600"}, 3600.0),
        ({"Retry-After": "Mon, 02 Mar 2026 10:05:00 GMT", "Date": "Mon, 02 Mar 2026 10:04:15 GMT"}, 45.0),
        ({}, None),
    ],
)
async def test_case_029_a_pause_is_asked_for_in_three_forms(
    status: int, headers: dict[str, str], pause: float | None
) -> None:
    for call in (read, write):
        error = await call(lambda _: httpx.Response(status, headers=headers))
        assert isinstance(error, RateLimited)
        assert error.retry_after == pause


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("Mon, 02 Mar 2026 10:02:00 GMT", 120.0),
        ("Mon, 02 Mar 2026 09:00:00 GMT", 0.0),
        ("Mon, 02 Mar 2026 10:02:00 -0000", 120.0),
        ("9" * 400, 86400.0),
        ("Fri, 02 Mar 2096 10:02:00 GMT", 86400.0),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("", None),
    ],
)
def test_a_pause_without_the_senders_clock_is_counted_from_ours(value: str, pause: float | None) -> None:
    assert pause_of({"retry-after": value, "date": "no date"}, NOW) == pause


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_credentials_are_told_apart(status: int) -> None:
    assert type(await write(lambda _: httpx.Response(status))) is Unauthorized


@pytest.mark.parametrize("status", [301, 400, 409, 422])
async def test_a_no_carries_its_problem_document(status: int) -> None:
    problem = {"code": "unknown-item", "errors": [{"field": "LineItems[0].ItemCode"}]}
    error = await write(lambda _: httpx.Response(status, json=problem))
    assert type(error) is Refused
    assert (error.status, error.problem) == (status, problem)
    assert "unknown-item" in str(error)


async def test_a_page_of_a_proxy_is_no_problem_document() -> None:
    error = await write(lambda _: httpx.Response(400, text="<html>Bad"))
    assert isinstance(error, Refused)
    assert error.problem == {}


async def test_an_answer_that_is_no_json() -> None:
    assert type(await read(lambda _: httpx.Response(200, text="<html>"))) is Unavailable
    assert type(await write(lambda _: httpx.Response(201, text="<html>"))) is OutcomeUnknown


async def test_a_missing_record_is_an_answer() -> None:
    async with client(lambda _: httpx.Response(404, json={"code": "not-found"})) as http:
        assert (await http.get("/orders/1", label="orders")).status == 404


async def test_numbers_stay_exact_both_ways() -> None:
    seen: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return httpx.Response(200, content=b'{"price": 0.10}')

    async with client(handler) as http:
        answer = await http.send("PUT", "/orders/1", {"Price": Decimal("2.50")}, label="orders")
    assert seen == [b'{"Price":2.50}']
    assert str(answer.body["price"]) == "0.10"


@pytest.mark.parametrize("call", [read, write])
@pytest.mark.parametrize(
    "handler", [raising(httpx.ReadTimeout), raising(httpx.ConnectError), lambda _: httpx.Response(422)]
)
async def test_no_message_holds_a_key_an_address_or_a_query(call: Any, handler: Any) -> None:
    error = await call(handler)
    for secret in (KEY, "ann@x.com", "email"):
        assert secret not in str(error)
        assert secret not in repr(error)
    assert error.__cause__ is None


@pytest.mark.parametrize("address", ["gateway.test", "ftp://gateway.test", "http://", "http://x:port"])
def test_an_address_that_is_none_is_a_settings_error(address: str) -> None:
    with pytest.raises(SettingsError, match="http://"):
        Http("Gateway", address, Bearer(KEY))


def test_a_key_that_no_header_can_carry_is_a_settings_error_that_does_not_show_it() -> None:
    with pytest.raises(SettingsError) as caught:
        Bearer("k\u00e9y\n")
    assert "k\u00e9y" not in str(caught.value)


async def test_calls_run_together_but_never_more_than_there_are_connections() -> None:
    running, most = 0, 0

    async def call(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return number * 2

    assert await together(call, range(20)) == [2 * n for n in range(20)]
    assert most == CONNECTIONS


async def test_the_first_failure_ends_all_calls() -> None:
    ended: list[int] = []

    async def call(number: int) -> None:
        if number == 0:
            raise Unavailable("gone")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)

    with pytest.raises(Unavailable):
        await together(call, [1, 2, 0])
    assert sorted(ended) == [1, 2]
