"""A store on one page, speaking the agreed wire format, for the connectors to talk to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tandem.values import dumps, loads

CHICAGO = ZoneInfo("America/Chicago")
Handler = Callable[[httpx.Request], httpx.Response]


def answer(status: int, body: Any = None, **headers: str) -> httpx.Response:
    content = b"" if body is None else dumps(body).encode()
    return httpx.Response(status, content=content, headers={k.replace("_", "-"): v for k, v in headers.items()})


def body_of(request: httpx.Request) -> Any:
    return loads(request.content)


class Shop:
    """Orders of a store by the camel dialect; `before_page` may change them before a page is served."""

    def __init__(self, page_size: int) -> None:
        self.page_size = page_size
        self.orders: dict[str, str] = {}
        self.asked: list[httpx.URL] = []
        self.before_page: Callable[[int], None] = lambda number: None
        self.fails_on: int | None = None

    def touch(self, order_id: str, local: str) -> None:
        self.orders[order_id] = local

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        self.asked.append(request.url)
        self.before_page(len(self.asked))
        if self.fails_on == len(self.asked):
            return answer(500, {"code": "broken"})
        rows = sorted(self.orders.items(), key=lambda row: (_instant(row[1]), row[0]))
        if low := query.get("updatedDateMin"):
            rows = [row for row in rows if _instant(row[1]) >= datetime.fromisoformat(low)]
        if high := query.get("updatedDateMax"):
            rows = [row for row in rows if _instant(row[1]) <= datetime.fromisoformat(high)]
        start = int(query["pageIndex"]) * self.page_size
        items = [{"orderId": key, "updatedDate": at} for key, at in rows[start : start + self.page_size]]
        return answer(200, {"items": items, "pageIndex": int(query["pageIndex"]), "totalCount": len(rows)})


def _instant(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=CHICAGO)
