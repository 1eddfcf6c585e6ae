"""Routes of sales orders."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from tandem.gateway.api import idempotency, reply
from tandem.gateway.api.auth import requires
from tandem.gateway.api.body import read_json
from tandem.gateway.api.carrying import Asked
from tandem.gateway.api.context import Here
from tandem.gateway.api.cursor import decode, encode, query_mark
from tandem.gateway.api.declared import ALWAYS, READS_ONE, WRITES, answers, body
from tandem.gateway.api.idempotency import Answer
from tandem.gateway.api.orders import carrying, faults_of_order
from tandem.gateway.api.parameters import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    IfNoneMatch,
    Key,
    Limit,
    Since,
    Word,
    Words,
    strict_query,
)
from tandem.gateway.api.salvage import read
from tandem.gateway.api.writes import response
from tandem.gateway.listing import Window
from tandem.gateway.models import OrderStatus, SalesOrder, SalesOrderIn, SalesOrderPage, SalesOrderUpdate
from tandem.gateway.orders.listing import OrderQuery, page

CREATE = "POST orders"
UPDATE = "PUT orders"

router = APIRouter(prefix="/orders", tags=["orders"], dependencies=[strict_query])
READ = [Depends(requires("orders:read"))]
WRITE = [Depends(requires("orders:write"))]


@router.post(
    "",
    status_code=201,
    summary="Enter a sales order",
    dependencies=WRITE,
    responses=answers(
        201, SalesOrder, "The order as it was entered", refusals=WRITES, example="SalesOrderEntered", tagged=True
    ),
    openapi_extra=body(SalesOrderIn, "SalesOrder"),
)
async def create_order(here: Here, request: Request, key: IdempotencyKey) -> Response:
    """Enters a sales order under Sage Pro's next number; every fault of the order is told at once."""
    data = await read_json(request)
    once = idempotency.Request.of(key, CREATE, data)

    def work() -> Answer:
        given = read(SalesOrderIn, data, partial(faults_of_order, here))
        run = carrying(here, here.orders.create_many, 201, whole=True)
        return run.one(Asked(once, given))

    return response(await here.desk.write(work))


@router.get(
    "/{sales_order_no:key}",
    summary="One sales order",
    dependencies=READ,
    responses=answers(200, SalesOrder, "The order", refusals=READS_ONE, example="SalesOrderChanged", tagged=True),
)
async def get_order(here: Here, sales_order_no: Key, if_none_match: IfNoneMatch = None) -> Response:
    """A sales order by its number, open or in history."""
    return reply.record(await here.read(partial(here.reader.get, number=sales_order_no)), if_none_match)


@router.get(
    "",
    summary="Sales orders",
    dependencies=READ,
    responses=answers(200, SalesOrderPage, "One page of sales orders", refusals=ALWAYS, example="SalesOrderPage"),
)
async def list_orders(
    here: Here,
    updated_since: Since = None,
    cursor: Cursor = None,
    limit: Limit = 100,
    status: Annotated[OrderStatus | None, Query(description="open takes in partial")] = None,
    customer_no: Annotated[Word | None, Query(alias="customerNo")] = None,
    external_order_id: Annotated[Words, Query(alias="externalOrderId")] = [],  # noqa: B006 (FastAPI copies it)
    include_history: Annotated[bool, Query(alias="includeHistory")] = False,
) -> Response:
    """Sales orders by the moment of their last change; of the open tables, and of history if that is asked for."""
    query = query_mark(
        since=updated_since,
        status=status,
        customer=customer_no,
        external=external_order_id,
        history=include_history,
    )
    asked = OrderQuery(
        window=Window(limit, updated_since, decode(cursor, query)),
        status=status,
        customer_no=customer_no,
        external_ids=tuple(external_order_id),
        include_history=include_history,
    )
    found = await here.read(partial(page, reader=here.reader, query=asked))
    return reply.page(found.items, encode(found.end, query))


@router.put(
    "/{sales_order_no:key}",
    summary="Change or cancel a sales order",
    dependencies=WRITE,
    responses=answers(
        200, SalesOrder, "The order as it stands now", refusals=WRITES, example="SalesOrderChanged", tagged=True
    ),
    openapi_extra=body(SalesOrderUpdate, "SalesOrderUpdate"),
)
async def update_order(
    here: Here, request: Request, sales_order_no: Key, key: IdempotencyKey, if_match: IfMatch = None
) -> Response:
    """Brings the order to the state sent; lines are matched by LineReference, Cancel voids what was not shipped.

    Once picking has begun a difference in lines or address is refused, and told in `differences`.
    """
    data = await read_json(request)
    once = idempotency.Request.of(key, f"{UPDATE}/{sales_order_no}", data)

    def work() -> Answer:
        given = read(SalesOrderUpdate, data, partial(faults_of_order, here))
        run = carrying(here, here.change.update_many, 200, whole=True)
        return run.one(Asked(once, (sales_order_no, given, if_match, "")))

    return response(await here.desk.write(work))
