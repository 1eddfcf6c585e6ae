"""JSON in and out without floats."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tandem.sandbox.shop.refusal import ShopError
from tandem.values import dumps, loads

MAX_BODY = 16_777_216


async def json_body(request: Request) -> Any:
    """The body of a request; none is an empty object.

    Raises:
        ShopError: it is too large, or not JSON.
    """
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise ShopError(413, "too-large", f"the body is larger than {MAX_BODY} bytes")
        parts.append(part)
    try:
        return loads(b"".join(parts)) if size else {}
    except ValueError as error:
        raise ShopError(400, "malformed", f"the body is not JSON: {error}") from None


def answer(value: Any, status: int = 200) -> Response:
    """A value as JSON; text is JSON already."""
    text = value if isinstance(value, str) else dumps(value)
    return Response(text, status_code=status, media_type="application/json")
