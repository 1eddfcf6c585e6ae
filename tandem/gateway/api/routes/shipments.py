"""Routes of shipments."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from tandem.gateway.api import reply
from tandem.gateway.api.auth import requires
from tandem.gateway.api.context import Here
from tandem.gateway.api.cursor import decode, encode, query_mark
from tandem.gateway.api.declared import ALWAYS, READS_ONE, answers
from tandem.gateway.api.parameters import Cursor, IfNoneMatch, Key, Limit, Since, Words, strict_query
from tandem.gateway.listing import Window
from tandem.gateway.models import Shipment, ShipmentPage

router = APIRouter(
    prefix="/shipments", tags=["shipments"], dependencies=[Depends(requires("shipments:read")), strict_query]
)


@router.get(
    "/{shipment_no:key}",
    summary="One shipment",
    responses=answers(200, Shipment, "The shipment", refusals=READS_ONE, example="Shipment", tagged=True),
)
async def get_shipment(here: Here, shipment_no: Key, if_none_match: IfNoneMatch = None) -> Response:
    """A shipment by its number, open or in history."""
    shipment = await here.read(partial(here.shipments.get, shipment_no=shipment_no))
    return reply.record(shipment, if_none_match)


@router.get(
    "",
    summary="Shipments",
    responses=answers(200, ShipmentPage, "One page of shipments", refusals=ALWAYS, example="ShipmentPage"),
)
async def list_shipments(
    here: Here,
    updated_since: Since = None,
    cursor: Cursor = None,
    limit: Limit = 100,
    sales_order_no: Annotated[Words, Query(alias="salesOrderNo")] = [],  # noqa: B006 (FastAPI copies it)
    shipment_no: Annotated[Words, Query(alias="shipmentNo")] = [],  # noqa: B006
) -> Response:
    """Shipments by the moment of their last change, voided ones and history included."""
    query = query_mark(since=updated_since, orders=sales_order_no, numbers=shipment_no)
    window = Window(limit, updated_since, decode(cursor, query))
    found = await here.read(
        partial(here.shipments.page, window=window, shipment_nos=shipment_no, sales_order_nos=sales_order_no)
    )
    return reply.page(found.items, encode(found.end, query))
