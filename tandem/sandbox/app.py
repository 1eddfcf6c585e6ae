"""The sandbox as one HTTP application: the shop's REST API, its webhooks, and the control API beside it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tandem.sandbox.control import control_router
from tandem.sandbox.faults import Board
from tandem.sandbox.faults.routes import faults_router
from tandem.sandbox.faults.transport import Breaker
from tandem.sandbox.shop import Shop, ShopError
from tandem.sandbox.shop.access import Access
from tandem.sandbox.shop.answer import answer
from tandem.sandbox.shop.refusal import path_of
from tandem.sandbox.shop.rest import BASE, rest_router
from tandem.sandbox.webhooks import Sender
from tandem.sandbox.webhooks.journal import Journal
from tandem.sandbox.webhooks.routes import webhooks_router
from tandem.sandbox.webhooks.signing import checked_secrets
from tandem.settings import Settings
from tandem.settings import settings as current_settings
from tandem.values import utc_now, zone_of

log = logging.getLogger(__name__)

SECRETS = "TANDEM_CLARITY_WEBHOOK_SECRETS"
GRACE = 3.0
"""Seconds for webhooks under way at the end; one that is cut off is sent again after the next start."""


class StandIn(FastAPI):
    """Every call passes the breaker first, so that a connection can be cut under the application."""

    breaker: Breaker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one call."""
        await self.breaker.carry_out(super().__call__, scope, receive, send)


def create_app(
    settings: Settings,
    *,
    routers: Sequence[APIRouter] = (),
    webhook_url: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    transport: httpx.AsyncBaseTransport | None = None,
) -> StandIn:
    """The application; `routers` are guarded by the shop's token like the control API.

    Webhooks go to `webhook_url`, else to the ingress of these settings; without a secret they are only recorded.
    `transport` is what webhooks are sent through.

    Raises:
        SettingsError: token or zone is missing, or a webhook secret cannot be used.
    """
    token = settings.secret("clarity_token")
    zone = zone_of(settings.clarity_zone, setting="TANDEM_CLARITY_ZONE")
    secrets: tuple[str, ...] = ()
    if settings.clarity_webhook_secrets is not None:
        secrets = checked_secrets(settings.secrets("clarity_webhook_secrets"), SECRETS)
    url = (webhook_url or f"{settings.url_of('ingress')}/webhooks/clarity") if secrets else None
    board = Board()
    shop = Shop.open(settings.home, zone=zone, board=board, webhook_url=url, clock=clock)
    sender = Sender(shop.outbox, board, secrets, clock=clock, transport=transport)
    shop.on_commit(sender.wake)
    app = StandIn(title="Clarity stand-in", lifespan=_lifespan(shop, sender), openapi_url=None)
    app.breaker = Breaker(board, BASE, clock=clock)
    app.state.shop = shop
    app.state.sender = sender
    _mount(app, shop, Access(token, board, clock=clock), routers, signs=bool(secrets))
    _answer_errors(app)
    return app


def from_settings() -> StandIn:
    """The sandbox of this process's settings, the people at Sage Pro's screens included where the company is ours.

    Raises:
        SettingsError: as `create_app`.
    """
    now = current_settings()
    if now.sagepro_url:
        return create_app(now)
    from tandem.sandbox.warehouse.books import Books
    from tandem.sandbox.warehouse.routes import answer_refusals, warehouse_router

    books = Books(now.company_url, zone_of(now.sagepro_zone, setting="TANDEM_SAGEPRO_ZONE"))
    app = create_app(now, routers=[warehouse_router(books)])
    answer_refusals(app)
    return app


def serve(settings: Settings, *, routers: Sequence[APIRouter] = ()) -> None:
    """Serves until told to stop by a signal."""
    import uvicorn

    host, port = settings.url_of("sandbox").removeprefix("http://").rsplit(":", 1)
    app = create_app(settings, routers=routers)
    uvicorn.run(app, host=host, port=int(port), log_level="warning", timeout_graceful_shutdown=5)


def _lifespan(shop: Shop, sender: Sender) -> Callable[[StandIn], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: StandIn) -> AsyncIterator[None]:
        sending = asyncio.create_task(sender.run(), name="webhooks")
        sending.add_done_callback(_report)
        try:
            yield
        finally:
            sender.stop()
            _, late = await asyncio.wait([sending], timeout=GRACE)
            for task in late:
                task.cancel()
                await asyncio.wait([task])
            shop.close()

    return lifespan


def _report(sending: asyncio.Task[None]) -> None:
    if not sending.cancelled() and (error := sending.exception()):
        log.error("no webhooks are sent any more", exc_info=error)


def _mount(app: StandIn, shop: Shop, access: Access, routers: Sequence[APIRouter], *, signs: bool) -> None:
    def guard(authorization: Annotated[str | None, Header()] = None) -> None:
        access.check_own(authorization)

    app.include_router(rest_router(shop, access))
    journal = Journal(shop.database)
    for router in (
        control_router(shop),
        faults_router(shop.board),
        webhooks_router(shop, journal, signs=signs),
        *routers,
    ):
        app.include_router(router, dependencies=[Depends(guard)])

    @app.get("/health")
    @app.get("/sandbox/health")
    def health() -> Response:
        return answer({"status": "ok", "records": shop.counts(), "events": journal.counts()})


def _answer_errors(app: StandIn) -> None:
    @app.exception_handler(ShopError)
    async def _refused(_request: Request, error: ShopError) -> Response:
        response = answer(error.body, error.status)
        if error.status == 401:
            response.headers["www-authenticate"] = f'Bearer error="{error.code}"'
        return response

    @app.exception_handler(HTTPException)
    async def _no_such_path(_request: Request, error: HTTPException) -> Response:
        code = "not-found" if error.status_code == 404 else "not-allowed"
        return answer({"code": code, "message": error.detail}, error.status_code)

    @app.exception_handler(RequestValidationError)
    async def _unusable(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = path_of(first["loc"][1:])
        return answer({"code": "malformed", "message": f"{field}: {first['msg']}", "field": field}, 400)

    @app.exception_handler(IntegrityError)
    async def _taken(_request: Request, _error: IntegrityError) -> Response:
        return answer({"code": "conflict", "message": "an id or number of this record is taken"}, 409)
