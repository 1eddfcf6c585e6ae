"""Reads a request's JSON: capped, of one media type, exact numbers, no member twice."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from tandem.gateway.api.problems import ProblemError
from tandem.values import loads

LIMIT = 16 * 1024 * 1024
"""Bytes; some 500 orders of a hundred lines each, or three orders of 5,000."""


async def read_json(request: Request) -> Any:
    """The parsed body.

    Raises:
        ProblemError: 415 not JSON by its header, 413 too large, 400 not JSON by its content.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise ProblemError(415, "not-json", "Send the body as application/json.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ProblemError(415, "encoded-body", "Send the body without a content encoding.")
    try:
        return loads(await _read(request), unique=True)
    except ValueError as error:
        raise ProblemError(400, "malformed-json", f"The body is not JSON: {error}.") from None


async def _read(request: Request) -> bytes:
    """The body, read no further than the cap, whatever Content-Length says."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LIMIT:
        raise _too_large()
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LIMIT:
            raise _too_large()
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large() -> ProblemError:
    return ProblemError(413, "body-too-large", f"The body may have at most {LIMIT} bytes; send smaller batches.")
