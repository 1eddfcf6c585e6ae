"""Signatures over the raw bytes, checked against the reference library of Standard Webhooks."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from standardwebhooks import Webhook

from tandem.connectors.signatures import SIGNATURE, TIMESTAMP, Verifier, key_of, sign
from tandem.errors import SettingsError, SignatureError

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
OLD, NEW, WRONG = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3))
BODY = b'{"type":"order.created","data":{"orderId":"1"}}'


def verifier(*secrets: str) -> Verifier:
    return Verifier(secrets or (NEW,), tolerance=300, setting="TANDEM_CLARITY_WEBHOOK_SECRETS")


def signed(secret: str = NEW, moment: datetime = NOW, body: bytes = BODY) -> dict[str, str]:
    return sign(body, key=key_of(secret, setting="x"), message_id="msg_1", moment=moment)


def reason(headers: dict[str, str], body: bytes = BODY, *secrets: str) -> str:
    with pytest.raises(SignatureError) as caught:
        verifier(*secrets).verify(body, headers, now=NOW)
    return caught.value.reason


def test_what_the_reference_library_signs_is_accepted() -> None:
    headers = {"webhook-id": "msg_1", TIMESTAMP: str(int(NOW.timestamp()))}
    headers[SIGNATURE] = Webhook(NEW).sign("msg_1", NOW, BODY.decode())
    assert verifier().verify(BODY, headers, now=NOW) == "msg_1"


@time_machine.travel(NOW, tick=False)
def test_what_we_sign_the_reference_library_accepts() -> None:
    assert Webhook(NEW).verify(BODY, signed())["type"] == "order.created"


@pytest.mark.parametrize(("seconds", "expected"), [(-301, "too-old"), (301, "too-new")])
def test_case_010_a_timestamp_that_is_off_is_refused(seconds: int, expected: str) -> None:
    assert reason(signed(moment=NOW + timedelta(seconds=seconds))) == expected


@pytest.mark.parametrize("seconds", [-299, 299])
def test_case_010_a_timestamp_within_the_tolerance_is_accepted(seconds: int) -> None:
    verifier().verify(BODY, signed(moment=NOW + timedelta(seconds=seconds)), now=NOW)


def test_case_011_while_secrets_rotate_either_signature_will_do() -> None:
    both = signed(OLD)
    both[SIGNATURE] += " " + signed(WRONG)[SIGNATURE] + " v1a,c29tZXRoaW5n"
    assert verifier(NEW, OLD).verify(BODY, both, now=NOW) == "msg_1"
    assert reason(both, BODY, NEW) == "mismatch"


@pytest.mark.parametrize("body", [BODY + b" ", BODY.replace(b":", b": "), b"", BODY[:-1]])
def test_case_012_only_the_very_bytes_that_were_signed_are_accepted(body: bytes) -> None:
    assert reason(signed(), body) == "mismatch"


@pytest.mark.parametrize("header", ["webhook-id", TIMESTAMP, SIGNATURE])
def test_case_013_a_missing_header_is_refused(header: str) -> None:
    headers = signed()
    del headers[header]
    assert reason(headers) == "missing"


@pytest.mark.parametrize("secrets", [(), ("",), ("whsec_",), (NEW, " "), ("whsec_###",), ("whsec_é",)])
def test_case_013_an_empty_or_broken_secret_is_an_error_at_start(secrets: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError, match="TANDEM_CLARITY_WEBHOOK_SECRETS") as caught:
        Verifier(secrets, tolerance=300, setting="TANDEM_CLARITY_WEBHOOK_SECRETS")
    assert "###" not in str(caught.value)


@pytest.mark.parametrize("timestamp", ["soon", "-5", "1.5", "²", "9" * 5000])
def test_a_timestamp_that_is_none(timestamp: str) -> None:
    assert reason(signed() | {TIMESTAMP: timestamp}) == "malformed"


@pytest.mark.parametrize("shown", ["v1", "v1,", "v1,é", "v2,abc", ",", "abc"])
def test_a_signature_that_is_none(shown: str) -> None:
    assert reason(signed() | {SIGNATURE: shown}) == "mismatch"


def test_a_body_that_is_no_text_is_signed_like_any_other() -> None:
    body = b"\xff\x00\xfe"
    assert verifier().verify(body, signed(body=body), now=NOW) == "msg_1"


def test_a_secret_may_lack_its_padding_and_its_prefix() -> None:
    assert key_of(NEW.removeprefix("whsec_").rstrip("="), setting="x") == bytes([2]) * 32
