"""Routes of products."""

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
from tandem.gateway.api.declared import ALWAYS, READS_ONE, WRITES, answers, body
from tandem.gateway.api.parameters import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    IfNoneMatch,
    Key,
    Limit,
    Since,
    Words,
    strict_query,
)
from tandem.gateway.api.salvage import read
from tandem.gateway.api.writes import write
from tandem.gateway.listing import Window
from tandem.gateway.models import Product, ProductIn, ProductPage

router = APIRouter(prefix="/products", tags=["products"], dependencies=[strict_query])
READ = [Depends(requires("products:read"))]
WRITE = [Depends(requires("products:write"))]


@router.get(
    "/{item_code:key}",
    summary="One product",
    dependencies=READ,
    responses=answers(200, Product, "The product", refusals=READS_ONE, example="ProductChanged", tagged=True),
)
async def get_product(here: Here, item_code: Key, if_none_match: IfNoneMatch = None) -> Response:
    """A product by its code, trimmed and whatever its case; a slash in the code is sent as %2F."""
    product = await here.read(partial(here.products.get, code=item_code))
    return reply.record(product, if_none_match)


@router.get(
    "",
    summary="Products",
    dependencies=READ,
    responses=answers(200, ProductPage, "One page of products", refusals=ALWAYS, example="ProductPage"),
)
async def list_products(
    here: Here,
    updated_since: Since = None,
    cursor: Cursor = None,
    limit: Limit = 100,
    item_code: Annotated[Words, Query(alias="itemCode")] = [],  # noqa: B006 (FastAPI copies it)
) -> Response:
    """Products by the moment of their last change."""
    query = query_mark(since=updated_since, codes=item_code)
    window = Window(limit, updated_since, decode(cursor, query))
    found = await here.read(partial(here.products.page, window=window, codes=item_code))
    return reply.page(found.items, encode(found.end, query))


@router.put(
    "/{item_code:key}",
    summary="Change a product",
    dependencies=WRITE,
    responses=answers(
        200, Product, "The product as it stands now", refusals=WRITES, example="ProductChanged", tagged=True
    ),
    openapi_extra=body(ProductIn, "Product"),
)
async def update_product(
    here: Here, request: Request, item_code: Key, key: IdempotencyKey, if_match: IfMatch = None
) -> Response:
    """Changes the descriptions, and the list price where the gateway is set to take prices."""
    data = await read_json(request)
    given = read(ProductIn, data, here.products.faults)
    once = idempotency.Request.of(key, f"PUT products/{item_code}", data)
    return await write(here, once, lambda connection: here.products.update(connection, item_code, given, if_match))
