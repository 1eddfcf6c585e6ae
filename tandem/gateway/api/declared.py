"""What each operation declares in the OpenAPI document: its bodies, its answers, their headers."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from tandem.gateway.api.problems import MEDIA_TYPE
from tandem.gateway.models.base import WireIn

Declared = dict[int | str, dict[str, Any]]

_REASONS = {
    304: "The record is the one that If-None-Match names",
    400: "The body is not JSON, or the Idempotency-Key is missing or malformed",
    401: "No key, or one that is not known",
    403: "The key lacks the scope",
    404: "There is no such record",
    405: "`batch` is not a record",
    409: "The present state forbids it, or the same request is still running",
    412: "The record is not the one that If-Match names",
    413: "The body is too large",
    415: "The body is not application/json",
    422: "Faults, all of them; or the Idempotency-Key was used for another request",
    423: "Somebody has the record open at Sage Pro's screens",
    500: "A fault of the gateway itself",
    503: "The company database cannot take the request now; nothing was written",
}
_HEADERS = {
    304: {"ETag": "The record's entity tag"},
    401: {"WWW-Authenticate": "How to show a key"},
    403: {"WWW-Authenticate": "The scope that is missing"},
    405: {"Allow": "What is allowed"},
    503: {"Retry-After": "Seconds to wait"},
}
ALWAYS = (401, 403, 422, 500, 503)
READS_ONE = (*ALWAYS, 304, 404, 405)
WRITES = (*ALWAYS, 400, 404, 405, 409, 412, 413, 415, 423)
BATCHES = (*ALWAYS, 400, 413, 415)


def _headers(names: dict[str, str]) -> dict[str, Any]:
    return {name: {"description": text, "required": True, "schema": {"type": "string"}} for name, text in names.items()}


def _refusal(status: int) -> dict[str, Any]:
    declared: dict[str, Any] = {"description": _REASONS[status]}
    if status in _HEADERS:
        declared["headers"] = _headers(_HEADERS[status])
    if status != 304:
        content: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
        if status == 422:
            content["examples"] = _example("Faults")
        declared["content"] = {MEDIA_TYPE: content}
    return declared


def answers(
    status: int,
    model: type[BaseModel],
    text: str,
    *,
    refusals: tuple[int, ...],
    tagged: bool = False,
    example: str = "",
) -> Declared:
    """The answers of an operation: the good one and every refusal."""
    good: dict[str, Any] = {"description": text, "model": model}
    if example:
        good["content"] = {"application/json": {"examples": _example(example)}}
    if tagged:
        good["headers"] = _headers({"ETag": "The record's entity tag"})
    return {status: good, **{code: _refusal(code) for code in sorted(refusals)}}


def _example(name: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/examples/{name}"}}


def body(model: type[WireIn], example: str = "") -> dict[str, Any]:
    """The request body of an operation, as an addition to its OpenAPI entry."""
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
    if example:
        content["examples"] = _example(example)
    return {"requestBody": {"required": True, "content": {"application/json": content}}}
