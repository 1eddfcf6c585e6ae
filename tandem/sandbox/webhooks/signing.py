"""Signing by Standard Webhooks 1.0, and the ways to get it wrong on request."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

from tandem.errors import SettingsError
from tandem.sandbox.faults.knobs import SigningKnobs
from tandem.values import dumps, loads

PREFIX = "whsec_"
STRANGER = PREFIX + base64.b64encode(hashlib.sha256(b"not a key of this shop").digest()).decode()
"""What a forged webhook is signed with."""


def checked_secrets(secrets: Sequence[str], setting: str) -> tuple[str, ...]:
    """The secrets, current one first.

    Raises:
        SettingsError: one is not `whsec_` and base64; names the setting, never the value.
    """
    for number, secret in enumerate(secrets, start=1):
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except ValueError:
            key = b""
        if not secret.startswith(PREFIX) or not key:
            raise SettingsError(f"{setting}: entry {number} must be {PREFIX} followed by base64")
    return tuple(secrets)


def signed(
    body: str, event_id: str, now: datetime, secrets: Sequence[str], knobs: SigningKnobs
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of one attempt."""
    if knobs.padding:
        body = dumps(loads(body) | {"padding": "x" * knobs.padding})
    moment = (now + timedelta(seconds=knobs.skew_seconds)).astimezone(UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(moment.timestamp())),
    }
    keys = _keys(secrets, knobs)
    if keys:
        headers["webhook-signature"] = " ".join(Webhook(key).sign(event_id, moment, body) for key in keys)
    if knobs.reserialised:
        body = dumps(dict(reversed(loads(body).items()))) + " "
    return body.encode(), headers


def _keys(secrets: Sequence[str], knobs: SigningKnobs) -> Sequence[str]:
    match knobs.keys:
        case "current":
            return secrets[:1]
        case "previous":
            return secrets[1:2]
        case "both":
            return secrets[:2]
        case "wrong":
            return (STRANGER,)
        case "none":
            return ()
