"""A change as a webhook: thin, because whoever hears of it reads the record again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

from standardwebhooks import Webhook

from tandem.errors import SettingsError
from tandem.gateway.watch.backlog import Change
from tandem.values import dumps

SETTING = "TANDEM_SAGEPRO_WEBHOOK_SECRETS"


def event_id(change: Change, era: str) -> str:
    """The same for the same change however often it is noticed, and another when old content comes back."""
    seen = "\x1f".join([era, *change.name, str(change.turn), str(change.content)])
    return f"sage_{blake2b(seen.encode(), digest_size=16).hexdigest()}"


def body_of(change: Change) -> str:
    """Type, moment and key; no version, since a stamp is in whole seconds and may even go backwards."""
    kind = change.kind
    return dumps(
        {
            "type": kind.created if change.created else kind.updated,
            "timestamp": change.noticed.isoformat(timespec="milliseconds"),
            "data": {kind.field: change.key},
        }
    )


class Signer:
    """Signs by Standard Webhooks 1.0, with every secret that is configured: the ingress may know the old one only."""

    def __init__(self, secrets: Sequence[str]) -> None:
        try:
            self._keys = [Webhook(secret) for secret in secrets]
        except (ValueError, RuntimeError):
            raise SettingsError(f"{SETTING}: a secret is whsec_ and base64; one of them is not") from None

    def headers(self, name: str, body: str, now: datetime) -> dict[str, str]:
        """The headers of one attempt."""
        return {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(key.sign(name, now, body) for key in self._keys),
        }
