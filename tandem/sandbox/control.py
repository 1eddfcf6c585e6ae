"""The control API under /sandbox: what customers and the shop's people do, told by a test or a player."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tandem.sandbox.forms import ClockSetting, Edit, Movement, Stock
from tandem.sandbox.shop import Shop
from tandem.sandbox.shop.answer import answer, json_body
from tandem.sandbox.shop.refusal import invalid, parsed

Body = Annotated[Any, Depends(json_body)]
PREFIX = "/sandbox"


def control_router(shop: Shop) -> APIRouter:
    """All of it; the caller guards it."""
    router = APIRouter(prefix=PREFIX)
    _orders(router, shop)
    _changes(router, shop)
    _money(router, shop)
    _customers(router, shop)
    _catalogue(router, shop)
    _house(router, shop)
    return router


def _orders(router: APIRouter, shop: Shop) -> None:
    @router.post("/orders")
    def place(body: Body) -> Response:
        return answer(shop.place_order(_object(body)), 201)

    @router.post("/orders/bulk")
    def place_many(body: Body) -> Response:
        given = _object(body)
        orders = given.get("orders")
        if not isinstance(orders, list) or not orders:
            raise invalid("orders", "is a list of at least one order")
        placed = shop.place_orders(orders, keep_existing=bool(given.get("keepExisting", False)))
        names = ("orderId", "orderNumber", "totalAmount")
        return answer({"orders": [{name: order.get(name) for name in names} for order in placed]}, 201)


def _changes(router: APIRouter, shop: Shop) -> None:
    @router.post("/orders/{order_id}/edit")
    def edit(order_id: str, body: Body) -> Response:
        form = parsed(Edit, body)
        changed = shop.edit_order(order_id, quantities=form.quantities, add=form.add, remove=form.remove)
        return answer(changed)

    @router.post("/orders/{order_id}/fields")
    def fields(order_id: str, body: Body) -> Response:
        return answer(shop.change_order(order_id, _object(body)))

    @router.post("/orders/{order_id}/address")
    def address(order_id: str, body: Body) -> Response:
        given = dict(_object(body))
        billing = bool(given.pop("billing", False))
        return answer(shop.change_address(order_id, given, billing=billing))

    @router.post("/orders/{order_id}/cancel")
    def cancel(order_id: str, body: Body) -> Response:
        return answer(shop.cancel(order_id, str(_object(body).get("reason", ""))))

    steps: dict[str, Callable[[str], dict[str, Any]]] = {"hold": shop.hold, "release": shop.release_hold}
    for name, step in steps.items():
        _step(router, name, step)


def _step(router: APIRouter, name: str, step: Callable[[str], dict[str, Any]]) -> None:
    def take(order_id: str) -> Response:
        return answer(step(order_id))

    router.add_api_route(f"/orders/{{order_id}}/{name}", take, methods=["POST"], name=name)


def _money(router: APIRouter, shop: Shop) -> None:
    @router.post("/orders/{order_id}/payments")
    def pay(order_id: str, body: Body) -> Response:
        form = parsed(Movement, body)
        if form.kind == "capture" and form.parent_id is None:
            return answer(shop.capture(order_id, form.amount), 201)
        if form.kind == "void" and form.parent_id is None:
            return answer(shop.void(order_id), 201)
        if form.amount is None:
            raise invalid("amount", "is needed for this kind of payment")
        fields = form.model_dump(exclude={"kind", "amount"})
        return answer(shop.payment(order_id, kind=form.kind, amount=form.amount, **fields), 201)

    @router.post("/orders/{order_id}/refunds")
    def refund(order_id: str, body: Body) -> Response:
        return answer(shop.refund(order_id, _object(body)), 201)


def _customers(router: APIRouter, shop: Shop) -> None:
    @router.post("/customers")
    def register(body: Body) -> Response:
        return answer(shop.register_customer(_object(body)), 201)

    @router.patch("/customers/{customer_id}")
    def change(customer_id: str, body: Body) -> Response:
        return answer(shop.change_customer(customer_id, _object(body)))

    @router.delete("/customers/{customer_id}")
    def close(customer_id: str) -> Response:
        return answer(shop.delete_customer(customer_id))

    @router.post("/customers/{customer_id}/redact")
    def redact(customer_id: str) -> Response:
        return answer(shop.redact_customer(customer_id))


def _catalogue(router: APIRouter, shop: Shop) -> None:
    @router.post("/products")
    def add(body: Body) -> Response:
        given = _object(body)
        if "products" not in given:
            return answer(shop.add_product(given), 201)
        if not isinstance(given["products"], list):
            raise invalid("products", "is a list of products")
        keep = bool(given.get("keepExisting", False))
        return answer({"products": shop.add_products(given["products"], keep_existing=keep)}, 201)

    @router.patch("/products/{sku:path}")
    def change(sku: str, body: Body) -> Response:
        return answer(shop.change_product(sku, _object(body)))

    @router.delete("/products/{sku:path}")
    def delete(sku: str, forGood: bool = False) -> Response:  # noqa: N803 - name on the wire
        shop.delete_product(sku, for_good=forGood)
        return answer({"sku": sku, "deleted": True})

    @router.put("/inventory/{location}/{sku:path}")
    def stock(location: str, sku: str, body: Body) -> Response:
        return answer(shop.set_stock(sku, location, Decimal(parsed(Stock, body).available)))


def _house(router: APIRouter, shop: Shop) -> None:
    @router.get("/notifications")
    def notifications(orderId: str | None = None) -> Response:  # noqa: N803 - name on the wire
        return answer({"items": shop.notifications(orderId)})

    @router.get("/clock")
    def clock() -> Response:
        return answer({"now": shop.now, "zone": shop.zone.key})

    @router.put("/clock")
    def set_clock(body: Body) -> Response:
        return _clock(shop, parsed(ClockSetting, body).now)

    @router.delete("/clock")
    def free_clock() -> Response:
        return _clock(shop, None)

    @router.post("/reset")
    def reset() -> Response:
        shop.reset()
        return answer(shop.counts())


def _clock(shop: Shop, moment: datetime | None) -> Response:
    shop.set_clock(moment)
    return answer({"now": shop.now, "zone": shop.zone.key})


def _object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise invalid("body", "is a JSON object")
    return body
