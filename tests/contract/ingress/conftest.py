import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from tandem.ingress import create_app
from tandem.settings import Settings
from tandem.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"the one before it, retired").decode()
GATEWAY_SECRET = "whsec_" + base64.b64encode(b"the gateway's own secret").decode()


def settings(**given: Any) -> Settings:
    values: dict[str, Any] = {
        "clarity_webhook_secrets": SecretStr(f"{SECRET}, {OLD_SECRET}"),
        "sagepro_webhook_secrets": SecretStr(GATEWAY_SECRET),
        "ingress_max_body": 4096,
    }
    return Settings(_env_file=None, **values | given)


@dataclass
class Sender:
    """Sends signed webhooks to the receiver, as a shop does."""

    client: httpx.AsyncClient
    store: Store
    app: Any
    now: datetime = NOW
    sent: int = 0

    async def send(self, body: Any = None, **how: Any) -> httpx.Response:
        """Signs what is given (an order if nothing is) and posts it; `how` may overrule every part of it."""
        self.sent += 1
        event = body if body is not None else {"type": "order.created", "data": {"orderId": str(self.sent)}}
        raw = event if isinstance(event, bytes) else json.dumps(event).encode()
        return await self.post(raw, self.headers(raw, **how), system=how.get("system", "clarity"))

    def headers(self, raw: bytes, **how: Any) -> dict[str, str]:
        at = self.now + timedelta(seconds=how.get("off", 0))
        name = how.get("id", f"msg_{self.sent}")
        secrets = how.get("secrets", [GATEWAY_SECRET if how.get("system") == "sagepro" else SECRET])
        text = how.get("signed", raw).decode("utf-8", "replace")
        signatures = [Webhook(secret).sign(msg_id=name, timestamp=at, data=text) for secret in secrets]
        return {
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signatures),
            "content-type": "application/json",
        } | how.get("extra", {})

    async def post(self, raw: Any, headers: dict[str, str], *, system: str = "clarity") -> httpx.Response:
        return await self.client.post(f"/webhooks/{system}", content=raw, headers=headers)

    async def counted(self) -> dict[str, int]:
        """What was counted, once the writing thread is done with it."""
        await asyncio.to_thread(self.app.state.receiver.committer.stop)
        return {name: n for (_, name), n in self.store.counters.all().items()}


Make = Callable[..., Sender]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    """Makes receivers over one store; all are stopped at the end."""
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    senders: list[Sender] = []

    def build(*, wake: Any = None, alarm: Any = None, **given: Any) -> Sender:
        app = create_app(
            settings(**given), store, wake=wake, alarm=alarm, clock=lambda: senders[0].now if senders else NOW
        )
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingress")
        senders.append(Sender(client, store, app))
        return senders[-1]

    yield build
    for sender in senders:
        await sender.client.aclose()
        await sender.app.state.receiver.stop()
    store.close()


@pytest.fixture
def sender(make: Make) -> Sender:
    return make()
