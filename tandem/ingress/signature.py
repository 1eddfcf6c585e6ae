"""Standard Webhooks 1.0: HMAC-SHA256 over id, timestamp and the raw body, with any of several secrets.

The `standardwebhooks` library decodes the body as text first and knows one secret and one tolerance; this is the same
algorithm on bytes (a test holds the two together).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from tandem.errors import ClockSkew, SettingsError, SignatureError

PREFIX = "whsec_"
MOST_SIGNATURES = 16
"""A sender that rotates keys needs two; whoever sends hundreds wants us to compute."""


class Standard:
    """The check of one sender by its keys; `tolerance` in seconds."""

    def __init__(self, keys: tuple[bytes, ...], tolerance: int) -> None:
        self._keys = keys
        self._tolerance = tolerance

    def check(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        """The id of a genuine webhook; the signature first, so that only the sender hears of our clock.

        Raises:
            SignatureError: it is not genuine, or (ClockSkew) too old or too early.
        """
        given = signed(headers)
        seconds = seconds_of(given)
        check_signature(given, body, self._keys)
        check_time(seconds, now, self._tolerance)
        return given.id


class Signed(NamedTuple):
    """The three headers that a webhook must carry."""

    id: str
    timestamp: str
    signature: str


def signed(headers: Mapping[str, str]) -> Signed:
    """The headers of a webhook.

    Raises:
        SignatureError: one is missing.
    """
    values = [headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
    if not all(values):
        raise SignatureError("missing-header", "webhook-id, webhook-timestamp and webhook-signature are needed")
    return Signed(*values)


def keys_of(secrets: tuple[str, ...], setting: str) -> tuple[bytes, ...]:
    """The keys that secrets stand for.

    Raises:
        SettingsError: one is not base64 or is empty, and would accept any caller.
    """
    return tuple(_key(secret, setting) for secret in secrets)


def _key(secret: str, setting: str) -> bytes:
    encoded = secret.removeprefix(PREFIX).rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{setting}: a secret is whsec_ and base64; one of them is not") from None
    if not key:
        raise SettingsError(f"{setting}: a secret is empty, which would accept any caller")
    return key


def seconds_of(headers: Signed) -> int:
    """The sender's time, in seconds since 1970.

    Raises:
        SignatureError: it is no such number.
    """
    text = headers.timestamp
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise SignatureError("timestamp", "webhook-timestamp is not a number of seconds since 1970")
    return int(text)


def check_time(seconds: int, now: datetime, tolerance: int) -> None:
    """Keeps old webhooks from being played again.

    Raises:
        ClockSkew: the sender's time is too far from ours in either direction.
    """
    off = int(now.timestamp()) - seconds
    if abs(off) > tolerance:
        side = "behind" if off > 0 else "ahead of"
        raise ClockSkew(
            f"clock skew: webhook-timestamp is {abs(off)} s {side} our clock; at most {tolerance} s are allowed",
            seconds=off,
        )


def check_signature(headers: Signed, body: bytes, keys: tuple[bytes, ...]) -> None:
    """Accepts a body that any of the keys has signed.

    Raises:
        SignatureError: none has.
    """
    content = f"{headers.id}.{headers.timestamp}.".encode("latin-1", "replace") + body
    expected = [hmac.digest(key, content, "sha256") for key in keys]
    given = [_decoded(part) for part in headers.signature.split(" ")[:MOST_SIGNATURES]]
    matches = [hmac.compare_digest(mine, theirs) for mine in expected for theirs in given]
    if not any(matches):
        raise SignatureError("signature", "no signature fits the body as it arrived")


def _decoded(part: str) -> bytes:
    version, _, encoded = part.partition(",")
    if version != "v1":
        return b""
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
