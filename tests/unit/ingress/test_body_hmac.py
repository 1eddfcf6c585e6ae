import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.errors import SettingsError, SignatureError
from tandem.ingress.body_hmac import BodyHmac

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NEW, OLD = "the shop's secret", "the one before"


def check(*secrets: str, delivery: str = "") -> BodyHmac:
    return BodyHmac(secrets or (NEW, OLD), "TANDEM_X", signature="X-Sign", delivery=delivery)


def digest(body: bytes, secret: str = NEW) -> bytes:
    return hmac.digest(secret.encode(), body, "sha256")


FORMS = {
    "base64": lambda mac: base64.b64encode(mac).decode(),
    "hex": lambda mac: mac.hex(),
    "upper": lambda mac: mac.hex().upper(),
    "named": lambda mac: f"sha256={mac.hex()}",
}


@given(st.binary(), st.sampled_from([NEW, OLD]), st.sampled_from(sorted(FORMS)))
def test_case_011_any_of_the_keys_in_any_of_the_forms(body: bytes, secret: str, form: str) -> None:
    headers = {"x-sign": FORMS[form](digest(body, secret))}
    assert check().check(headers, body, NOW) == f"body:{hashlib.sha256(body).hexdigest()}"


@given(st.binary(), st.binary(min_size=1), st.sampled_from(sorted(FORMS)))
def test_another_body_is_refused(body: bytes, more: bytes, form: str) -> None:
    with pytest.raises(SignatureError, match="does not fit") as refused:
        check().check({"x-sign": FORMS[form](digest(body))}, body + more, NOW)
    assert refused.value.reason == "signature"


def test_case_011_the_previous_key_ends_with_the_overlap() -> None:
    with pytest.raises(SignatureError):
        check(NEW).check({"x-sign": FORMS["hex"](digest(b"{}", OLD))}, b"{}", NOW)


@pytest.mark.parametrize("given_signature", ["x", "sha256=", "=", "A" * 44, "0" * 64, "z" * 64, "é", "v1,AAAA"])
def test_a_signature_of_any_other_form_is_refused(given_signature: str) -> None:
    with pytest.raises(SignatureError, match="does not fit"):
        check().check({"x-sign": given_signature}, b"{}", NOW)


@pytest.mark.parametrize("headers", [{}, {"x-sign": ""}, {"webhook-signature": "v1,AAAA"}])
def test_case_013_the_header_must_be_there(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureError, match="X-Sign is needed") as refused:
        check().check(headers, b"{}", NOW)
    assert refused.value.reason == "missing-header"


def test_the_senders_id_counts_only_together_with_the_body() -> None:
    """It is not signed: a body that somebody overheard must not take the place of another event."""
    named = check(delivery="X-Delivery")
    ids = [
        named.check({"x-sign": FORMS["hex"](digest(body)), "x-delivery": name}, body, NOW)
        for body in (b"{}", b"[]")
        for name in ("1", "2")
    ]
    assert len(set(ids)) == 4
    assert ids[0].startswith("1:")
    again = named.check({"x-sign": FORMS["hex"](digest(b"{}")), "x-delivery": "1"}, b"{}", NOW)
    assert again == ids[0]


def test_case_013_a_secret_may_be_written_the_standard_way_and_then_is_checked() -> None:
    encoded = "whsec_" + base64.b64encode(NEW.encode()).decode()
    check(encoded).check({"x-sign": FORMS["hex"](digest(b"{}"))}, b"{}", NOW)
    with pytest.raises(SettingsError, match="TANDEM_X: a secret is empty"):
        check("whsec_")
