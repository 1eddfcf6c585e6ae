"""The receiver as an application: an address for each sender, and one that tells its health."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tandem.entities.declaration import System
from tandem.errors import StoreUnavailable
from tandem.ingress.body_hmac import BodyHmac
from tandem.ingress.committer import Committer
from tandem.ingress.door import Check, Door
from tandem.ingress.outage import Alarm, Outage
from tandem.ingress.packs import packs
from tandem.ingress.signature import Standard, keys_of
from tandem.ingress.waker import Wake, Waker
from tandem.settings import Settings
from tandem.store import Store
from tandem.values import utc_now


class Receiver:
    """What all webhook addresses share: the thread that writes, and the one that wakes."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        wake: Wake | None,
        alarm: Alarm | None,
    ) -> None:
        self.waker = Waker(wake, store, settings.connection, self._wake_failed) if wake else None
        outage = Outage(store, settings.connection, alarm)
        stored = self.waker.notify if self.waker else lambda _: None
        self.committer = Committer(store, settings.connection, outage, stored)

    async def stop(self) -> None:
        """Ends the threads, the writing one first."""
        await run_in_threadpool(self.committer.stop)
        if self.waker:
            await run_in_threadpool(self.waker.stop)

    def _wake_failed(self) -> None:
        self.committer.count("wake-up failed")


def create_app(
    settings: Settings,
    store: Store,
    *,
    wake: Wake | None = None,
    alarm: Alarm | None = None,
    clock: Callable[[], datetime] = utc_now,
    close_store: bool = False,
) -> Starlette:
    """The receiver over an open store; with `close_store` it closes it when it ends.

    `wake` starts a drain for some entities when events came and none is up; `alarm` tells somebody, by title and text,
    that the store takes nothing.

    Raises:
        SettingsError: a secret is missing, empty or not base64, or the connection belongs to another company.
    """
    store.register(settings.connection, settings.company)
    receiver = Receiver(settings, store, wake=wake, alarm=alarm)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await receiver.stop()
        if close_store:
            store.close()

    pieces = packs(settings.mappings)
    routes = [Route("/health", partial(_health, store), methods=["GET"])]
    for system in System:
        if system == System.CLARITY or settings.sagepro_webhook_secrets is not None:
            door = Door(settings, receiver.committer, system, _check_of(settings, system), clock, pieces)
            routes.append(Route(f"/webhooks/{system}", door, methods=["POST"]))
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.receiver = receiver
    return app


def _check_of(settings: Settings, system: System) -> Check:
    """How a sender signs; our own gateway always does it the standard way."""
    name = f"{system}_webhook_secrets"
    secrets, setting = settings.secrets(name), f"TANDEM_{name.upper()}"
    if system == System.CLARITY and settings.clarity_webhook_style == "body-hmac":
        headers = settings.clarity_webhook_signature_header, settings.clarity_webhook_id_header
        return BodyHmac(secrets, setting, signature=headers[0], delivery=headers[1])
    return Standard(keys_of(secrets, setting), settings.webhook_tolerance)


async def _health(store: Store, _request: Request) -> Response:
    try:
        await run_in_threadpool(store.ping)
    except StoreUnavailable as error:
        return JSONResponse({"status": "store unavailable", "detail": str(error)}, status_code=503)
    return JSONResponse({"status": "ok"})


def from_settings() -> Starlette:
    """The receiver as the environment describes it, over a store that it opens and closes.

    Raises:
        SettingsError: a secret or the store's address cannot be used.
    """
    from tandem import alerts
    from tandem.dispatch import wake
    from tandem.settings import settings

    now = settings()
    tell = partial(alerts.tell, now)
    return create_app(now, Store.open(now.store_url), wake=wake, alarm=tell, close_store=True)
