"""Routes of stock."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from tandem.gateway.api import idempotency, reply
from tandem.gateway.api.auth import requires
from tandem.gateway.api.body import read_json
from tandem.gateway.api.context import Here
from tandem.gateway.api.cursor import decode, encode, query_mark
from tandem.gateway.api.declared import ALWAYS, WRITES, answers, body
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
from tandem.gateway.api.salvage import read
from tandem.gateway.api.writes import write
from tandem.gateway.listing import Window
from tandem.gateway.models import AdjustmentIn, Stock, StockPage

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
    responses=answers(200, StockPage, "Every location of the item", refusals=(*ALWAYS, 404), example="StockPage"),
)
async def get_stock(here: Here, item_code: Key) -> Response:
    """One item at every location that keeps it."""
    return reply.page(await here.read(partial(here.inventory.of_item, code=item_code)), None)


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
