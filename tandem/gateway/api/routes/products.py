"""Routes of products."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from tandem.gateway.api import idempotency, reply
from tandem.gateway.api.auth import requires
from tandem.gateway.api.batches import changing, held, items_of, judged
from tandem.gateway.api.body import read_json
from tandem.gateway.api.context import Context, Here
from tandem.gateway.api.cursor import decode, encode, query_mark
from tandem.gateway.api.declared import ALWAYS, BATCHES, READS_ONE, WRITES, answers, body
from tandem.gateway.api.handlers import instance_of
from tandem.gateway.api.parameters import (
    MANY,
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
from tandem.gateway.api.problems import invalid
from tandem.gateway.api.salvage import read
from tandem.gateway.api.writes import transact, write
from tandem.gateway.catalogue.products import Chosen
from tandem.gateway.company.faults import Fault
from tandem.gateway.listing import Window
from tandem.gateway.models import BatchResult, BatchResults, Product, ProductIn, ProductPage
from tandem.gateway.models.base import Day
from tandem.gateway.models.batch import ProductBatch
from tandem.values import loads

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
    effective_from: Annotated[
        list[Day],
        Query(alias="effectiveFrom", max_length=MANY, description="Only products of which a price takes effect then"),
    ] = [],  # noqa: B006 (FastAPI copies it)
    include_costs: Annotated[bool, Query(alias="includeCosts", description="false: costs are null")] = True,
) -> Response:
    """Products by the moment of their last change."""
    days = [day.isoformat() for day in effective_from]
    query = query_mark(since=updated_since, codes=item_code, days=days, costs=include_costs)
    window = Window(limit, updated_since, decode(cursor, query))
    chosen = Chosen(item_code, effective_from)
    found = await here.read(partial(here.products.page, window=window, chosen=chosen))
    items = found.items if include_costs else [product.without_costs() for product in found.items]
    return reply.page(items, encode(found.end, query))


@router.put(
    "/batch",
    summary="Change products",
    dependencies=WRITE,
    responses=answers(200, BatchResults, "One result for each product", refusals=BATCHES, example="ProductResults"),
    openapi_extra=body(ProductBatch, "ProductBatch"),
)
async def update_products(here: Here, request: Request) -> Response:
    """Up to 500 changes, each its own transaction and its own result; items are entered at Sage Pro's screens only."""
    items = items_of(ProductBatch, await read_json(request))

    def work() -> list[BatchResult]:
        instance = instance_of(request)
        return [judged(index, instance, partial(_change, here, item, index)) for index, item in enumerate(items)]

    return reply.document(BatchResults(results=await here.desk.write(work)))


def _change(here: Context, item: Any, index: int) -> BatchResult:
    key, code, data, version = changing(item, "ItemCode", "Product")
    if not isinstance(code, str) or not code.strip():
        raise invalid([Fault("ItemCode", "icitem.item", "not-text", "must be the code of an item")])
    given = read(ProductIn, data, here.products.faults)
    once = idempotency.Request.of(key, f"PUT products/{code}", data)

    def run() -> BatchResult:
        work = partial(here.products.update, code=code, change=given, if_match=None, version=version)
        answer = transact(here, once, work, 200)
        number = loads(answer.body)["ItemCode"]
        return BatchResult(
            index=index, status=answer.status, item_code=number, e_tag=answer.etag, replayed=answer.replayed
        )

    return held(here, once.key, run)


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
