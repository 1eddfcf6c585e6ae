"""One write: its idempotency key, its transaction, its answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from starlette.responses import Response

from tandem.gateway.api.context import Context
from tandem.gateway.api.idempotency import Answer, Request
from tandem.gateway.api.reply import JSON, to_json
from tandem.gateway.models.base import Record

Work = Callable[[Connection], Record]


async def write(here: Context, request: Request, work: Work, *, status: int = 200) -> Response:
    """Carries a request out once, however often it is sent.

    Raises:
        ProblemError: 409 while the first request with the key runs, 422 if the key stands for another one.
    """
    with here.running.hold(request.key):
        answer = await here.desk.write(partial(transact, here, request, work, status))
    return response(answer)


def transact(here: Context, request: Request, work: Work, status: int) -> Answer:
    """Effect and kept answer in one transaction.

    A unique key that another gateway process filled in the meantime is looked at once more: then it is seen.
    """
    try:
        return _transact(here, request, work, status)
    except IntegrityError:
        return _transact(here, request, work, status)


def _transact(here: Context, request: Request, work: Work, status: int) -> Answer:
    with here.company.write() as connection:
        before = here.keys.kept(connection, request)
        if before is not None:
            return before
        record = work(connection)
        answer = Answer(status, record.e_tag, to_json(record).decode())
        here.keys.keep(connection, [(request, answer)])
        return answer


def response(answer: Answer) -> Response:
    """The HTTP answer, the same each time but for the header that tells of a replay."""
    headers = {"ETag": f'"{answer.etag}"'}
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(answer.body, answer.status, headers, JSON)
