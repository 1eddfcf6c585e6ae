"""One webhook from its first byte to its answer; the order of the checks is the order of their cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from starlette.types import Receive, Scope, Send

from tandem.entities.declaration import System
from tandem.entities.needs import Pieces
from tandem.errors import ClockSkew, SignatureError, StoreUnavailable
from tandem.ingress.committer import Committer
from tandem.ingress.routing import event_of
from tandem.ingress.skew import Skew
from tandem.settings import Settings
from tandem.values import dumps

STORED = b'{"status":"stored"}'
IGNORED = b'{"status":"ignored"}'
JSON = b"application/json"
PROBLEM = b"application/problem+json"

Headers = Mapping[str, str]
"""By their names in lower case."""


class Check(Protocol):
    """How webhooks of one sender are told from forgeries."""

    def check(self, headers: Headers, body: bytes, now: datetime) -> str:
        """The id of a genuine webhook; raises SignatureError for any other."""
        ...


class Door:
    """The address of one sender, as plain ASGI: a framework's request and dependencies cost more than the checks."""

    def __init__(
        self,
        settings: Settings,
        committer: Committer,
        system: System,
        check: Check,
        clock: Callable[[], datetime],
        pieces: Pieces | None = None,
    ) -> None:
        self._settings = settings
        self._committer = committer
        self._clock = clock
        self._system = system
        self._check = check
        self._skew = Skew(system)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Size, encoding, signature, time; then stored, then answered."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            body = await self._body(headers, receive)
            await _answer(send, 202, await self._stored(headers, body))
        except SignatureError as error:
            await self._refuse(send, error.reason, str(error), _STATUS.get(error.reason, 401))
        except StoreUnavailable as error:
            pause = (b"retry-after", str(error.retry_after).encode())
            await self._refuse(send, "store-unavailable", "the event could not be stored", 503, pause)

    async def _stored(self, headers: Headers, body: bytes) -> bytes:
        now = self._clock()
        try:
            name = self._check.check(headers, body, now)
        except ClockSkew as error:
            attempt = f"{headers.get('webhook-id')} {headers.get('webhook-timestamp')}"
            if notice := self._skew.off(attempt, error):
                self._committer.tell(notice)
            raise
        self._skew.right()
        event = event_of(
            body, system=self._system, event_id=name, settings=self._settings, now=now, pieces=self._pieces
        )
        await self._committer.commit(event)
        return STORED if event.entity else IGNORED

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """The raw body, never more of it than allowed."""
        most = self._settings.ingress_max_body
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length[:20]) > most:
            raise SignatureError("too-large", f"at most {most} bytes are taken")
        if headers.get("content-encoding", "identity") != "identity":
            raise SignatureError("encoding", "compressed bodies are not taken: the signature is over plain bytes")
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise SignatureError("disconnected", "the sender left before its body was whole")
            body += message.get("body", b"")
            if len(body) > most:
                raise SignatureError("too-large", f"at most {most} bytes are taken")
            more = message.get("more_body", False)
        return bytes(body)

    async def _refuse(self, send: Send, reason: str, detail: str, status: int, *headers: tuple[bytes, bytes]) -> None:
        """A problem document for the sender and a number for us; the payload leaves no trace."""
        self._committer.count(f"refused {self._system} {reason}")
        problem = {"type": f"urn:tandem:problem:{reason}", "status": status, "detail": detail}
        await _answer(send, status, dumps(problem).encode(), *headers, kind=PROBLEM)


_STATUS = {"too-large": 413, "encoding": 415, "disconnected": 400}


async def _answer(send: Send, status: int, body: bytes, *more: tuple[bytes, bytes], kind: bytes = JSON) -> None:
    headers: list[Any] = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
