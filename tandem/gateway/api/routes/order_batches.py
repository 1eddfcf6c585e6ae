"""Routes of batches of sales orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from tandem.gateway.api import idempotency, reply
from tandem.gateway.api.auth import requires
from tandem.gateway.api.batches import envelope, items_of, refused
from tandem.gateway.api.body import read_json
from tandem.gateway.api.context import Context, Here
from tandem.gateway.api.declared import BATCHES, answers, body
from tandem.gateway.api.handlers import instance_of
from tandem.gateway.api.orders import Asked, Change, Orders, Verdict, faults_of_order, number_of
from tandem.gateway.api.parameters import strict_query
from tandem.gateway.api.problems import ProblemError, invalid, problem_of
from tandem.gateway.api.routes.orders import CREATE, UPDATE
from tandem.gateway.api.salvage import read
from tandem.gateway.company.faults import Fault, Rejection
from tandem.gateway.models import BatchResult, BatchResults, SalesOrderIn, SalesOrderUpdate
from tandem.gateway.models.batch import BackOrder, SalesOrderBatch, SalesOrderUpdateBatch
from tandem.gateway.orders.shortage import Short, shortages

D = TypeVar("D")

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
    run = Orders(here, here.orders.create_many, status=201, whole=False)
    return await _batch(here, request, items, partial(_new, here), run)


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
    run: Orders[Change] = Orders(here, here.change.update_many, status=200, whole=False)
    return await _batch(here, request, items, partial(_changed, here), run)


def _changed(here: Context, item: Any) -> Asked[Change]:
    key, number, data = envelope(item, "SalesOrderNo", "Order")
    if not isinstance(number, str) or not number.strip():
        raise invalid([Fault("SalesOrderNo", "somast.sono", "not-text", "must be the number of an order")])
    given = read(SalesOrderUpdate, data, partial(faults_of_order, here))
    return Asked(idempotency.Request.of(key, f"{UPDATE}/{number}", data), (number, given, None))


async def _batch(
    here: Context, request: Request, items: Sequence[Any], parse: Callable[[Any], Asked[D]], run: Orders[D]
) -> Response:
    instance = instance_of(request)

    def work() -> list[BatchResult]:
        asked: dict[int, Asked[D]] = {}
        results: dict[int, BatchResult] = {}
        for index, item in enumerate(items):
            try:
                asked[index] = parse(item)
            except ProblemError as error:
                results[index] = refused(index, instance, error)
            except Rejection as error:
                results[index] = refused(index, instance, problem_of(error))
        verdicts = run.carry_out(list(asked.values()))
        short = _short(here, verdicts)
        for index, verdict in zip(asked, verdicts, strict=True):
            results[index] = _result(index, instance, verdict, short)
        return [results[index] for index in range(len(items))]

    return reply.document(BatchResults(results=await here.desk.write(work)))


def _short(here: Context, verdicts: Sequence[Verdict]) -> dict[str, list[Short]]:
    """What of these orders is back-ordered, as stock is now."""
    numbers = [number_of(verdict) for verdict in verdicts if not isinstance(verdict, ProblemError)]
    if not numbers:
        return {}
    with here.company.read() as connection:
        return shortages(connection, here.company, numbers)


def _result(index: int, instance: str, verdict: Verdict, short: Mapping[str, list[Short]]) -> BatchResult:
    if isinstance(verdict, ProblemError):
        return refused(index, instance, verdict)
    number = number_of(verdict)
    return BatchResult(
        index=index,
        status=verdict.status,
        sales_order_no=number,
        back_orders=[BackOrder(**asdict(one)) for one in short.get(number, ())] or None,
        e_tag=verdict.etag,
        replayed=verdict.replayed,
    )
