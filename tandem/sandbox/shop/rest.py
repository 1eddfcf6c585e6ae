"""The shop's REST API under /api/v1, as far as Clarity's public conventions tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from starlette.requests import Request
from starlette.responses import Response

from tandem.sandbox.shop.access import Access
from tandem.sandbox.shop.answer import answer, json_body
from tandem.sandbox.shop.lists import listed, single
from tandem.sandbox.shop.refusal import invalid
from tandem.sandbox.shop.shop import Shop
from tandem.sandbox.shop.tables import RESOURCES, Resource
from tandem.sandbox.shop.transaction import Record
from tandem.sandbox.shop.wire import shown
from tandem.values import dumps

BASE = "/api/v1"

Body = Annotated[Any, Depends(json_body)]
Token = Annotated[str | None, Header(alias="authorization")]


def rest_router(shop: Shop, access: Access) -> APIRouter:
    """All paths that a client of the shop knows."""

    def guard(authorization: Token = None) -> None:
        access.check(authorization)

    router = APIRouter(prefix=BASE)
    records = APIRouter(dependencies=[Depends(guard)])
    for resource in RESOURCES.values():
        _serve(records, shop, resource)
    _writes(records, shop)

    @router.post("/auth/token")
    def new_token(authorization: Token = None) -> Response:
        return answer(access.issue(authorization))

    router.include_router(records)
    return router


def _serve(router: APIRouter, shop: Shop, resource: Resource) -> None:
    def many(request: Request) -> Response:
        return answer(listed(shop, resource, request.query_params.multi_items()))

    def one(key: str) -> Response:
        return answer(single(shop, resource, key))

    router.add_api_route(f"/{resource.name}", many, methods=["GET"], name=f"list {resource.name}")
    router.add_api_route(f"/{resource.name}/{{key:path}}", one, methods=["GET"], name=f"one of {resource.name}")


def _writes(router: APIRouter, shop: Shop) -> None:
    @router.patch("/orders/{order_id}")
    def patch(order_id: str, body: Body) -> Response:
        return _answer(shop, lambda: shop.patch_order(order_id, body))

    @router.post("/orders/{order_id}/cancel")
    def cancel(order_id: str, body: Body) -> Response:
        reason = body.get("reason", "") if isinstance(body, dict) else None
        if not isinstance(reason, str):
            raise invalid("reason", "is a text")
        return _answer(shop, lambda: shop.cancel(order_id, reason))

    @router.post("/orders/{order_id}/fulfillments")
    def fulfil(order_id: str, body: Body) -> Response:
        return _answer(shop, lambda: shop.fulfil(order_id, body), status=201)

    @router.post("/orders/{order_id}/fulfillments/{fulfilment_id}/cancel")
    def cancel_fulfilment(order_id: str, fulfilment_id: str) -> Response:
        return _answer(shop, lambda: shop.cancel_fulfilment(order_id, fulfilment_id))

    @router.post("/products")
    def add_product(body: Body) -> Response:
        return _answer(shop, lambda: shop.post_product(body), status=201)

    @router.patch("/products/{product_id}")
    def patch_product(product_id: str, body: Body) -> Response:
        return _answer(shop, lambda: shop.patch_product(product_id, body))

    @router.put("/inventory/{key:path}")
    def put_inventory(key: str, body: Body) -> Response:
        record, new = shop.put_inventory(key, body)
        return answer(shown(dumps(record), offset=shop.board.knobs.offset), 201 if new else 200)


def _answer(shop: Shop, write: Callable[[], Record], status: int = 200) -> Response:
    """The written record as the wire has it."""
    return answer(shown(dumps(write()), offset=shop.board.knobs.offset), status)
