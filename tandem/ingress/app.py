"""The receiver as an application: the order of the checks is the order of their cost."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from tandem.entities.declaration import System
from tandem.errors import SignatureError, StoreUnavailable
from tandem.ingress.committer import Committer
from tandem.ingress.outage import Alarm, Outage
from tandem.ingress.routing import event_of
from tandem.ingress.signature import check_signature, check_time, keys_of, signed
from tandem.ingress.waker import Wake, Waker
from tandem.settings import Settings
from tandem.store import Store
from tandem.values import utc_now

log = logging.getLogger(__name__)

Receive = Callable[[Request], Awaitable[Response]]


class Receiver:
    """What all webhook addresses share."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        wake: Wake | None,
        alarm: Alarm | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.waker = Waker(wake, store, settings.connection, self._wake_failed) if wake else None
        outage = Outage(store, settings.connection, alarm)
        stored = self.waker.notify if self.waker else lambda _: None
        self.committer = Committer(store, settings.connection, outage, stored)

    async def receive(self, system: System, keys: tuple[bytes, ...], request: Request) -> Response:
        """Size, encoding, headers, time, signature; then stored, then answered."""
        try:
            body = await self._body(request)
            headers = signed(request.headers)
            now = self.clock()
            check_time(headers, now, self.settings.webhook_tolerance)
            check_signature(headers, body, keys)
            event = event_of(body, system=system, event_id=headers.id, settings=self.settings, now=now)
            await self.committer.commit(event)
        except ClientDisconnect:
            return self._refused(system, "disconnected", "the sender left before its body was whole", 400)
        except SignatureError as error:
            return self._refused(system, error.reason, str(error), _STATUS.get(error.reason, 401))
        except StoreUnavailable as error:
            response = self._refused(system, "store-unavailable", "the event could not be stored", 503)
            response.headers["Retry-After"] = str(error.retry_after)
            return response
        return JSONResponse({"status": "stored" if event.entity else "ignored"}, status_code=202)

    async def stop(self) -> None:
        """Ends the threads, the writing one first."""
        await run_in_threadpool(self.committer.stop)
        if self.waker:
            await run_in_threadpool(self.waker.stop)

    async def _body(self, request: Request) -> bytes:
        """The raw body, never more of it than allowed."""
        most = self.settings.ingress_max_body
        length = request.headers.get("content-length", "0")
        if length.isdigit() and int(length[:20]) > most:
            raise SignatureError("too-large", f"at most {most} bytes are taken")
        if request.headers.get("content-encoding", "identity") != "identity":
            raise SignatureError("encoding", "compressed bodies are not taken: the signature is over plain bytes")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise SignatureError("too-large", f"at most {most} bytes are taken")
        return bytes(body)

    def _refused(self, system: System, reason: str, detail: str, status: int) -> Response:
        """A problem document for the sender and a number for us; the payload leaves no trace."""
        self.committer.count(f"refused {system} {reason}")
        problem = {"type": f"urn:tandem:problem:{reason}", "status": status, "detail": detail}
        return JSONResponse(problem, status_code=status, media_type="application/problem+json")

    def _wake_failed(self) -> None:
        self.committer.count("wake-up failed")


_STATUS = {"too-large": 413, "encoding": 415}


def create_app(
    settings: Settings,
    store: Store,
    *,
    wake: Wake | None = None,
    alarm: Alarm | None = None,
    clock: Callable[[], datetime] = utc_now,
    close_store: bool = False,
) -> FastAPI:
    """The receiver over an open store; with `close_store` it closes it when it ends.

    `wake` starts a drain for some entities when events came and none is up; `alarm` tells somebody, by title and text,
    that the store takes nothing.

    Raises:
        SettingsError: a secret is missing, empty or not base64, or the connection belongs to another company.
    """
    store.register(settings.connection, settings.company)
    receiver = Receiver(settings, store, wake=wake, alarm=alarm, clock=clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await receiver.stop()
        if close_store:
            store.close()

    app = FastAPI(title="Tandem ingress", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.receiver = receiver
    for system in System:
        name = f"{system}_webhook_secrets"
        if system == System.CLARITY or getattr(settings, name) is not None:
            keys = keys_of(settings.secrets(name), f"TANDEM_{name.upper()}")
            app.add_route(f"/webhooks/{system}", partial(receiver.receive, system, keys), methods=["POST"])
    app.add_api_route("/health", partial(_health, store), methods=["GET"])
    return app


async def _health(store: Store) -> Response:
    try:
        await run_in_threadpool(store.ping)
    except StoreUnavailable as error:
        return JSONResponse({"status": "store unavailable", "detail": str(error)}, status_code=503)
    return JSONResponse({"status": "ok"})


def from_settings() -> FastAPI:
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
