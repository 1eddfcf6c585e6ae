"""Carries out what the knobs say about HTTP calls: refusals, slow bodies, connections that are cut."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
from starlette.types import Message, Receive, Scope, Send

from tandem.sandbox.faults.board import Board
from tandem.sandbox.faults.knobs import RequestFault
from tandem.values import dumps, utc_now

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

CODES = {429: "rate-limited", 503: "unavailable", 502: "unavailable", 504: "unavailable"}


class Breaker:
    """Stands before the application; control calls are never broken."""

    def __init__(self, board: Board, base: str, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._board = board
        self._base = base
        self._clock = clock

    async def carry_out(self, app: Application, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one call, broken or not."""
        fault = self._fault(scope)
        if fault is None:
            await app(scope, receive, send)
            return
        match fault.what:
            case "status":
                await self._refuse(fault, send)
            case "cutBefore":
                await _cut(receive, send)
            case "cutAfter":
                await app(scope, receive, _Held())
                await _cut(receive, send)
            case "slow":
                await _drip(app, scope, receive, send, float(fault.seconds))

    def _fault(self, scope: Scope) -> RequestFault | None:
        if scope["type"] != "http" or not scope["path"].startswith(f"{self._base}/"):
            return None
        path = scope["path"].removeprefix(self._base)
        for number, fault in enumerate(self._board.knobs.requests):
            concerned = path.startswith(fault.path) and fault.method in (None, scope["method"])
            if concerned and self._board.hits(fault, f"requests[{number}]"):
                return fault
        return None

    async def _refuse(self, fault: RequestFault, send: Send) -> None:
        headers = [(b"content-type", b"application/json")]
        if fault.retry_after is not None:
            pause = str(fault.retry_after)
            if fault.as_date:
                pause = format_datetime(self._clock() + timedelta(seconds=fault.retry_after), usegmt=True)
            headers.append((b"retry-after", pause.encode()))
        body = dumps({"code": CODES.get(fault.status, "internal"), "message": "told to answer so by a knob"}).encode()
        await send({"type": "http.response.start", "status": fault.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class _Held:
    """Takes an answer instead of the client."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


async def _drip(app: Application, scope: Scope, receive: Receive, send: Send, seconds: float) -> None:
    """Half of the body at once, the rest later, unless the client has lost patience by then."""
    held = _Held()
    await app(scope, receive, held)
    half = len(held.body) // 2
    await send(held.start)
    await send({"type": "http.response.body", "body": held.body[:half], "more_body": True})
    try:
        async with asyncio.timeout(seconds):
            await _gone(receive)
    except TimeoutError:
        await send({"type": "http.response.body", "body": held.body[half:]})


async def _cut(receive: Receive, send: Send) -> None:
    """Ends the connection without an answer; called in-process there is none, and the client's own error is raised."""
    transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise httpx.RemoteProtocolError("the connection was cut without an answer")
    transport.abort()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Returns once the client is no longer there."""
    while (await receive())["type"] != "http.disconnect":
        continue
