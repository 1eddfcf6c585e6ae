"""Keys in paths: an item code may hold a slash, sent as %2F, and stays one segment."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from starlette.convertors import Convertor, register_url_convertor
from starlette.types import ASGIApp, Receive, Scope, Send

_STAND_IN = "\x1f"


class KeyConvertor(Convertor[str]):
    """One path segment that is a record's key; `batch` is a resource of its own and never a key."""

    regex = r"(?!batch$)[^/]+"

    def convert(self, value: str) -> str:
        """The key as the caller meant it."""
        return value.replace(_STAND_IN, "/")

    def to_string(self, value: str) -> str:
        """The key as it stands in a path."""
        return value.replace("/", _STAND_IN)


class EncodedSlashes:
    """Keeps %2F inside its segment: servers decode the path before it is routed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        raw = scope.get("raw_path") or b""
        if scope["type"] == "http" and b"%2f" in raw.lower():
            segments = raw.partition(b"?")[0].split(b"/")
            decoded = (unquote_to_bytes(segment).decode("utf-8", "replace") for segment in segments)
            scope = {**scope, "path": "/".join(segment.replace("/", _STAND_IN) for segment in decoded)}
        await self._app(scope, receive, send)


register_url_convertor("key", KeyConvertor())
