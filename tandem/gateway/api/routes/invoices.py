"""Routes of invoices and credit memos."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from tandem.gateway.api import reply
from tandem.gateway.api.auth import requires
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
from tandem.gateway.listing import Window
from tandem.gateway.models import BatchResults, Invoice, InvoiceIn, InvoicePage
from tandem.gateway.models.base import Day
from tandem.gateway.models.batch import InvoiceBatch
from tandem.gateway.models.invoice import InvoiceStatus, InvoiceType
from tandem.gateway.receivables.invoice_listing import InvoiceQuery, page

router = APIRouter(prefix="/invoices", tags=["invoices"], dependencies=[strict_query])
READ = [Depends(requires("invoices:read"))]
WRITE = [Depends(requires("invoices:write"))]


def _entered(here: Context) -> Entered[InvoiceIn, Invoice]:
    desk = here.finance
    kind = Kind("InvoiceNo", "invoice_no", desk.invoice_reader.get)
    return Entered("POST invoices", "Invoice", InvoiceIn, kind, desk.invoices.faults, desk.invoices.create_many)


@router.post(
    "/batch",
    summary="Enter invoices",
    dependencies=WRITE,
    responses=answers(200, BatchResults, "One result for each", refusals=(*BATCHES, 409), example="InvoiceResults"),
    openapi_extra=body(InvoiceBatch, "InvoiceBatch"),
)
async def create_invoices(here: Here, request: Request) -> Response:
    """Up to 500 invoices and credit memos, each for itself: a bad one never stops another."""
    return await _entered(here).batch(here, request, InvoiceBatch)


@router.post(
    "",
    status_code=201,
    summary="Enter an invoice or credit memo",
    dependencies=WRITE,
    responses=answers(
        201, Invoice, "The document as it was entered", refusals=WRITES, example="InvoiceEntered", tagged=True
    ),
    openapi_extra=body(InvoiceIn, "Invoice"),
)
async def create_invoice(here: Here, request: Request, key: IdempotencyKey) -> Response:
    """Enters it with its distribution, unposted: a person looks at it and posts it in Sage Pro."""
    return await _entered(here).one(here, request, key)


@router.get(
    "/{invoice_no:key}",
    summary="One invoice",
    dependencies=READ,
    responses=answers(200, Invoice, "The document", refusals=(*READS_ONE, 409), example="InvoiceEntered", tagged=True),
)
async def get_invoice(here: Here, invoice_no: Key, if_none_match: IfNoneMatch = None) -> Response:
    """An invoice, credit memo or open credit by its number, open or in history."""
    return reply.record(await here.read(partial(here.finance.invoice_reader.get, number=invoice_no)), if_none_match)


@router.get(
    "",
    summary="Invoices",
    dependencies=READ,
    responses=answers(200, InvoicePage, "One page of invoices", refusals=(*ALWAYS, 409), example="InvoicePage"),
)
async def list_invoices(
    here: Here,
    updated_since: Since = None,
    cursor: Cursor = None,
    limit: Limit = 100,
    status: Annotated[InvoiceStatus | None, Query()] = None,
    type_: Annotated[InvoiceType | None, Query(alias="type", description="Left out: open credits too")] = None,
    customer_no: Annotated[Word | None, Query(alias="customerNo")] = None,
    sales_order_no: Annotated[Words, Query(alias="salesOrderNo")] = [],  # noqa: B006 (FastAPI copies it)
    external_invoice_id: Annotated[Words, Query(alias="externalInvoiceId")] = [],  # noqa: B006
    first: Annotated[Day | None, Query(alias="invoiceDateFrom")] = None,
    last: Annotated[Day | None, Query(alias="invoiceDateTo")] = None,
) -> Response:
    """Invoices, credit memos and open credits by the moment of their last change, history included.

    A page may hold fewer than the limit; the list has ended only when NextCursor is null.
    """
    query = query_mark(
        since=updated_since,
        status=status,
        type=type_,
        customer=customer_no,
        orders=sales_order_no,
        external=external_invoice_id,
        days=(first, last),
    )
    asked = InvoiceQuery(
        window=Window(limit, updated_since, decode(cursor, query)),
        status=status,
        type=type_,
        customer_no=customer_no,
        sales_orders=tuple(sales_order_no),
        external_ids=tuple(external_invoice_id),
        first=first,
        last=last,
    )
    found = await here.read(partial(page, reader=here.finance.invoice_reader, query=asked))
    return reply.page(found.items, encode(found.end, query))
