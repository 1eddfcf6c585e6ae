"""Routes of stock."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from tandem.gateway.api import idempotency, reply
from tandem.gateway.api.auth import requires
from tandem.gateway.api.batches import envelope, held, items_of, judged
from tandem.gateway.api.body import read_json
from tandem.gateway.api.context import Context, Here
from tandem.gateway.api.cursor import decode, encode, query_mark
from tandem.gateway.api.declared import ALWAYS, BATCHES, WRITES, answers, body
from tandem.gateway.api.handlers import instance_of
from tandem.gateway.api.parameters import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Key,
    Limit,
    Since,
    Words,
    strict_query,
)
from tandem.gateway.api.problems import invalid
from tandem.gateway.api.salvage import read
from tandem.gateway.api.writes import transact, write
from tandem.gateway.company.faults import Fault
from tandem.gateway.listing import Window
from tandem.gateway.models import AdjustmentIn, BatchResult, BatchResults, Stock, StockPage
from tandem.gateway.models.batch import AdjustmentBatch
from tandem.values import loads

router = APIRouter(prefix="/inventory", tags=["inventory"], dependencies=[strict_query])
READ = [Depends(requires("inventory:read"))]
WRITE = [Depends(requires("inventory:write"))]


@router.get(
    "",
    summary="Stock",
    dependencies=READ,
    responses=answers(200, StockPage, "One page of stock", refusals=ALWAYS, example="StockPage"),
)
async def list_stock(
    here: Here,
    updated_since: Since = None,
    cursor: Cursor = None,
    limit: Limit = 100,
    item_code: Annotated[Words, Query(alias="itemCode")] = [],  # noqa: B006 (FastAPI copies it)
    location: Words = [],  # noqa: B006
) -> Response:
    """Stock by item and location, by the moment of its last change."""
    query = query_mark(since=updated_since, codes=item_code, locations=location)
    window = Window(limit, updated_since, decode(cursor, query))
    found = await here.read(partial(here.inventory.page, window=window, codes=item_code, locations=location))
    return reply.page(found.items, encode(found.end, query))


@router.get(
    "/{item_code:key}",
    summary="Stock of one item",
    dependencies=READ,
    responses=answers(200, StockPage, "Every location of the item", refusals=(*ALWAYS, 404, 405), example="StockPage"),
)
async def get_stock(here: Here, item_code: Key) -> Response:
    """One item at every location that keeps it."""
    return reply.page(await here.read(partial(here.inventory.of_item, code=item_code)), None)


@router.post(
    "/batch",
    summary="Adjust stock of many",
    dependencies=WRITE,
    responses=answers(200, BatchResults, "One result for each", refusals=BATCHES, example="AdjustmentResults"),
    openapi_extra=body(AdjustmentBatch, "AdjustmentBatch"),
)
async def adjust_many(here: Here, request: Request) -> Response:
    """Up to 500 adjustments, each its own transaction and its own result; one that is refused stops no other."""
    items = items_of(AdjustmentBatch, await read_json(request))

    def work() -> list[BatchResult]:
        instance = instance_of(request)
        return [judged(index, instance, partial(_adjust, here, item, index)) for index, item in enumerate(items)]

    return reply.document(BatchResults(results=await here.desk.write(work)))


def _adjust(here: Context, item: Any, index: int) -> BatchResult:
    key, code, location, data = envelope(item, "ItemCode", "Location", "Adjustment")
    named = (("ItemCode", "iciloc.item", code), ("Location", "iciloc.loctid", location))
    wrong = [(field, column) for field, column, given in named if not (isinstance(given, str) and given.strip())]
    if wrong:
        raise invalid([Fault(field, column, "not-text", "must be a code") for field, column in wrong])
    given = read(AdjustmentIn, data, here.adjustments.faults)
    once = idempotency.Request.of(key, f"PUT inventory/{code}/{location}", data)

    def run() -> BatchResult:
        answer = transact(here, once, lambda tx: here.adjustments.adjust(tx, code, location, given, None), 200)
        stock = loads(answer.body)
        return BatchResult(
            index=index,
            status=answer.status,
            item_code=stock["ItemCode"],
            location=stock["Location"],
            e_tag=answer.etag,
            replayed=answer.replayed,
        )

    return held(here, once.key, run)


@router.put(
    "/{item_code:key}/{location:key}",
    summary="Adjust stock",
    dependencies=WRITE,
    responses=answers(200, Stock, "The stock as it stands now", refusals=WRITES, example="StockAdjusted", tagged=True),
    openapi_extra=body(AdjustmentIn, "Adjustment"),
)
async def adjust_stock(
    here: Here,
    request: Request,
    item_code: Key,
    location: Key,
    key: IdempotencyKey,
    if_match: IfMatch = None,
) -> Response:
    """Moves the quantity on hand by a signed quantity, or brings it to what was counted.

    A stock movement documents it; below zero it is refused unless AllowNegative is sent.
    """
    data = await read_json(request)
    given = read(AdjustmentIn, data, here.adjustments.faults)
    once = idempotency.Request.of(key, f"PUT inventory/{item_code}/{location}", data)
    return await write(
        here, once, lambda connection: here.adjustments.adjust(connection, item_code, location, given, if_match)
    )
