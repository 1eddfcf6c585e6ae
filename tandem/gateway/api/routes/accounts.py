"""Routes of the chart of accounts."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tandem.gateway.api import reply
from tandem.gateway.api.auth import requires
from tandem.gateway.api.context import Here
from tandem.gateway.api.cursor import decode, encode, query_mark
from tandem.gateway.api.declared import ALWAYS, answers
from tandem.gateway.api.parameters import Cursor, Limit, strict_query
from tandem.gateway.listing import Window
from tandem.gateway.models import AccountPage

router = APIRouter(
    prefix="/accounts", tags=["accounts"], dependencies=[Depends(requires("accounts:read")), strict_query]
)


@router.get(
    "",
    summary="Accounts",
    responses=answers(200, AccountPage, "One page of accounts", refusals=(*ALWAYS, 409), example="AccountPage"),
)
async def list_accounts(here: Here, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """The chart of accounts by number."""
    query = query_mark(list="accounts")
    found = await here.read(partial(here.finance.accounts.page, window=Window(limit, None, decode(cursor, query))))
    return reply.page(found.items, encode(found.end, query))
