"""Webhooks as the receiver sees them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from tandem.sandbox.app import StandIn, create_app
from tandem.values import loads

from .conftest import AUTHORISED, CURRENT, PREVIOUS, Client, settings_in

ORDER = {"email": "ann@example.com", "payments": [], "lines": [{"sku": "MUG", "name": "Mug", "unitPrice": "4.50"}]}
Answer = Callable[[httpx.Request, int], httpx.Response]


class Receiver:
    """Keeps what arrives and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[httpx.Request] = []
        self.answer: Answer = lambda _request, _number: httpx.Response(204)
        self._news = asyncio.Condition()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        async with self._news:
            self.got.append(request)
            self._news.notify_all()
        return self.answer(request, len(self.got))

    async def until(self, number: int) -> list[httpx.Request]:
        async with self._news, asyncio.timeout(10):
            await self._news.wait_for(lambda: len(self.got) >= number)
        return self.got

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.got]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


Sending = Callable[[], AbstractAsyncContextManager[Client]]


@pytest.fixture
def sending(tmp_path: Path, receiver: Receiver) -> Sending:
    """The stand-in with its sender running, over the same folder each time."""

    @asynccontextmanager
    async def start() -> AsyncIterator[Client]:
        settings = settings_in(tmp_path, clarity_webhook_secrets=SecretStr(f"{CURRENT},{PREVIOUS}"))
        app = create_app(settings, webhook_url="http://ingress.test/hook", transport=httpx.MockTransport(receiver))
        inside = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=inside, base_url="http://shop.test", headers=AUTHORISED) as http,
        ):
            yield Client(http)

    return start


async def settled(client: Client, **counts: int) -> None:
    """Waits until so many events stand in these states."""
    async with asyncio.timeout(10):
        while (await client.get("/sandbox/deliveries"))["counts"] != counts:
            await asyncio.sleep(0.01)


async def test_an_order_is_told_of_and_the_signature_holds(sending: Sending, receiver: Receiver) -> None:
    async with sending() as client:
        placed = await client.post("/sandbox/orders", ORDER)
        request = (await receiver.until(1))[0]
        await settled(client, delivered=1)
    assert str(request.url) == "http://ingress.test/hook"
    Webhook(CURRENT).verify(request.content, dict(request.headers))
    body = loads(request.content)
    assert body["type"] == "order.created"
    assert body["data"]["orderId"] == placed["orderId"]
    assert body["timestamp"].endswith("Z")
    assert b'"totalAmount":4.50' in request.content


async def test_a_failed_try_comes_again_under_the_same_id_with_its_old_body(
    sending: Sending, receiver: Receiver
) -> None:
    receiver.answer = lambda _request, number: httpx.Response(500 if number <= 2 else 200, text="busy")
    async with sending() as client:
        await client.faults(retryScale="0.001")
        placed = await client.post("/sandbox/orders", ORDER)
        await receiver.until(3)
        await settled(client, delivered=1)
        told = (await client.get("/sandbox/deliveries", subject=placed["orderId"]))["items"][0]
    assert len(set(receiver.ids)) == 1
    assert len({request.content for request in receiver.got}) == 1
    assert [(one["number"], one["status"], one["error"]) for one in told["attempts"]] == [
        (1, 500, "busy"), (2, 500, "busy"), (3, 200, ""),
    ]  # fmt: skip


async def test_a_receiver_that_cannot_be_reached_is_tried_again(sending: Sending, receiver: Receiver) -> None:
    def refuse(request: httpx.Request, number: int) -> httpx.Response:
        if number == 1:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200)

    receiver.answer = refuse
    async with sending() as client:
        await client.faults(retryScale="0.001")
        await client.post("/sandbox/orders", ORDER)
        await settled(client, delivered=1)
        attempts = (await client.get("/sandbox/deliveries"))["items"][0]["attempts"]
    assert [(one["status"], one["error"]) for one in attempts] == [(None, "ConnectError: refused"), (200, "")]


async def test_what_was_not_delivered_is_sent_after_a_restart(sending: Sending, receiver: Receiver) -> None:
    receiver.answer = lambda _request, number: httpx.Response(503 if number == 1 else 200)
    async with sending() as client:
        await client.faults(retryScale="0.0001")
        receiver.answer = lambda _request, _number: httpx.Response(503, headers={"retry-after": "1"})
        await client.post("/sandbox/orders", ORDER)
        await receiver.until(1)
        await settled(client, waiting=1)
    receiver.answer = lambda _request, _number: httpx.Response(200)
    async with sending() as client:
        await receiver.until(2)
        await settled(client, delivered=1)
    assert len(set(receiver.ids)) == 1
    first, second = (int(request.headers["webhook-timestamp"]) for request in receiver.got)
    assert second > first


async def test_410_ends_the_subscription_until_it_is_renewed(sending: Sending, receiver: Receiver) -> None:
    receiver.answer = lambda _request, _number: httpx.Response(410)
    async with sending() as client:
        await client.post("/sandbox/orders", ORDER)
        await settled(client, unsubscribed=1)
        await client.post("/sandbox/orders", ORDER)
        await settled(client, unsubscribed=1, recorded=1)
        assert (await client.get("/sandbox/webhooks"))["active"] is False
        receiver.answer = lambda _request, _number: httpx.Response(200)
        status, _ = await client.call("PUT", "/sandbox/webhooks", {"url": "http://ingress.test/other"})
        assert status == 200
        await client.post("/sandbox/orders", ORDER)
        await settled(client, unsubscribed=1, recorded=1, delivered=1)
    assert receiver.got[-1].url.path == "/other"


async def test_nothing_more_is_sent_once_the_receiver_has_gone(sending: Sending, receiver: Receiver) -> None:
    receiver.answer = lambda _request, _number: httpx.Response(410)
    async with sending() as client:
        await client.post("/sandbox/orders/bulk", {"orders": [ORDER] * 60})
        await settled(client, unsubscribed=60)
    assert len(receiver.got) < 30


Knobs = dict[str, object]


@pytest.mark.parametrize(
    ("signing", "secret", "accepted"),
    [
        ({"keys": "both"}, CURRENT, True),
        ({"keys": "both"}, PREVIOUS, True),
        ({"keys": "wrong"}, CURRENT, False),
        ({"skewSeconds": -301}, CURRENT, False),
        ({"skewSeconds": -290}, CURRENT, True),
        ({"reserialised": True}, CURRENT, False),
    ],
)
async def test_signing_by_knob(sending: Sending, receiver: Receiver, signing: Knobs, secret, accepted) -> None:
    async with sending() as client:
        await client.faults(signing=signing)
        await client.post("/sandbox/orders", ORDER)
        request = (await receiver.until(1))[0]
    refused = contextlib.nullcontext() if accepted else pytest.raises(WebhookVerificationError)
    with refused:
        Webhook(secret).verify(request.content, dict(request.headers))


async def test_swapped_events_arrive_in_the_wrong_order(sending: Sending, receiver: Receiver) -> None:
    async with sending() as client:
        await client.faults(events={"swap": {"only": ["order.created"], "times": 1, "seconds": 5}})
        order = (await client.post("/sandbox/orders", ORDER))["orderId"]
        await client.call("PATCH", f"/api/v1/orders/{order}", {"tags": {"a": "b"}})
        await receiver.until(2)
        await settled(client, delivered=2)
    assert [loads(request.content)["type"] for request in receiver.got] == ["order.updated", "order.created"]


async def test_doubled_events_arrive_twice_under_one_id(sending: Sending, receiver: Receiver) -> None:
    async with sending() as client:
        await client.faults(events={"duplicate": {"seconds": "0.2"}})
        await client.post("/sandbox/orders", ORDER)
        await receiver.until(2)
        await settled(client, delivered=2)
    assert receiver.ids == ["evt_0000000001", "evt_0000000001"]


async def test_a_ping_an_unknown_type_and_an_old_event_again(sending: Sending, receiver: Receiver) -> None:
    async with sending() as client:
        await client.post("/sandbox/events", {"type": "ping", "raw": "webhook_id=7"})
        await client.post("/sandbox/events", {"type": "gift.wrapped", "data": {"giftId": "1"}})
        await receiver.until(2)
        await settled(client, delivered=2)
        await client.post("/sandbox/deliveries/evt_0000000002/resend")
        await receiver.until(3)
        await settled(client, delivered=3)
    assert min(request.content for request in receiver.got) == b"webhook_id=7"
    assert receiver.ids.count("evt_0000000002") == 2


async def test_sending_hundreds_of_events_costs_little(sending: Sending, receiver: Receiver) -> None:
    async with sending() as client:
        began = time.process_time()
        await client.post("/sandbox/orders/bulk", {"orders": [ORDER] * 500})
        await receiver.until(500)
        spent = time.process_time() - began
        await settled(client, delivered=500)
    assert len(set(receiver.ids)) == 500
    assert spent < 8, f"placing and sending 500 took {spent:.1f} s of CPU"


async def test_many_hands_at_once_lose_nothing(sending: Sending, receiver: Receiver) -> None:
    async def place(client: Client) -> str:
        return str((await client.post("/sandbox/orders", ORDER))["orderId"])

    async with sending() as client:
        made = await asyncio.gather(*(place(client) for _ in range(40)))
        await receiver.until(40)
        await settled(client, delivered=40)
    assert len(set(made)) == len({loads(one.content)["data"]["orderId"] for one in receiver.got}) == 40


async def test_settings_that_cannot_work_are_named_at_the_start(tmp_path: Path) -> None:
    from tandem.errors import SettingsError
    from tandem.settings import Settings

    def start(**given: object) -> StandIn:
        return create_app(Settings(_env_file=None, home=tmp_path, **given))

    token, zone = {"clarity_token": SecretStr("t")}, {"clarity_zone": "America/Chicago"}
    for given, name in (
        (zone, "TANDEM_CLARITY_TOKEN"),
        (token, "TANDEM_CLARITY_ZONE"),
        (token | zone | {"clarity_webhook_secrets": SecretStr("plain")}, "TANDEM_CLARITY_WEBHOOK_SECRETS"),
    ):
        with pytest.raises(SettingsError, match=name):
            start(**given)
