import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tandem.entities.declaration import System
from tandem.entities.state import State
from tandem.errors import SettingsError, StoreUnavailable
from tandem.ingress import create_app
from tandem.store import Store
from tests.contract.ingress.conftest import GATEWAY_SECRET, NOW, OLD_SECRET, SECRET, Make, Sender, settings

ORDER = {
    "type": "order.created",
    "timestamp": "2026-03-02T08:59:59Z",
    "data": {"orderId": "77", "version": 3, "totalAmount": 12.5, "note": "card 4111 1111 1111 1111"},
}


def claimed(store: Store, entity: str = "order", source: System = System.CLARITY) -> list[Any]:
    return store.inbox.claim("main", entity, source, limit=9999, owner="t", lease_seconds=60, now=NOW)


async def test_a_genuine_webhook_is_stored_before_it_is_answered(sender: Sender) -> None:
    answer = await sender.send(ORDER)
    assert (answer.status_code, answer.json()) == (202, {"status": "stored"})
    (message,) = claimed(sender.store)
    assert (message.key, message.version, message.event_type) == ("77", "3", "order.created")
    assert message.received_at == NOW
    assert message.body["note"] == "card ************1111"


async def test_the_gateway_signs_with_its_own_secret(sender: Sender) -> None:
    shipment = {"type": "shipment.created", "data": {"ShipmentNo": "R1", "UpdatedAt": "2026-03-02T08:59:59Z"}}
    assert (await sender.send(shipment, system="sagepro")).status_code == 202
    assert (await sender.send(shipment, system="sagepro", secrets=[SECRET])).status_code == 401
    assert (await sender.send(ORDER, secrets=[GATEWAY_SECRET])).status_code == 401
    assert [m.key for m in claimed(sender.store, "shipment", System.SAGEPRO)] == ["R1"]


async def test_case_001_the_same_webhook_twice_is_answered_twice_and_stored_once(sender: Sender) -> None:
    answers = [await sender.send(ORDER, id="msg_same", off=n) for n in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    (message,) = claimed(sender.store)
    assert len(message.ids) == 1
    assert await sender.counted() == {"duplicate events": 1}


async def test_case_002_the_same_webhook_at_two_receivers_at_once_is_one_job(make: Make) -> None:
    senders = [make(), make()]
    answers = await asyncio.gather(*(one.send(ORDER, id="msg_same") for one in senders * 5))
    assert {answer.status_code for answer in answers} == {202}
    (message,) = claimed(senders[0].store)
    assert len(message.ids) == 1


@pytest.mark.parametrize(("off", "status"), [(-301, 401), (-299, 202), (299, 202), (301, 401)])
async def test_case_010_an_old_or_early_timestamp_is_refused(sender: Sender, off: int, status: int) -> None:
    answer = await sender.send(ORDER, off=off)
    assert answer.status_code == status
    accepted = status == 202
    assert len(claimed(sender.store)) == accepted
    assert await sender.counted() == ({} if accepted else {"refused clarity clock-skew": 1})
    if not accepted:
        assert answer.headers["content-type"] == "application/problem+json"
        assert "301 s" in answer.json()["detail"]


async def test_case_011_two_keys_are_accepted_during_rotation_and_one_after_it(make: Make) -> None:
    during = make()
    assert (await during.send(ORDER, secrets=[OLD_SECRET])).status_code == 202
    assert (await during.send(ORDER, secrets=[OLD_SECRET, SECRET])).status_code == 202
    after = make(clarity_webhook_secrets=SecretStr(SECRET))
    assert (await after.send(ORDER, secrets=[OLD_SECRET, SECRET])).status_code == 202
    assert (await after.send(ORDER, secrets=[OLD_SECRET])).status_code == 401


async def test_case_012_a_body_that_was_written_anew_is_refused(sender: Sender) -> None:
    raw = json.dumps(ORDER).encode()
    again = json.dumps(ORDER, separators=(",", ":"), sort_keys=True).encode()
    assert (await sender.send(again, signed=raw)).status_code == 401
    assert (await sender.send(raw + b" ", signed=raw)).status_code == 401
    assert (await sender.send(raw, signed=raw)).status_code == 202
    assert await sender.counted() == {"refused clarity signature": 2}


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
async def test_case_013_a_missing_header_is_refused(sender: Sender, header: str) -> None:
    raw = json.dumps(ORDER).encode()
    headers = sender.headers(raw)
    del headers[header]
    assert (await sender.post(raw, headers)).status_code == 401
    assert claimed(sender.store) == []
    assert await sender.counted() == {"refused clarity missing-header": 1}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clarity_webhook_secrets", None),
        ("clarity_webhook_secrets", SecretStr("")),
        ("clarity_webhook_secrets", SecretStr(f"{SECRET},")),
        ("clarity_webhook_secrets", SecretStr("whsec_")),
        ("clarity_webhook_secrets", SecretStr("whsec_?")),
        ("sagepro_webhook_secrets", SecretStr("")),
        ("sagepro_webhook_secrets", SecretStr("whsec_")),
    ],
)
async def test_case_013_an_empty_secret_is_a_start_up_error(sender: Sender, name: str, value: SecretStr | None) -> None:
    with pytest.raises(SettingsError, match=f"TANDEM_{name.upper()}"):
        create_app(settings(**{name: value}), sender.store)


async def test_without_a_secret_for_the_gateway_its_address_does_not_exist(make: Make) -> None:
    sender = make(sagepro_webhook_secrets=None)
    assert (await sender.send(ORDER, system="sagepro")).status_code == 404


async def test_case_014_a_large_body_is_refused_unread(sender: Sender) -> None:
    """By its stated length before a byte of it is read; otherwise as soon as it has grown too long."""
    read = []

    async def body(size: int) -> AsyncIterator[bytes]:
        for _ in range(size // 1024):
            read.append(1024)
            yield b"x" * 1024

    headers = sender.headers(b"{}")
    stated = await sender.post(body(8192), {**headers, "content-length": "8192"})
    unstated = await sender.post(body(8192), {**headers, "transfer-encoding": "chunked"})
    assert (stated.status_code, unstated.status_code) == (413, 413)
    assert await sender.counted() == {"refused clarity too-large": 2}
    assert claimed(sender.store) == []


async def test_case_014_size_is_looked_at_before_anything_else(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("looked at before the size")

    for name in ("signature.signed", "signature.check_time", "signature.check_signature", "door.event_of"):
        monkeypatch.setattr(f"tandem.ingress.{name}", never)
    assert (await sender.post(b"x" * 4097, {})).status_code == 413


async def test_a_body_of_just_the_allowed_size_is_taken(sender: Sender) -> None:
    event = {"type": "order.created", "data": {"orderId": "1", "note": ""}}
    event["data"]["note"] = "x" * (4096 - len(json.dumps(event)))  # type: ignore[index]
    assert (await sender.send(event)).status_code == 202
    event["data"]["note"] += "x"  # type: ignore[index]
    assert (await sender.send(event)).status_code == 413


async def test_a_compressed_body_is_refused_with_the_reason(sender: Sender) -> None:
    answer = await sender.send(ORDER, extra={"content-encoding": "gzip"})
    assert (answer.status_code, "compressed" in answer.json()["detail"]) == (415, True)


@pytest.mark.parametrize("body", [b"webhook_id=15", b"[" * 3000, b'{"type": "order.created", "data": {'])
async def test_case_015_a_signed_body_that_is_not_json_is_a_ping(sender: Sender, body: bytes) -> None:
    answer = await sender.send(body)
    assert (answer.status_code, answer.json()) == (202, {"status": "ignored"})
    assert await sender.counted() == {"ignored ping": 1}


async def test_case_016_an_unknown_type_is_acknowledged_and_counted(sender: Sender) -> None:
    answer = await sender.send({"type": "wishlist.shared", "data": {"id": 1}})
    assert (answer.status_code, answer.json()) == (202, {"status": "ignored"})
    assert await sender.counted() == {"ignored wishlist.shared": 1}
    assert sender.store.status(NOW).counts == {}


async def test_an_event_without_a_key_is_acknowledged_and_stands_on_the_desk(sender: Sender) -> None:
    """The sender could only send it again for ever."""
    assert (await sender.send({"type": "order.created", "data": {"total": 5}})).status_code == 202
    (letter,) = sender.store.letters.list()
    assert (letter.state, "orderId" in letter.reason) == (State.DEAD, True)


async def test_case_017_the_sender_never_sees_the_state_of_our_erp(make: Make) -> None:
    """Nothing downstream of the store is asked before the answer: waking may fail or hang."""
    asked = []

    def wake(entities: frozenset[str]) -> None:
        asked.append(entities)
        raise ConnectionError("Sage Pro is down")

    sender = make(wake=wake)
    answers = [await sender.send() for _ in range(10)]
    assert {answer.status_code for answer in answers} == {202}
    assert len(claimed(sender.store)) == 10
    await sender.app.state.receiver.stop()
    assert asked == [frozenset({"order"})]


@pytest.mark.parametrize("fault", ["the server is away", "database or disk is full"])
async def test_case_018_when_the_store_takes_nothing_the_sender_comes_again(
    make: Make, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    alarms: list[str] = []
    sender = make(alarm=lambda _title, text: alarms.append(text))

    def away(_events: object) -> None:
        raise StoreUnavailable(fault, retry_after=7)

    with monkeypatch.context() as patch:
        patch.setattr(sender.store.inbox, "put", away)
        answers = [await sender.send(ORDER, id="msg_1") for _ in range(3)]
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in answers} == {(503, "7")}
    assert claimed(sender.store) == []
    assert (await sender.send(ORDER, id="msg_1")).status_code == 202
    assert len(claimed(sender.store)) == 1
    assert (await sender.counted())["refused clarity store-unavailable"] == 3
    assert len(alarms) == 1, "an outage is one alarm"
    (alert,) = sender.store.alerts.pending()
    assert fault in alert.text


async def test_case_173_a_disk_that_is_really_full_acknowledges_nothing(sender: Sender) -> None:
    database = sender.store.database
    await sender.send({"type": "order.created", "data": {"orderId": "0"}})
    pages = database.read(lambda tx: tx.exec_driver_sql("PRAGMA page_count").scalar_one())
    database.read(lambda tx: tx.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}").scalar_one())
    fat = [{"type": "order.created", "data": {"orderId": str(n), "note": "x" * 3000}} for n in range(1, 30)]
    answers = [await sender.send(event) for event in fat]
    stored = sum(answer.status_code == 202 for answer in answers)
    assert {answer.status_code for answer in answers} <= {202, 503}
    assert stored < 29
    assert answers[-1].headers["retry-after"] == "5"
    assert len(claimed(sender.store)) == stored + 1, "what was acknowledged is there, and nothing else"


async def test_case_166_neither_log_nor_refusal_shows_what_was_sent(
    sender: Sender, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_events: object) -> None:
        raise StoreUnavailable("locked")

    monkeypatch.setattr(sender.store.inbox, "put", away)
    secretive = {"type": "order.created", "data": {"orderId": "1", "email": "ann@x.com"}}
    answers = [await sender.send(secretive), await sender.send(secretive, secrets=[GATEWAY_SECRET])]
    everything = caplog.text + "".join(answer.text for answer in answers)
    for word in ("ann@x.com", SECRET, SECRET.removeprefix("whsec_"), OLD_SECRET):
        assert word not in everything


async def test_only_posting_is_known(sender: Sender) -> None:
    assert (await sender.client.get("/webhooks/clarity")).status_code == 405
    assert (await sender.client.post("/webhooks/other")).status_code == 404


async def test_health_tells_whether_the_store_can_be_read(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await sender.client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    def away() -> None:
        raise StoreUnavailable("no such server")

    monkeypatch.setattr(sender.store, "ping", away)
    answer = await sender.client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "store unavailable")


async def test_a_connection_that_belongs_to_another_company_does_not_start(sender: Sender) -> None:
    with pytest.raises(SettingsError, match="belongs to company '01'"):
        create_app(settings(company="02"), sender.store)


async def test_a_sender_that_leaves_in_the_middle_is_counted(sender: Sender) -> None:
    messages = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/webhooks/clarity",
        "headers": [],
        "query_string": b"",
        "http_version": "1.1",
    }
    await sender.app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert await sender.counted() == {"refused clarity disconnected": 1}


async def test_closing_the_application_writes_everything_and_closes_its_store(tmp_path: Any) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'own.db'}")
    app = create_app(settings(), store, clock=lambda: NOW, close_store=True)
    async with app.router.lifespan_context(app):
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingress")
        async with client:
            sender = Sender(client, store, app)
            assert (await sender.send(ORDER)).status_code == 202
            assert (await sender.send(ORDER, off=999)).status_code == 401
    again = Store.open(f"sqlite:///{tmp_path / 'own.db'}")
    assert again.counters.all() == {("main", "refused clarity clock-skew"): 1}
    assert again.inbox.waiting("main") == 1
    again.close()


async def test_case_141_what_an_order_takes_stands_before_the_webhook_is_answered(sender: Sender) -> None:
    def taken() -> list[Any]:
        return list(sender.store.demand.of("main", [("POT", "MAIN"), ("CUP", "MAIN")]).values())

    lines = [
        {"lineId": "1", "sku": "pot", "quantity": 2, "unit": "Dozen"},
        {"lineId": "2", "sku": "CUP", "quantity": 1.5},
    ]
    told = {"type": "order.created", "data": {"orderId": "77", "version": 3, "lineItems": lines}}
    assert (await sender.send(told)).status_code == 202
    assert taken() == [24, Decimal("1.5")]
    thin = {"type": "order.updated", "data": {"orderId": "77", "version": 4}}
    assert (await sender.send(thin)).status_code == 202
    assert taken() == [24, Decimal("1.5")], "an event without its lines says nothing of them"
    cancelled = {"type": "order.cancelled", "data": {**told["data"], "version": 5, "status": "cancelled"}}
    assert (await sender.send(cancelled)).status_code == 202
    assert taken() == [0, 0]


@pytest.mark.parametrize(
    "lines", [None, "none", [None], [{}], [{"sku": ["x"], "quantity": {"a": 1}}], [{"sku": "\x00"}]]
)
async def test_lines_of_any_shape_are_stored_and_take_nothing(sender: Sender, lines: Any) -> None:
    told = {"type": "order.created", "data": {"orderId": "77", "status": [], "lineItems": lines}}
    assert (await sender.send(told)).status_code == 202
    assert sender.store.demand.outstanding() == []


async def test_a_receiver_without_a_lookup_of_packs_counts_each_unit_as_one(make: Make, tmp_path: Path) -> None:
    sender = make(mappings=tmp_path)
    lines = [{"lineId": "1", "sku": "POT", "quantity": 2, "unit": "dozen"}]
    assert (
        await sender.send({"type": "order.created", "data": {"orderId": "7", "lineItems": lines}})
    ).status_code == 202
    assert sender.store.demand.of("main", [("POT", "MAIN")]) == {("POT", "MAIN"): 2}
