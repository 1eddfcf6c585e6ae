"""A side that answers, as a process of the simulated world."""

from collections.abc import Callable, Coroutine
from typing import Any

import httpx

from tests.simulation.processes import Process, point

Application = Callable[..., Coroutine[Any, Any, None]]


class Server:
    """One side that answers; `process` is None while it is down.

    What it was asked before is answered as before until something was committed there: `version` counts the commits.
    The columns of the company are what no commit changes.
    """

    def __init__(self, name: str, app: Application, version: Callable[[], int]) -> None:
        self.name = name
        self.app = app
        self.process: Process | None = None
        self.version = version
        self._kept: dict[str, tuple[int, httpx.Response | None]] = {}

    async def answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        """Serve one request inside this server's process."""
        point("before it handles a request")
        if request.method != "GET":
            return await self.handle(request, body)
        asked = str(request.url)
        now = 0 if request.url.path.endswith("/schema") else self.version()
        version, kept = self._kept.get(asked, (-1, None))
        if kept is None or version != now:
            version, kept = now, await self.handle(request, body)
            self._kept[asked] = (version, kept)
        return httpx.Response(kept.status_code, headers=kept.headers, content=kept.content)

    async def handle(self, request: httpx.Request, body: bytes) -> httpx.Response:
        """What the application itself says."""
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        await self.app(_scope(request), receive, send)
        start = messages[0]
        content = b"".join(m.get("body", b"") for m in messages[1:])
        return httpx.Response(start["status"], headers=start["headers"], content=content)


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(k.lower(), v) for k, v in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 50_000),
        "root_path": "",
        "state": {},
    }
