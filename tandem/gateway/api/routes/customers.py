"""Routes of customers."""

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
    Word,
    Words,
    strict_query,
)
from tandem.gateway.api.salvage import read
from tandem.gateway.api.writes import write
from tandem.gateway.customers.customers import Wanted
from tandem.gateway.listing import Window
from tandem.gateway.models import (
    Customer,
    CustomerIn,
    CustomerPage,
    ExternalIdIn,
)

router = APIRouter(prefix="/customers", tags=["customers"], dependencies=[strict_query])
READ = [Depends(requires("customers:read"))]
WRITE = [Depends(requires("customers:write"))]
CREATE = "POST customers"
UPDATE = "PUT customers"


@router.post(
    "",
    status_code=201,
    summary="Enter a customer",
    dependencies=WRITE,
    responses=answers(
        201, Customer, "The customer as it was entered", refusals=WRITES, example="CustomerEntered", tagged=True
    ),
    openapi_extra=body(CustomerIn, "Customer"),
)
async def create_customer(here: Here, request: Request, key: IdempotencyKey) -> Response:
    """Enters a customer; without CustomerNo the next free number is made from the name."""
    data = await read_json(request)
    given = read(CustomerIn, data, here.entry.faults)
    once = idempotency.Request.of(key, CREATE, data)
    return await write(here, once, lambda connection: here.entry.create(connection, given), status=201)


@router.get(
    "/{customer_no:key}",
    summary="One customer",
    dependencies=READ,
    responses=answers(200, Customer, "The customer", refusals=READS_ONE, example="CustomerChanged", tagged=True),
)
async def get_customer(here: Here, customer_no: Key, if_none_match: IfNoneMatch = None) -> Response:
    """A customer by its number."""
    customer = await here.read(partial(here.customers.get, number=customer_no))
    return reply.record(customer, if_none_match)


@router.get(
    "",
    summary="Customers",
    dependencies=READ,
    responses=answers(200, CustomerPage, "One page of customers", refusals=ALWAYS, example="CustomerPage"),
)
async def list_customers(
    here: Here,
    updated_since: Since = None,
    cursor: Cursor = None,
    limit: Limit = 100,
    email: Words = [],  # noqa: B006 (FastAPI copies it)
    external_customer_id: Annotated[Words, Query(alias="externalCustomerId")] = [],  # noqa: B006
    company: Annotated[Word | None, Query()] = None,
) -> Response:
    """Customers by the moment of their last change; e-mail and name match when equal but for case and outer blanks."""
    query = query_mark(since=updated_since, email=email, external=external_customer_id, company=company)
    window = Window(limit, updated_since, decode(cursor, query))
    wanted = Wanted(email, external_customer_id, company)
    found = await here.read(partial(here.customers.page, window=window, wanted=wanted))
    return reply.page(found.items, encode(found.end, query))


@router.put(
    "/{customer_no:key}",
    summary="Change a customer",
    dependencies=WRITE,
    responses=answers(
        200, Customer, "The customer as it stands now", refusals=WRITES, example="CustomerChanged", tagged=True
    ),
    openapi_extra=body(CustomerIn, "CustomerUpdate"),
)
async def update_customer(
    here: Here, request: Request, customer_no: Key, key: IdempotencyKey, if_match: IfMatch = None
) -> Response:
    """Replaces name, contact, address, tax exemption and custom fields.

    Terms, currency, price code, territory, salesperson, credit limit and notes are taken when a customer is entered
    and are the bookkeeper's from then on.
    """
    data = await read_json(request)
    given = read(CustomerIn, data, partial(here.entry.faults, number=customer_no))
    once = idempotency.Request.of(key, f"{UPDATE}/{customer_no}", data)
    return await write(here, once, lambda connection: here.entry.update(connection, customer_no, given, if_match))


@router.post(
    "/{customer_no:key}/external-ids",
    status_code=201,
    summary="Let one more shop id stand for a customer",
    dependencies=WRITE,
    responses=answers(
        201, Customer, "The customer with all of the shop's ids", refusals=WRITES, example="CustomerLinked", tagged=True
    ),
    openapi_extra=body(ExternalIdIn, "ExternalId"),
)
async def add_external_id(here: Here, request: Request, customer_no: Key, key: IdempotencyKey) -> Response:
    """Several of the shop's customers may be one customer of the company."""
    data = await read_json(request)
    given = read(ExternalIdIn, data, lambda _: [])
    once = idempotency.Request.of(key, f"{CREATE}/{customer_no}/external-ids", data)
    return await write(
        here,
        once,
        lambda connection: here.entry.link(connection, customer_no, given.external_customer_id),
        status=201,
    )
