"""The shop's webhook sender: signed, kept alive, and as lean as Python can be, since it shares the machine."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field


class NotAcceptedError(Exception):
    """The receiver did not answer with success."""


class Line(asyncio.Protocol):
    """One connection, one request under way."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[int] | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio says."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Collect an answer; its body is of no interest."""
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if len(body) < length:
            return
        self._buffer = b""
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits is told."""
        self.transport = None
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(ConnectionResetError("the connection was closed before the answer"))

    async def ask(self, request: bytes) -> int:
        """The status of the answer."""
        assert self.transport is not None
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.answer


@dataclass
class Sender:
    """Sends webhooks to one address, over as many connections as are under way at once."""

    port: int
    secret: str
    path: str = "/webhooks/clarity"
    sent: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    _idle: list[Line] = field(default_factory=list)

    def request(self, key: str, body: bytes) -> bytes:
        """A whole `order.created` for an order, signed now."""
        data = b'{"type":"order.created","timestamp":"2025-06-01T00:00:00Z","data":' + body + b"}"
        stamp, secret = str(int(time.time())), base64.b64decode(self.secret.removeprefix("whsec_"))
        name = f"msg_{key}"
        signature = base64.b64encode(hmac.digest(secret, f"{name}.{stamp}.".encode() + data, hashlib.sha256)).decode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"content-length: {len(data)}\r\nwebhook-id: {name}\r\nwebhook-timestamp: {stamp}\r\n"
            f"webhook-signature: v1,{signature}\r\n\r\n"
        )
        return head.encode() + data

    async def send(self, key: str, body: bytes, *, due: float | None = None) -> None:
        """Send one; `due` is when it should have left, else it leaves now.

        Raises:
            NotAcceptedError: it was refused.
        """
        request = self.request(key, body)
        self.sent[key] = due if due is not None else time.monotonic()
        status = await self._ask(request)
        self.answered[key] = time.monotonic()
        if not 200 <= status < 300:
            raise NotAcceptedError(f"order {key} was answered {status}")

    async def _ask(self, request: bytes) -> int:
        """Once more on a new connection if the one at hand was closed while it was idle, as any sender does."""
        for fresh in (False, True):
            line = await self._line(fresh=fresh)
            try:
                status = await line.ask(request)
            except ConnectionResetError:
                if fresh:
                    raise
            else:
                self._idle.append(line)
                return status
        raise AssertionError("unreachable")

    async def _line(self, *, fresh: bool) -> Line:
        while self._idle and not fresh:
            line = self._idle.pop()
            if line.transport is not None and not line.transport.is_closing():
                return line
        _, made = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", self.port)
        return made

    def close(self) -> None:
        """Hang up."""
        for line in self._idle:
            if line.transport is not None:
                line.transport.close()
        self._idle.clear()


Orders = Sequence[tuple[str, bytes]]


async def at_rate(sender: Sender, orders: Orders, rate: float) -> None:
    """So many a second whatever becomes of them; each counts from when it was due."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number, (key, body) in enumerate(orders):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            group.create_task(sender.send(key, body, due=due))
    sender.close()


async def in_flight(
    sender: Sender, orders: Iterable[tuple[str, bytes]], most: int, *, pace: Callable[[], Awaitable[None]] | None = None
) -> None:
    """As fast as they are answered with so many under way; `pace` may hold the next one back."""
    waiting = iter(orders)

    async def one() -> None:
        for key, body in waiting:
            if pace is not None:
                await pace()
            await sender.send(key, body)

    async with asyncio.TaskGroup() as group:
        for _ in range(most):
            group.create_task(one())
    sender.close()
