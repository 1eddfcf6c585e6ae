"""Turns whatever a request can raise into a problem document."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from tandem.errors import CompanyError
from tandem.gateway.api.problems import ProblemError, invalid, problem_of, retry_later
from tandem.gateway.api.validation import faults_of
from tandem.gateway.company.faults import Rejection

log = logging.getLogger(__name__)

_CODES = {404: "not-found", 405: "method-not-allowed"}


def instance_of(request: Request) -> str:
    """The path as it was sent."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.partition(b"?")[0].decode("ascii", "replace")


async def _problem(request: Request, error: ProblemError) -> Response:
    return error.response(instance_of(request))


async def _rejection(request: Request, error: Rejection | CompanyError) -> Response:
    return problem_of(error).response(instance_of(request))


async def _parameters(request: Request, error: RequestValidationError) -> Response:
    """Faults of path, query and headers; a missing or malformed Idempotency-Key is 400 by its draft."""
    faults = faults_of([{**fault, "loc": fault["loc"][1:]} for fault in error.errors()])
    for fault in faults:
        if fault.field == "Idempotency-Key":
            code = "idempotency-key-missing" if fault.code == "missing" else "idempotency-key-invalid"
            detail = "Send the header Idempotency-Key with 1 to 255 visible characters, new for each new request."
            return ProblemError(400, code, detail, errors=[fault]).response(instance_of(request))
    return invalid(faults).response(instance_of(request))


async def _routing(request: Request, error: HTTPException) -> Response:
    if error.status_code == 405:
        allowed = ", ".join(allowed_methods(request))
        problem = ProblemError(
            405, _CODES[405], f"{request.method} is not allowed here; use {allowed}.", headers={"Allow": allowed}
        )
    else:
        code = _CODES.get(error.status_code, "rejected")
        detail = "There is no such resource." if error.status_code == 404 else str(error.detail)
        problem = ProblemError(error.status_code, code, detail)
    return problem.response(instance_of(request))


def allowed_methods(request: Request) -> list[str]:
    """Every method of the path: the router itself names only those of the first route that fits."""
    return [
        method
        for method in ("DELETE", "GET", "PATCH", "POST", "PUT")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]


async def _database(request: Request, error: DBAPIError) -> Response:
    """The company cannot be reached or is held by another writer: nothing was committed."""
    if isinstance(error, OperationalError | IntegrityError) or error.connection_invalidated:
        log.warning("company database: %s", error.orig)
        problem = retry_later("company-busy", "The company database cannot take the request now.")
        return problem.response(instance_of(request))
    return await _unexpected(request, error)


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected fault at %s %s", request.method, instance_of(request), exc_info=error)
    detail = "The gateway met a fault of its own; its log has the details."
    return ProblemError(500, "internal-error", detail).response(instance_of(request))


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    ProblemError: _problem,
    Rejection: _rejection,
    CompanyError: _rejection,
    RequestValidationError: _parameters,
    HTTPException: _routing,
    DBAPIError: _database,
    Exception: _unexpected,
}
