"""Looking at deliveries, sending an event again or one of one's own, and saying where webhooks go."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from tandem.sandbox.shop.answer import answer, json_body
from tandem.sandbox.shop.cart import Form
from tandem.sandbox.shop.core import ShopCore
from tandem.sandbox.shop.refusal import ShopError, missing, parsed
from tandem.sandbox.webhooks.journal import FILTERS, Journal
from tandem.sandbox.webhooks.outbox import Endpoint

Body = Annotated[Any, Depends(json_body)]


class Subscription(Form):
    """Where webhooks go; no address: they are only recorded."""

    url: str | None = Field(None, pattern="^https?://")
    active: bool = True


class Announcement(Form):
    """An event of any type; `raw` is sent as the whole body in place of the usual envelope."""

    type: str = Field("", max_length=200)
    data: Any = None
    subject: str = ""
    raw: str | None = None


def webhooks_router(shop: ShopCore, journal: Journal, *, signs: bool) -> APIRouter:
    """`signs`: there is a key to sign with, so webhooks can be sent at all."""
    router = APIRouter(prefix="/sandbox")
    _events(router, shop, journal)
    _endpoint(router, shop, signs=signs)
    return router


def _events(router: APIRouter, shop: ShopCore, journal: Journal) -> None:
    @router.get("/deliveries")
    def deliveries(
        request: Request,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        asked = {name: value for name, value in request.query_params.items() if name not in ("after", "limit")}
        if wrong := sorted(asked.keys() - FILTERS.keys()):
            raise ShopError(400, "unknown-filter", f"deliveries are not filtered by {wrong[0]!r}", field=wrong[0])
        items = journal.listing(asked, after=after, limit=limit)
        return answer({"items": items, "counts": journal.counts()})

    @router.post("/deliveries/{event_id}/resend")
    def resend(event_id: str) -> Response:
        if not shop.resend(event_id):
            raise missing("deliveries", event_id)
        return answer({"eventId": event_id}, 202)

    @router.post("/events")
    def announce(body: Body) -> Response:
        form = parsed(Announcement, body)
        event_id = shop.announce(form.type, form.data, subject=form.subject, raw=form.raw)
        return answer({"eventId": event_id}, 202)


def _endpoint(router: APIRouter, shop: ShopCore, *, signs: bool) -> None:
    @router.get("/webhooks")
    def endpoint() -> Response:
        return answer({"url": shop.outbox.endpoint.url, "active": shop.outbox.endpoint.active})

    @router.put("/webhooks")
    def subscribe(body: Body) -> Response:
        form = parsed(Subscription, body)
        if form.url and not signs:
            message = "TANDEM_CLARITY_WEBHOOK_SECRETS is not set: nothing can be signed"
            raise ShopError(409, "no-secret", message)
        shop.outbox.subscribe(Endpoint(form.url, form.active and form.url is not None))
        return endpoint()
