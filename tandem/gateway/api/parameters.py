"""Parameters that several operations share, read as strictly as bodies."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Query, Request
from pydantic import BeforeValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from tandem.gateway.api.problems import invalid
from tandem.gateway.company.faults import Fault
from tandem.gateway.models.base import PRINTABLE

MANY = 500
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = None
    if _INSTANT.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            moment = None
    if moment is None:
        raise PydanticCustomError("instant", "must be a date-time with an offset, such as 2026-03-02T10:11:12Z")
    return moment


Since = Annotated[
    datetime | None,
    Query(alias="updatedSince", description="Only records changed at this instant or later"),
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Cursor = Annotated[str | None, Query(description="NextCursor of the page before"), WithJsonSchema({"type": "string"})]
Limit = Annotated[int, Query(ge=1, le=MANY, description="Records on a page")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=PRINTABLE)]
Words = Annotated[list[Word], Query(max_length=MANY)]
Key = Annotated[
    str,
    Path(min_length=1, max_length=255, pattern=PRINTABLE),
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": PRINTABLE, "not": {"const": "batch"}}
    ),
]
"""A record's key; `batch` is a resource of its own."""

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="New for each new request; the same when a request is repeated",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="ETag of the record as it was read"),
    WithJsonSchema({"type": "string"}),
]
IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", description="ETag of the record that the caller has"),
    WithJsonSchema({"type": "string"}),
]


async def _known_only(request: Request) -> None:
    """Refuses query parameters that the operation does not have: a misspelt filter would return everything."""
    known = {parameter.alias for parameter in request.scope["route"].dependant.query_params}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        can = f"; this operation takes {', '.join(sorted(known))}" if known else ""
        raise invalid(
            [
                Fault(field=name[:80], column="", code="unknown-parameter", message=f"is not known here{can}", value="")
                for name in unknown
            ]
        )


strict_query: Any = Depends(_known_only)
