import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from tandem.errors import ClockSkew, SettingsError, SignatureError
from tandem.ingress.signature import Signed, Standard, check_signature, check_time, keys_of, seconds_of, signed

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
OTHER = "whsec_" + base64.b64encode(b"another one, long enough").decode()
KEYS = keys_of((SECRET, OTHER), "TANDEM_X")


def headers(body: str, *secrets: str, at: datetime = NOW, id_: str = "msg_1") -> Signed:
    return Signed(
        id_, str(int(at.timestamp())), " ".join(Webhook(s).sign(msg_id=id_, timestamp=at, data=body) for s in secrets)
    )


@given(st.text(), st.sampled_from([SECRET, OTHER]))
def test_what_the_library_signs_is_accepted(body: str, secret: str) -> None:
    body = body.encode("utf-8", "replace").decode()
    check_signature(headers(body, secret), body.encode(), KEYS)


@given(st.dictionaries(st.text(max_size=5), st.integers(), min_size=2), st.integers(1, 2**40))
def test_the_library_and_we_agree_on_every_changed_body(document: dict[str, int], other: int) -> None:
    body = json.dumps(document)
    mine = headers(body, SECRET, at=datetime.now(UTC))
    changed = json.dumps({**document, "x": other})
    for text in (body, changed):
        as_headers = {"webhook-id": mine.id, "webhook-timestamp": mine.timestamp, "webhook-signature": mine.signature}
        try:
            Webhook(SECRET).verify(text, as_headers)
            accepted = True
        except WebhookVerificationError:
            accepted = False
        assert _accepts(mine, text.encode(), KEYS[:1]) == accepted


def _accepts(mine: Signed, body: bytes, keys: tuple[bytes, ...]) -> bool:
    try:
        check_signature(mine, body, keys)
    except SignatureError:
        return False
    return True


def test_case_011_the_previous_key_is_accepted_until_the_overlap_ends() -> None:
    mine = headers("{}", OTHER, SECRET)
    check_signature(mine, b"{}", keys_of((SECRET,), "X"))
    check_signature(mine, b"{}", keys_of((OTHER,), "X"))
    with pytest.raises(SignatureError, match="no signature fits") as refused:
        check_signature(headers("{}", OTHER), b"{}", keys_of((SECRET,), "X"))
    assert refused.value.reason == "signature"


def test_case_012_only_the_raw_bytes_count() -> None:
    body = '{"a": 1, "b": 2}'
    mine = headers(body, SECRET)
    check_signature(mine, body.encode(), KEYS)
    for other in ('{"a":1,"b":2}', '{"b": 2, "a": 1}', body + " "):
        assert not _accepts(mine, other.encode(), KEYS)


def test_bytes_that_are_no_text_are_checked_like_any_others() -> None:
    import hmac

    body = b"\xff\xfe\x00"
    content = b"msg_1.1772442000." + body
    encoded = base64.b64encode(hmac.digest(KEYS[0], content, "sha256")).decode()
    check_signature(Signed("msg_1", "1772442000", f"v1,{encoded}"), body, KEYS)


@pytest.mark.parametrize(
    "signature", ["", "v1", "v1,", "v1,not base64!", "v2,AAAA", "v1a,AAAA", ",,,", "v1,AAAA", "v1,é", "v1,AAA"]
)
def test_a_signature_of_any_other_form_is_refused(signature: str) -> None:
    assert not _accepts(Signed("msg_1", "1", signature), b"{}", KEYS)


def test_hundreds_of_signatures_are_not_all_computed() -> None:
    right = headers("{}", SECRET).signature
    assert _accepts(Signed("msg_1", headers("{}", SECRET).timestamp, "v1,AAAA " * 15 + right), b"{}", KEYS)
    assert not _accepts(Signed("msg_1", headers("{}", SECRET).timestamp, "v1,AAAA " * 16 + right), b"{}", KEYS)


@pytest.mark.parametrize(("off", "accepted"), [(-301, False), (-300, True), (-299, True), (300, True), (301, False)])
def test_case_010_the_timestamp_may_be_off_by_the_tolerance_either_way(off: int, accepted: bool) -> None:
    seconds = int(NOW.timestamp()) + off
    if accepted:
        check_time(seconds, NOW, 300)
    else:
        with pytest.raises(ClockSkew, match=r"301 s (behind|ahead of) our clock; at most 300 s") as refused:
            check_time(seconds, NOW, 300)
        assert (refused.value.reason, refused.value.seconds) == ("clock-skew", -off)


def test_case_159_only_who_signed_rightly_hears_of_the_clock() -> None:
    late = headers("{}", SECRET, at=datetime(2026, 3, 2, 8, 50, tzinfo=UTC))
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    check = Standard(KEYS, 300)
    with pytest.raises(ClockSkew, match="clock skew: webhook-timestamp is 600 s behind our clock"):
        check.check(dict(zip(names, late, strict=True)), b"{}", NOW)
    with pytest.raises(SignatureError, match="no signature fits") as refused:
        check.check(dict(zip(names, late, strict=True)), b"{ }", NOW)
    assert refused.value.reason == "signature"


@pytest.mark.parametrize("text", ["nan", "1e9", "-1", "1772442000.5", "\uff11\uff17", "", "9" * 13, "0x1"])
def test_a_timestamp_that_is_no_number_of_seconds_is_refused(text: str) -> None:
    with pytest.raises(SignatureError, match="is not a number of seconds"):
        seconds_of(Signed("msg_1", text, "v1,AAAA"))


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_case_013_every_header_must_be_there(missing: str) -> None:
    given_headers = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
    assert signed(given_headers) == Signed("a", "1", "v1,x")
    for value in (None, ""):
        broken = {name: text for name, text in given_headers.items() if name != missing}
        if value is not None:
            broken[missing] = value
        with pytest.raises(SignatureError, match="are needed") as refused:
            signed(broken)
        assert refused.value.reason == "missing-header"


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        ("whsec_", "is empty, which would accept any caller"),
        ("whsec_====", "is empty"),
        ("whsec_not*base64", "is whsec_ and base64"),
        ("whsec_é", "is whsec_ and base64"),
    ],
)
def test_case_013_an_empty_or_broken_secret_is_a_start_up_error(secret: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=f"TANDEM_X: .*{sentence}"):
        keys_of((SECRET, secret), "TANDEM_X")


def test_a_secret_may_come_without_prefix_or_padding() -> None:
    bare = SECRET.removeprefix("whsec_").rstrip("=")
    assert keys_of((bare,), "X") == keys_of((SECRET,), "X")
