"""A lean stand-in for the shop: the list of orders of the dialect `camel`, from JSON that was written down before.

It is the other side: what it costs is told apart and is no part of Tandem's figures. Run as a program:

    python -m tests.bench.shop --orders FILE --port PORT --zone ZONE [--page 100]
"""

from __future__ import annotations

import argparse
import bisect
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import uvicorn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LIST = "/api/v1/orders"
EMPTY = b'{"items":[],"pageIndex":0,"pageSize":100,"totalCount":0}'


@dataclass(frozen=True)
class Shelf:
    """The orders by number, and in the order of a date-time of theirs."""

    bodies: dict[str, bytes]
    by_date: dict[str, tuple[list[float], list[bytes]]]
    zone: ZoneInfo
    page: int

    @classmethod
    def read(cls, file: Path, zone: ZoneInfo, page: int) -> Shelf:
        """The orders of a file, one JSON object a line."""
        bodies, dated = {}, []
        with file.open("rb") as lines:
            for line in lines:
                body, record = line.rstrip(b"\n"), json.loads(line)
                bodies[record["orderId"]] = body
                dated.append((record, body))
        by_date = {}
        for field in ("orderDate", "updatedDate"):
            found = sorted((instant(record[field], zone), record["orderId"], body) for record, body in dated)
            by_date[field] = ([moment for moment, _, _ in found], [body for _, _, body in found])
        return cls(bodies, by_date, zone, page)

    def one(self, key: str) -> bytes | None:
        """An order by its number."""
        return self.bodies.get(key)

    def listed(self, query: list[tuple[str, str]]) -> bytes:
        """A page: of the numbers that are asked for, or of the whole list between two moments."""
        asked = dict(query)
        size, index = min(self.page, int(asked.get("pageSize", "100"))), int(asked.get("pageIndex", "0"))
        keys = [value for name, value in query if name == "orderId"]
        found = [self.bodies[key] for key in keys if key in self.bodies] if keys else self._between(asked)
        items = b",".join(found[index * size : (index + 1) * size])
        return b'{"items":[%s],"pageIndex":%d,"pageSize":%d,"totalCount":%d}' % (items, index, size, len(found))

    def _between(self, asked: dict[str, str]) -> list[bytes]:
        field = asked.get("sort", "orderDate").split(",")[0]
        moments, bodies = self.by_date[field]
        low, high = asked.get(f"{field}Min"), asked.get(f"{field}Max")
        first = bisect.bisect_left(moments, instant(low, self.zone)) if low else 0
        last = bisect.bisect_right(moments, instant(high, self.zone)) if high else len(moments)
        return bodies[first:last]


def instant(text: str, zone: ZoneInfo) -> float:
    """Seconds since 1970 of a date-time of the wire."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()


class Counter:
    """The application."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            return
        body = self._answer(scope["path"], scope["query_string"].decode())
        status = 200 if body is not None else 404
        body = body if body is not None else b'{"code":"not-found","message":"there is no such record"}'
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, path: str, query: str) -> bytes | None:
        if path == LIST:
            return self.shelf.listed(parse_qsl(query))
        if path.startswith(f"{LIST}/"):
            return self.shelf.one(path.rpartition("/")[2])
        if path == "/health":
            return b'{"status":"ok"}'
        return EMPTY if path.startswith("/api/v1/") and path.count("/") == 3 else None


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--zone", required=True)
    parser.add_argument("--page", type=int, default=100)
    given = parser.parse_args()
    shelf = Shelf.read(given.orders, ZoneInfo(given.zone), given.page)
    uvicorn.run(Counter(shelf), host="127.0.0.1", port=given.port, log_level="warning", lifespan="off")


if __name__ == "__main__":
    main()
