"""Standard Webhooks 1.0: signatures over the raw bytes, with several secrets while they are being rotated."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from tandem.errors import SettingsError, SignatureError

ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"
SIGNATURE = "webhook-signature"
PREFIX = "whsec_"
VERSION = "v1"
LONGEST = 12
"""Digits of a time that is still on the calendar."""


def key_of(secret: str, *, setting: str) -> bytes:
    """The key behind a secret of the form `whsec_<base64>`.

    Raises:
        SettingsError: empty or no base64; names the setting, never the secret.
    """
    text = secret.strip().removeprefix(PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{setting}: a webhook secret must be {PREFIX} and base64") from None
    if not key:
        raise SettingsError(f"{setting}: a webhook secret is empty, which would accept any caller")
    return key


def sign(body: bytes, *, key: bytes, message_id: str, moment: datetime) -> dict[str, str]:
    """The three headers that a sender adds to a body; `moment` is that of the attempt."""
    timestamp = str(int(moment.timestamp()))
    return {
        ID: message_id,
        TIMESTAMP: timestamp,
        SIGNATURE: f"{VERSION},{_mac(body, key, message_id, timestamp)}",
    }


def _mac(body: bytes, key: bytes, message_id: str, timestamp: str) -> str:
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Verifier:
    """Checks webhooks of one sender against all secrets that are valid now."""

    def __init__(self, secrets: Sequence[str], *, tolerance: int, setting: str) -> None:
        if not secrets:
            raise SettingsError(f"{setting} is not set: without a secret any caller could send events")
        self._keys = tuple(key_of(secret, setting=setting) for secret in secrets)
        self._tolerance = tolerance

    def verify(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> str:
        """The id of a message that its sender signed, over exactly these bytes and not long ago.

        Header names are compared as given: pass them in lower case.

        Raises:
            SignatureError: anything else; its reason is missing, malformed, too-old, too-new or mismatch.
        """
        message_id, timestamp, signatures = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
        if not (message_id and timestamp and signatures):
            raise SignatureError("missing", f"one of the headers {ID}, {TIMESTAMP} and {SIGNATURE} is missing")
        self._recent(timestamp, now)
        shown = [s.partition(",")[2] for s in signatures.split() if s.startswith(f"{VERSION},")]
        wanted = [_mac(body, key, message_id, timestamp) for key in self._keys]
        # every pair is compared, so the time taken tells nothing about which secret was near
        if not sum(hmac.compare_digest(a.encode(), b.encode()) for a in shown for b in wanted):
            raise SignatureError("mismatch", f"no {VERSION} signature fits the body and a secret that is valid now")
        return message_id

    def _recent(self, timestamp: str, now: datetime) -> None:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST):
            raise SignatureError("malformed", f"{TIMESTAMP} must be whole seconds since 1970")
        age = now.timestamp() - int(timestamp)
        if age > self._tolerance:
            raise SignatureError("too-old", f"{TIMESTAMP} is {age:.0f} s old; {self._tolerance} s are accepted")
        if age < -self._tolerance:
            raise SignatureError("too-new", f"{TIMESTAMP} is {-age:.0f} s ahead; {self._tolerance} s are accepted")
