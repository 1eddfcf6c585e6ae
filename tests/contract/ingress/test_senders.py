"""Senders of the legacy style, and senders whose clock is not ours."""

import asyncio
import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tandem.entities.declaration import System
from tandem.errors import SettingsError
from tandem.ingress import create_app
from tests.contract.ingress.conftest import NOW, SECRET, Make, Sender, settings

SHOP, PREVIOUS = "the shop's own secret", "the one before it"
HEADER = "X-WC-Webhook-Signature"
LEGACY: dict[str, Any] = {
    "clarity_webhook_style": "body-hmac",
    "clarity_webhook_secrets": SecretStr(f"{SHOP},{PREVIOUS}"),
    "clarity_webhook_signature_header": HEADER,
}
ORDER = {"type": "order.created", "data": {"orderId": "77", "version": 3}}


async def legacy(sender: Sender, body: Any = None, *, secret: str = SHOP, hexed: bool = False, **more: str) -> Any:
    """Posts an event as a legacy sender does."""
    raw = json.dumps(body or ORDER).encode()
    mac = hmac.digest(secret.encode(), raw, "sha256")
    signature = mac.hex() if hexed else base64.b64encode(mac).decode()
    return await sender.post(raw, {HEADER: signature, **more})


def keys(sender: Sender) -> list[str]:
    found = sender.store.inbox.claim(
        "main", "order", System.CLARITY, limit=99, owner="t", lease_seconds=60, now=sender.now
    )
    return [message.key for message in found]


@pytest.mark.parametrize("hexed", [False, True])
async def test_a_legacy_sender_signs_the_body_alone(make: Make, hexed: bool) -> None:
    sender = make(**LEGACY)
    answer = await legacy(sender, hexed=hexed)
    assert (answer.status_code, answer.json()) == (202, {"status": "stored"})
    assert keys(sender) == ["77"]


async def test_case_011_a_legacy_sender_rotates_its_key(make: Make) -> None:
    assert (await legacy(make(**LEGACY), secret=PREVIOUS)).status_code == 202
    after = make(**LEGACY | {"clarity_webhook_secrets": SecretStr(SHOP)})
    assert (await legacy(after, secret=PREVIOUS)).status_code == 401


async def test_a_legacy_webhook_has_no_time_and_is_taken_late(make: Make) -> None:
    sender = make(**LEGACY)
    sender.now = NOW + timedelta(days=2)
    assert (await legacy(sender)).status_code == 202


async def test_case_001_the_same_legacy_webhook_twice_is_one_row(make: Make) -> None:
    sender = make(**LEGACY)
    assert [(await legacy(sender)).status_code for _ in range(2)] == [202, 202]
    assert await sender.counted() == {"duplicate events": 1}


async def test_a_delivery_id_tells_equal_bodies_apart_and_stays_over_retries(make: Make) -> None:
    sender = make(**LEGACY, clarity_webhook_id_header="X-WC-Webhook-Delivery-ID")
    for name in ("1", "1", "2"):
        assert (await legacy(sender, **{"X-WC-Webhook-Delivery-ID": name})).status_code == 202
    assert await sender.counted() == {"duplicate events": 1}


async def test_what_a_legacy_sender_did_not_sign_is_refused_and_counted(make: Make) -> None:
    sender = make(**LEGACY)
    answers = [
        await legacy(sender, secret="another"),
        await sender.post(b"{}", {}),
        await sender.send(ORDER),
        await sender.post(b"x" * 5000, {}),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 413]
    assert await sender.counted() == {
        "refused clarity signature": 1,
        "refused clarity missing-header": 2,
        "refused clarity too-large": 1,
    }
    assert keys(sender) == []


async def test_case_016_an_unknown_type_of_a_legacy_sender_is_counted(make: Make) -> None:
    sender = make(**LEGACY)
    assert (await legacy(sender, {"type": "wishlist.shared"})).json() == {"status": "ignored"}
    assert await sender.counted() == {"ignored wishlist.shared": 1}


async def test_unless_told_so_a_connection_takes_no_legacy_signature(make: Make) -> None:
    """Not even one that is right by a key of the connection: a body without a time could be played for ever."""
    sender = make()
    raw = json.dumps(ORDER).encode()
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    for header in ("webhook-signature", HEADER, "X-Webhook-Signature"):
        signature = base64.b64encode(hmac.digest(key, raw, "sha256")).decode()
        assert (await sender.post(raw, {header: signature})).status_code == 401
    assert await sender.counted() == {"refused clarity missing-header": 3}


async def test_the_gateway_stays_with_the_standard(make: Make) -> None:
    sender = make(**LEGACY)
    shipment = {"type": "shipment.created", "data": {"ShipmentNo": "R1", "UpdatedAt": "2026-03-02T08:59:59Z"}}
    assert (await sender.send(shipment, system="sagepro")).status_code == 202


@pytest.mark.parametrize("value", [None, SecretStr(""), SecretStr("a,"), SecretStr("whsec_")])
async def test_case_013_an_empty_legacy_secret_is_a_start_up_error(sender: Sender, value: SecretStr | None) -> None:
    with pytest.raises(SettingsError, match="TANDEM_CLARITY_WEBHOOK_SECRETS"):
        create_app(settings(**LEGACY | {"clarity_webhook_secrets": value}), sender.store)


async def alerts(sender: Sender) -> list[Any]:
    await asyncio.to_thread(sender.app.state.receiver.committer.stop)
    return sender.store.alerts.pending()


@pytest.mark.parametrize(("off", "side"), [(-600, "ahead of"), (600, "behind")])
async def test_case_159_a_clock_that_is_ten_minutes_off_is_one_alert_that_says_so(
    sender: Sender, off: int, side: str
) -> None:
    answers = [await sender.send(off=off) for _ in range(40)]
    assert {answer.status_code for answer in answers} == {401}
    assert "clock skew" in answers[0].json()["detail"]
    assert answers[0].json()["type"] == "urn:tandem:problem:clock-skew"
    (alert,) = await alerts(sender)
    assert alert.title == "clock skew of about 600 seconds against clarity"
    assert f"our clock is about 600 seconds {side} that of clarity" in alert.text
    assert (await sender.counted())["refused clarity clock-skew"] == 40


async def test_case_159_forgeries_and_old_webhooks_are_no_clock(sender: Sender) -> None:
    for _ in range(10):
        await sender.send(off=-600, secrets=[SECRET], signed=b"another body")
    overheard = json.dumps(ORDER).encode()
    headers = sender.headers(overheard, off=-600)
    for _ in range(10):
        await sender.post(overheard, headers)
    assert await alerts(sender) == []
    assert await sender.counted() == {"refused clarity signature": 10, "refused clarity clock-skew": 10}


async def test_case_159_the_alert_waits_for_the_store(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    from tandem.errors import StoreUnavailable

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("locked")

    with monkeypatch.context() as patch:
        patch.setattr(sender.store.alerts, "add", away)
        for _ in range(10):
            await sender.send(off=-600)
        await asyncio.to_thread(sender.app.state.receiver.committer.stop)
    assert isinstance(await sender.send(), httpx.Response)
    assert [alert.key for alert in await alerts(sender)] == ["clock-skew:clarity"]
