"""What the stand-in does to HTTP calls when it is told to break."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from .conftest import AUTHORISED, Client, Served

ORDER = {"email": "ann@example.com", "lines": [{"sku": "MUG", "name": "Mug", "unitPrice": "4.50"}]}


@pytest.mark.parametrize(
    ("fault", "header"), [({}, None), ({"retryAfter": 30}, "30"), ({"retryAfter": 3600, "status": 503}, "3600")]
)
async def test_a_refusal_asks_for_a_pause_or_does_not(client: Client, fault, header) -> None:
    await client.faults(requests=[{"status": 429, "times": 1} | fault])
    answer = await client.http.get("/api/v1/orders")
    assert answer.status_code == fault.get("status", 429)
    assert answer.headers.get("retry-after") == header
    assert answer.json()["code"] == ("rate-limited" if answer.status_code == 429 else "unavailable")
    assert (await client.http.get("/api/v1/orders")).status_code == 200


async def test_a_refusal_with_an_http_date(client: Client) -> None:
    await client.faults(requests=[{"status": 429, "retryAfter": 30, "asDate": True}])
    answer = await client.http.get("/api/v1/orders")
    until = parsedate_to_datetime(answer.headers["retry-after"])
    assert timedelta(seconds=27) < until - datetime.now(UTC) <= timedelta(seconds=30)


async def test_a_burst_of_500_in_the_middle_of_a_list(client: Client) -> None:
    await client.faults(requests=[{"status": 500, "method": "GET", "path": "/orders", "skip": 2, "times": 3}])
    seen = [(await client.http.get("/api/v1/orders")).status_code for _ in range(7)]
    assert seen == [200, 200, 500, 500, 500, 200, 200]
    assert (await client.http.get("/api/v1/customers")).status_code == 200


async def test_a_chance_of_failure_is_the_same_again(client: Client) -> None:
    async def play(seed: int) -> list[int]:
        await client.faults(seed=seed, requests=[{"status": 500, "rate": "0.5"}])
        return [(await client.http.get("/api/v1/orders")).status_code for _ in range(20)]

    first = await play(3)
    assert set(first) == {200, 500}
    assert await play(3) == first
    assert await play(4) != first


async def test_control_is_never_broken_and_clears_everything(client: Client) -> None:
    await client.faults(requests=[{"status": 500}], tokenRefused=True)
    assert (await client.http.get("/api/v1/orders")).status_code == 500
    assert (await client.call("DELETE", "/sandbox/faults"))[0] == 200
    assert (await client.http.get("/api/v1/orders")).status_code == 200
    assert (await client.get("/sandbox/faults"))["requests"] == []


async def test_a_token_expires_and_a_fresh_one_helps(client: Client) -> None:
    await client.faults(tokenExpiry={"after": 2})
    seen = [(await client.call("GET", "/api/v1/orders")) for _ in range(4)]
    assert [status for status, _ in seen] == [200, 200, 401, 401]
    assert seen[-1][1]["code"] == "token-expired"
    fresh = await client.post("/api/v1/auth/token")
    assert fresh["expiresIn"] == 3600
    headers = {"Authorization": f"Bearer {fresh['accessToken']}"}
    for _ in range(3):
        assert (await client.http.get("/api/v1/orders", headers=headers)).status_code == 200
    assert (await client.http.get("/sandbox/faults", headers=headers)).status_code == 401
    await client.faults(tokenExpiry={"after": 0})
    assert (await client.http.get("/api/v1/orders", headers=headers)).status_code == 401


async def test_a_token_that_is_refused_for_good(client: Client) -> None:
    fresh = await client.post("/api/v1/auth/token")
    await client.faults(tokenRefused=True)
    for token in (fresh["accessToken"], "shop-token"):
        answer = await client.http.get("/api/v1/orders", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(("what", "there"), [("cutAfter", 1), ("cutBefore", 0)])
async def test_a_cut_in_process_is_the_clients_own_error(client: Client, what, there) -> None:
    order = (await client.post("/sandbox/orders", ORDER))["orderId"]
    await client.faults(requests=[{"what": what, "method": "POST", "times": 1}])
    parcel = {"externalKey": "S1", "lines": [{"lineId": "1", "quantity": 1}]}
    with pytest.raises(httpx.RemoteProtocolError, match="cut without an answer"):
        await client.call("POST", f"/api/v1/orders/{order}/fulfillments", parcel)
    assert (await client.get("/api/v1/fulfillments"))["totalCount"] == there


@pytest.mark.parametrize(("what", "there"), [("cutAfter", 1), ("cutBefore", 0)])
def test_a_connection_is_cut_after_or_before_the_commit(ask, what, there) -> None:
    order = ask("POST", "/sandbox/orders", ORDER).json()["orderId"]
    ask("PUT", "/sandbox/faults", {"requests": [{"what": what, "method": "POST", "times": 1}]})
    parcel = {"externalKey": f"{what}-1", "lines": [{"lineId": "1", "quantity": 1}]}
    with pytest.raises(httpx.TransportError):
        ask("POST", f"/api/v1/orders/{order}/fulfillments", parcel)
    found = ask("GET", f"/api/v1/fulfillments?orderId={order}").json()
    assert found["totalCount"] == there
    again = ask("POST", f"/api/v1/orders/{order}/fulfillments", parcel)
    assert again.status_code == (409 if there else 201)


def test_a_body_that_comes_slowly(ask) -> None:
    ask("PUT", "/sandbox/faults", {"requests": [{"what": "slow", "seconds": "0.5", "times": 1}]})
    began = time.monotonic()
    assert ask("GET", "/api/v1/orders").status_code == 200
    assert time.monotonic() - began >= 0.5


async def test_a_client_that_does_not_wait_for_a_slow_body(served: Served) -> None:
    async with httpx.AsyncClient(base_url=served.url, headers=AUTHORISED) as http:
        slow = {"requests": [{"what": "slow", "seconds": "5", "times": 1}]}
        assert (await http.put("/sandbox/faults", json=slow)).status_code == 200
        with pytest.raises(httpx.ReadTimeout):
            await http.get("/api/v1/orders", timeout=0.3)
        others = await asyncio.gather(*(http.get("/api/v1/orders") for _ in range(3)))
        assert [answer.status_code for answer in others] == [200, 200, 200]
        await http.delete("/sandbox/faults")
