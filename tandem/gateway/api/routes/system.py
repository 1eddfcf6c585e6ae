"""Routes about the gateway and the company themselves."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tandem.gateway.api import reply
from tandem.gateway.api.auth import authenticate
from tandem.gateway.api.context import Here
from tandem.gateway.api.declared import ALWAYS, answers
from tandem.gateway.api.parameters import strict_query
from tandem.gateway.api.schema import company_schema
from tandem.gateway.models import CompanySchema, Health

router = APIRouter(tags=["company"], dependencies=[strict_query])


@router.get(
    "/schema",
    summary="Widths and counters",
    dependencies=[Depends(authenticate)],
    responses=answers(200, CompanySchema, "Tables, columns and counters", refusals=tuple(set(ALWAYS) - {403})),
)
async def get_schema(here: Here) -> Response:
    """Every column that the gateway uses, with the width it has in this company; for any known key."""
    return reply.document(await here.read(partial(company_schema, here.company)))


@router.get(
    "/health",
    summary="Is the gateway up?",
    responses=answers(200, Health, "It is", refusals=(422, 500, 503)),
)
async def get_health(here: Here) -> Response:
    """Answers once the company can be read; needs no key."""
    await here.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar_one())
    return reply.document(Health(status="ok"))
