"""Routes of receipts and their applications."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from tandem.gateway.api import idempotency, reply
from tandem.gateway.api.auth import requires
from tandem.gateway.api.body import read_json
from tandem.gateway.api.carrying import Kind
from tandem.gateway.api.context import Context, Here
from tandem.gateway.api.cursor import decode, encode, query_mark
from tandem.gateway.api.declared import ALWAYS, BATCHES, READS_ONE, WRITES, answers, body
from tandem.gateway.api.finance import Entered
from tandem.gateway.api.parameters import (
    Cursor,
    IdempotencyKey,
    IfNoneMatch,
    Key,
    Limit,
    Since,
    Word,
    Words,
    strict_query,
)
from tandem.gateway.api.salvage import read
from tandem.gateway.api.writes import write
from tandem.gateway.listing import Window
from tandem.gateway.models import ApplicationIn, BatchResults, Receipt, ReceiptIn, ReceiptPage
from tandem.gateway.models.base import Day
from tandem.gateway.models.batch import ReceiptBatch
from tandem.gateway.receivables.receipt_read import page
from tandem.gateway.receivables.receipt_stamps import ReceiptQuery

router = APIRouter(prefix="/receipts", tags=["receipts"], dependencies=[strict_query])
READ = [Depends(requires("receipts:read"))]
WRITE = [Depends(requires("receipts:write"))]


def _entered(here: Context) -> Entered[ReceiptIn, Receipt]:
    desk = here.finance
    kind = Kind("ReceiptNo", "receipt_no", desk.receipt_reader.get)
    return Entered("POST receipts", "Receipt", ReceiptIn, kind, desk.receipts.faults, desk.receipts.create_many)


@router.post(
    "/batch",
    summary="Enter receipts",
    dependencies=WRITE,
    responses=answers(200, BatchResults, "One result for each", refusals=(*BATCHES, 409), example="ReceiptResults"),
    openapi_extra=body(ReceiptBatch, "ReceiptBatch"),
)
async def create_receipts(here: Here, request: Request) -> Response:
    """Up to 500 receipts, each for itself: a bad one never stops another."""
    return await _entered(here).batch(here, request, ReceiptBatch)


@router.post(
    "",
    status_code=201,
    summary="Enter a receipt",
    dependencies=WRITE,
    responses=answers(
        201, Receipt, "The receipt as it was entered", refusals=WRITES, example="ReceiptEntered", tagged=True
    ),
    openapi_extra=body(ReceiptIn, "Receipt"),
)
async def create_receipt(here: Here, request: Request, key: IdempotencyKey) -> Response:
    """Enters money that came in or was paid back, unposted; without InvoiceNo it waits as an open credit."""
    return await _entered(here).one(here, request, key)


@router.post(
    "/{receipt_no:key}/applications",
    status_code=201,
    summary="Let an unapplied receipt pay an invoice",
    dependencies=WRITE,
    responses=answers(
        201, Receipt, "The receipt with its applications", refusals=WRITES, example="ReceiptApplied", tagged=True
    ),
    openapi_extra=body(ApplicationIn, "Application"),
)
async def apply_receipt(here: Here, request: Request, receipt_no: Key, key: IdempotencyKey) -> Response:
    """Never more than is unapplied, nor than the invoice has open; unposted as the receipt itself."""
    data = await read_json(request)
    given = read(ApplicationIn, data, lambda _: [])
    once = idempotency.Request.of(key, f"POST receipts/{receipt_no}/applications", data)
    apply = here.finance.applications.apply
    return await write(here, once, lambda connection: apply(connection, receipt_no, given), status=201)


@router.get(
    "/{receipt_no:key}",
    summary="One receipt",
    dependencies=READ,
    responses=answers(200, Receipt, "The receipt", refusals=(*READS_ONE, 409), example="ReceiptApplied", tagged=True),
)
async def get_receipt(here: Here, receipt_no: Key, if_none_match: IfNoneMatch = None) -> Response:
    """A receipt that was entered here, by its number."""
    return reply.record(await here.read(partial(here.finance.receipt_reader.get, number=receipt_no)), if_none_match)


@router.get(
    "",
    summary="Receipts",
    dependencies=READ,
    responses=answers(200, ReceiptPage, "One page of receipts", refusals=(*ALWAYS, 409), example="ReceiptPage"),
)
async def list_receipts(
    here: Here,
    updated_since: Since = None,
    cursor: Cursor = None,
    limit: Limit = 100,
    customer_no: Annotated[Word | None, Query(alias="customerNo")] = None,
    invoice_no: Annotated[Words, Query(alias="invoiceNo")] = [],  # noqa: B006 (FastAPI copies it)
    external_receipt_id: Annotated[Words, Query(alias="externalReceiptId")] = [],  # noqa: B006
    reference_no: Annotated[Words, Query(alias="referenceNo")] = [],  # noqa: B006
    first: Annotated[Day | None, Query(alias="receiptDateFrom")] = None,
    last: Annotated[Day | None, Query(alias="receiptDateTo")] = None,
) -> Response:
    """Receipts that were entered here, by the moment of their last change."""
    query = query_mark(
        since=updated_since,
        customer=customer_no,
        invoices=invoice_no,
        external=external_receipt_id,
        references=reference_no,
        days=(first, last),
    )
    asked = ReceiptQuery(
        window=Window(limit, updated_since, decode(cursor, query)),
        customer_no=customer_no,
        invoices=tuple(invoice_no),
        external_ids=tuple(external_receipt_id),
        references=tuple(reference_no),
        first=first,
        last=last,
    )
    found = await here.read(partial(page, reader=here.finance.receipt_reader, query=asked))
    return reply.page(found.items, encode(found.end, query))
