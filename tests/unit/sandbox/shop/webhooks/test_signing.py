import base64
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from tandem.errors import SettingsError
from tandem.sandbox.faults.knobs import SigningKnobs
from tandem.sandbox.webhooks.signing import checked_secrets, signed
from tandem.values import loads

CURRENT, PREVIOUS = ("whsec_" + base64.b64encode(bytes([n]) * 24).decode() for n in (1, 2))
NOW = datetime(2026, 3, 2, 16, 11, 12, 750_000, tzinfo=UTC)
BODY = '{"type":"order.created","data":{"totalAmount":10.10}}'


def made(**knobs: object) -> tuple[bytes, dict[str, str]]:
    return signed(BODY, "evt_1", NOW, (CURRENT, PREVIOUS), SigningKnobs.model_validate(knobs))


def accepts(secret: str, body: bytes, headers: dict[str, str], *, after: float = 0) -> bool:
    with time_machine.travel(NOW + timedelta(seconds=after), tick=False):
        try:
            Webhook(secret).verify(body, headers)
        except WebhookVerificationError:
            return False
        return True


def test_the_library_itself_accepts_what_is_signed() -> None:
    body, headers = made()
    assert body == BODY.encode()
    assert headers["webhook-id"] == "evt_1"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert accepts(CURRENT, body, headers)
    assert not accepts(PREVIOUS, body, headers)
    assert not accepts(CURRENT, body + b" ", headers)


@pytest.mark.parametrize(
    ("keys", "by_current", "by_previous", "signatures"),
    [("current", True, False, 1), ("previous", False, True, 1), ("both", True, True, 2), ("wrong", False, False, 1)],
)
def test_keys_of_a_rotation(keys, by_current, by_previous, signatures) -> None:
    body, headers = made(keys=keys)
    assert accepts(CURRENT, body, headers) is by_current
    assert accepts(PREVIOUS, body, headers) is by_previous
    assert len(headers["webhook-signature"].split()) == signatures


def test_no_signature_at_all() -> None:
    assert "webhook-signature" not in made(keys="none")[1]


@pytest.mark.parametrize(("skew", "accepted"), [(-301, False), (-299, True), (299, True), (302, False)])
def test_a_sender_whose_clock_is_off(skew, accepted) -> None:
    body, headers = made(skewSeconds=skew)
    assert int(headers["webhook-timestamp"]) == int(NOW.timestamp()) + skew
    assert accepts(CURRENT, body, headers) is accepted


def test_a_body_written_anew_after_signing_says_the_same_and_is_not_accepted() -> None:
    body, headers = made(reserialised=True)
    assert loads(body) == loads(BODY)
    assert body != BODY.encode()
    assert not accepts(CURRENT, body, headers)


def test_padding_makes_a_large_body_that_is_signed_well() -> None:
    body, headers = made(padding=2_000_000)
    assert len(body) > 2_000_000
    assert accepts(CURRENT, body, headers)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%", "plain", base64.b64encode(b"x" * 24).decode()])
def test_a_secret_that_cannot_be_used_is_named_by_place_and_not_shown(secret) -> None:
    with pytest.raises(SettingsError, match=r"^SECRETS: entry 2 must be whsec_ followed by base64$"):
        checked_secrets((CURRENT, secret), "SECRETS")
