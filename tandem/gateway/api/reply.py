"""Answers in the wire's JSON, straight from the models: amounts as strings, no second pass over the data."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from tandem.gateway import etag
from tandem.gateway.models.base import Record, WireOut

JSON = "application/json"


def to_json(model: WireOut) -> bytes:
    """The JSON of one model."""
    return model.__pydantic_serializer__.to_json(model, by_alias=True)


def document(model: WireOut, status: int = 200) -> Response:
    """An answer without an entity tag."""
    return Response(to_json(model), status, media_type=JSON)


def record(model: Record, if_none_match: str | None = None) -> Response:
    """A record with its ETag; 304 if the caller has it already."""
    headers = {"ETag": f'"{model.e_tag}"'}
    if if_none_match is not None and etag.names(if_none_match, model.e_tag):
        return Response(status_code=304, headers=headers)
    return Response(to_json(model), 200, headers, JSON)


def page(items: Sequence[WireOut], next_cursor: str | None) -> Response:
    """One page of a list."""
    following = b'"%s"' % next_cursor.encode() if next_cursor else b"null"
    content = b'{"Items":[%s],"NextCursor":%s}' % (b",".join(map(to_json, items)), following)
    return Response(content, media_type=JSON)
