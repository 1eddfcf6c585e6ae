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

from tandem.errors import SettingsError, SignatureError

PREFIX = "whsec_"
MOST_SIGNATURES = 16
"""A sender that rotates keys needs two; whoever sends hundreds wants us to compute."""


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


def check_time(headers: Signed, now: datetime, tolerance: int) -> None:
    """Keeps old webhooks from being played again.

    Raises:
        SignatureError: the timestamp is no time, or too far from ours in either direction.
    """
    text = headers.timestamp
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise SignatureError("timestamp", "webhook-timestamp is not a number of seconds since 1970")
    off = int(now.timestamp()) - int(text)
    if abs(off) > tolerance:
        side = "behind" if off > 0 else "ahead of"
        raise SignatureError(
            "timestamp", f"webhook-timestamp is {abs(off)} s {side} our clock; at most {tolerance} s are allowed"
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
