"""Routes of journals."""

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
from tandem.gateway.api.parameters import Cursor, IdempotencyKey, IfNoneMatch, Key, Limit, Since, Words, strict_query
from tandem.gateway.ledger.journal_read import JournalQuery
from tandem.gateway.listing import Window
from tandem.gateway.models import BatchResults, Journal, JournalIn, JournalPage
from tandem.gateway.models.base import Day
from tandem.gateway.models.batch import JournalBatch

router = APIRouter(prefix="/journals", tags=["journals"], dependencies=[strict_query])
READ = [Depends(requires("journals:read"))]
WRITE = [Depends(requires("journals:write"))]


def _entered(here: Context) -> Entered[JournalIn, Journal]:
    desk = here.finance
    kind = Kind("JournalNo", "journal_no", desk.journal_reader.get)
    return Entered("POST journals", "Journal", JournalIn, kind, desk.journals.faults, desk.journals.create_many)


@router.post(
    "/batch",
    summary="Enter journals",
    dependencies=WRITE,
    responses=answers(200, BatchResults, "One result for each", refusals=(*BATCHES, 409), example="JournalResults"),
    openapi_extra=body(JournalBatch, "JournalBatch"),
)
async def create_journals(here: Here, request: Request) -> Response:
    """Up to 500 journals, each for itself: a bad one never stops another."""
    return await _entered(here).batch(here, request, JournalBatch)


@router.post(
    "",
    status_code=201,
    summary="Enter a journal",
    dependencies=WRITE,
    responses=answers(
        201, Journal, "The journal as it was entered", refusals=WRITES, example="JournalEntered", tagged=True
    ),
    openapi_extra=body(JournalIn, "Journal"),
)
async def create_journal(here: Here, request: Request, key: IdempotencyKey) -> Response:
    """Enters a balanced journal as an unposted batch of the ledger; its period is that of its date."""
    return await _entered(here).one(here, request, key)


@router.get(
    "/{journal_no:key}",
    summary="One journal",
    dependencies=READ,
    responses=answers(200, Journal, "The journal", refusals=(*READS_ONE, 409), example="JournalEntered", tagged=True),
)
async def get_journal(here: Here, journal_no: Key, if_none_match: IfNoneMatch = None) -> Response:
    """A journal that was entered here, by its number."""
    return reply.record(await here.read(partial(here.finance.journal_reader.get, number=journal_no)), if_none_match)


@router.get(
    "",
    summary="Journals",
    dependencies=READ,
    responses=answers(200, JournalPage, "One page of journals", refusals=(*ALWAYS, 409), example="JournalPage"),
)
async def list_journals(
    here: Here,
    updated_since: Since = None,
    cursor: Cursor = None,
    limit: Limit = 100,
    external_journal_id: Annotated[Words, Query(alias="externalJournalId")] = [],  # noqa: B006 (FastAPI copies it)
    first: Annotated[Day | None, Query(alias="journalDateFrom")] = None,
    last: Annotated[Day | None, Query(alias="journalDateTo")] = None,
) -> Response:
    """Journals that were entered here, by the moment of their last change."""
    query = query_mark(since=updated_since, external=external_journal_id, days=(first, last))
    asked = JournalQuery(
        Window(limit, updated_since, decode(cursor, query)), tuple(external_journal_id), first=first, last=last
    )
    found = await here.read(partial(here.finance.journal_reader.page, query=asked))
    return reply.page(found.items, encode(found.end, query))
