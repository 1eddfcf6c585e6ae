"""Legacy senders: HMAC-SHA256 over the raw body alone, in one header, base64 or hex.

Nothing but the body is signed: no time, so an old webhook can be played again (a record is read again from its owner,
which makes that harmless), and no id. The id that such senders put into a header (X-Shopify-Webhook-Id,
X-WC-Webhook-Delivery-ID) counts only together with the body: else a body that somebody overheard, sent under the id of
another event, would make that event a duplicate.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from tandem.errors import SignatureError
from tandem.ingress.signature import PREFIX, keys_of

DIGEST = 32
LONGEST_ID = 128


class BodyHmac:
    """The check of one legacy sender by its keys."""

    def __init__(self, secrets: tuple[str, ...], setting: str, *, signature: str, delivery: str) -> None:
        self._keys = tuple(_key(secret, setting) for secret in secrets)
        self._signature = signature
        self._delivery = delivery

    def check(self, headers: Mapping[str, str], body: bytes, _now: datetime) -> str:
        """The id of a genuine webhook: the sender's, if it has one, and the hash of the body.

        Raises:
            SignatureError: the header is missing, or no key fits.
        """
        given = headers.get(self._signature.lower(), "")
        if not given:
            raise SignatureError("missing-header", f"{self._signature} is needed")
        theirs = _decoded(given.removeprefix("sha256="))
        matches = [hmac.compare_digest(hmac.digest(key, body, "sha256"), theirs) for key in self._keys]
        if not any(matches):
            raise SignatureError("signature", "the signature does not fit the body as it arrived")
        named = headers.get(self._delivery.lower(), "")[:LONGEST_ID] if self._delivery else ""
        return f"{named or 'body'}:{hashlib.sha256(body).hexdigest()}"


def _key(secret: str, setting: str) -> bytes:
    """Such secrets are text and used as they are, unless they are written the standard way."""
    return keys_of((secret,), setting)[0] if secret.startswith(PREFIX) else secret.encode()


def _decoded(text: str) -> bytes:
    try:
        return bytes.fromhex(text) if len(text) == 2 * DIGEST else base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
