"""Routes of batches of sales orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from tandem.gateway.api import idempotency
from tandem.gateway.api.auth import requires
from tandem.gateway.api.batches import carried, changing, envelope, items_of
from tandem.gateway.api.body import read_json
from tandem.gateway.api.carrying import Asked
from tandem.gateway.api.context import Context, Here
from tandem.gateway.api.declared import BATCHES, answers, body
from tandem.gateway.api.orders import Change, carrying, faults_of_order
from tandem.gateway.api.parameters import strict_query
from tandem.gateway.api.problems import invalid
from tandem.gateway.api.routes.orders import CREATE, UPDATE
from tandem.gateway.api.salvage import read
from tandem.gateway.company.faults import Fault
from tandem.gateway.models import BatchResults, SalesOrderIn, SalesOrderUpdate
from tandem.gateway.models.batch import BackOrder, SalesOrderBatch, SalesOrderUpdateBatch
from tandem.gateway.orders.shortage import shortages

router = APIRouter(prefix="/orders", tags=["orders"], dependencies=[strict_query])
WRITE = [Depends(requires("orders:write"))]


@router.post(
    "/batch",
    summary="Enter sales orders",
    dependencies=WRITE,
    responses=answers(200, BatchResults, "One result for each order", refusals=BATCHES, example="SalesOrderResults"),
    openapi_extra=body(SalesOrderBatch, "SalesOrderBatch"),
)
async def create_orders(here: Here, request: Request) -> Response:
    """Up to 500 orders, each for itself: one result for each, in the order sent; a bad one never stops another."""
    items = items_of(SalesOrderBatch, await read_json(request))
    run = carrying(here, here.orders.create_many, 201, whole=False)
    return await carried(here, request, run, items, partial(_new, here), partial(_short, here))


def _new(here: Context, item: Any) -> Asked[SalesOrderIn]:
    key, data = envelope(item, "Order")
    given = read(SalesOrderIn, data, partial(faults_of_order, here))
    return Asked(idempotency.Request.of(key, CREATE, data), given)


@router.put(
    "/batch",
    summary="Change or cancel sales orders",
    dependencies=WRITE,
    responses=answers(200, BatchResults, "One result for each order", refusals=BATCHES, example="SalesOrderResults"),
    openapi_extra=body(SalesOrderUpdateBatch, "SalesOrderUpdateBatch"),
)
async def update_orders(here: Here, request: Request) -> Response:
    """Up to 500 changes, each for itself: one result for each, in the order sent; a bad one never stops another."""
    items = items_of(SalesOrderUpdateBatch, await read_json(request))
    run = carrying(here, here.change.update_many, 200, whole=False)
    return await carried(here, request, run, items, partial(_changed, here), partial(_short, here))


def _changed(here: Context, item: Any) -> Asked[Change]:
    key, number, data, version = changing(item, "SalesOrderNo", "Order")
    if not isinstance(number, str) or not number.strip():
        raise invalid([Fault("SalesOrderNo", "somast.sono", "not-text", "must be the number of an order")])
    given = read(SalesOrderUpdate, data, partial(faults_of_order, here))
    return Asked(idempotency.Request.of(key, f"{UPDATE}/{number}", data), (number, given, None, version))


def _short(here: Context, numbers: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """What of these orders is back-ordered, as stock is now."""
    with here.company.read() as connection:
        short = shortages(connection, here.company, list(numbers))
    return {number: {"back_orders": [BackOrder(**asdict(one)) for one in lines]} for number, lines in short.items()}
