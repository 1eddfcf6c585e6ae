"""Routes of batches of customers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from tandem.gateway.api import idempotency, reply
from tandem.gateway.api.auth import requires
from tandem.gateway.api.batches import changing, envelope, held, items_of, judged
from tandem.gateway.api.body import read_json
from tandem.gateway.api.context import Context, Here
from tandem.gateway.api.declared import BATCHES, answers, body
from tandem.gateway.api.handlers import instance_of
from tandem.gateway.api.parameters import strict_query
from tandem.gateway.api.routes.customers import CREATE, UPDATE
from tandem.gateway.api.salvage import read
from tandem.gateway.api.writes import Work, transact
from tandem.gateway.models import BatchResult, BatchResults, CustomerIn
from tandem.gateway.models.batch import CustomerBatch, CustomerUpdateBatch
from tandem.values import loads

Item = Callable[[int], BatchResult]

router = APIRouter(prefix="/customers", tags=["customers"], dependencies=[strict_query])
WRITE = [Depends(requires("customers:write"))]


@router.post(
    "/batch",
    summary="Enter customers",
    dependencies=WRITE,
    responses=answers(200, BatchResults, "One result for each customer", refusals=BATCHES, example="CustomerResults"),
    openapi_extra=body(CustomerBatch, "CustomerBatch"),
)
async def create_customers(here: Here, request: Request) -> Response:
    """Up to 500 customers, each its own transaction and its own result."""
    items = items_of(CustomerBatch, await read_json(request))
    return await _batch(here, request, [partial(_create_item, here, item) for item in items])


@router.put(
    "/batch",
    summary="Change customers",
    dependencies=WRITE,
    responses=answers(200, BatchResults, "One result for each customer", refusals=BATCHES, example="CustomerResults"),
    openapi_extra=body(CustomerUpdateBatch, "CustomerUpdateBatch"),
)
async def update_customers(here: Here, request: Request) -> Response:
    """Up to 500 customers, each its own transaction and its own result."""
    items = items_of(CustomerUpdateBatch, await read_json(request))
    return await _batch(here, request, [partial(_update_item, here, item) for item in items])


async def _batch(here: Context, request: Request, items: list[Item]) -> Response:
    def work() -> list[BatchResult]:
        return [judged(index, instance_of(request), partial(item, index)) for index, item in enumerate(items)]

    return reply.document(BatchResults(results=await here.desk.write(work)))


def _create_item(here: Context, item: Any, index: int) -> BatchResult:
    key, data = envelope(item, "Customer")
    given = read(CustomerIn, data, here.entry.faults)
    once = idempotency.Request.of(key, CREATE, data)
    return _carry_out(here, index, once, lambda connection: here.entry.create(connection, given), 201)


def _update_item(here: Context, item: Any, index: int) -> BatchResult:
    key, number, data, version = changing(item, "CustomerNo", "Customer")
    given = read(CustomerIn, data, partial(here.entry.faults, number=str(number)))
    once = idempotency.Request.of(key, f"{UPDATE}/{number}", data)
    return _carry_out(
        here, index, once, lambda connection: here.entry.update(connection, str(number), given, None, version), 200
    )


def _carry_out(here: Context, index: int, once: idempotency.Request, work: Work, status: int) -> BatchResult:
    def run() -> BatchResult:
        answer = transact(here, once, work, status)
        number = loads(answer.body)["CustomerNo"]
        return BatchResult(
            index=index,
            status=answer.status,
            customer_no=number,
            e_tag=answer.etag,
            replayed=answer.replayed,
        )

    return held(here, once.key, run)
