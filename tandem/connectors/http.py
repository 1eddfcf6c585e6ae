"""One side of the line over HTTP: which answer means what, decided in one place.

A read that fails changed nothing. A write that fails before the request left changed nothing either; after that its
outcome is unknown. Messages name the method and the kind of address, never a key, a query, a header or a body: they
end in logs and alerts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from tandem.connectors.pauses import pause_of
from tandem.errors import (
    OutcomeUnknown,
    RateLimited,
    Refused,
    SettingsError,
    Unauthorized,
    Unavailable,
)
from tandem.values import dumps, loads, utc_now

CONNECTIONS = 4
"""httpx asks every idle socket of its pool at each request: few connections and large arrays are faster."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

Query = Sequence[tuple[str, str]]

Key = TypeVar("Key")
Result = TypeVar("Result")


async def together(call: Callable[[Key], Awaitable[Result]], keys: Sequence[Key]) -> list[Result]:
    """The call for every key, as many at once as there are connections; the first failure ends them all."""
    gate = asyncio.Semaphore(CONNECTIONS)

    async def one(key: Key) -> Result:
        async with gate:
            return await call(key)

    tasks = [asyncio.create_task(one(key)) for key in keys]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer, or the 404 of a read: status, headers and the body as exact JSON (None: no body)."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Http:
    """The client of one side: address, credentials, few connections, and errors of `tandem.errors` only."""

    def __init__(
        self,
        name: str,
        base_url: str,
        auth: httpx.Auth,
        *,
        timeout: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        try:
            host = httpx.URL(base_url).host if base_url.startswith(("http://", "https://")) else ""
        except (httpx.InvalidURL, ValueError):
            host = ""
        if not host:
            raise SettingsError(f"the address of {name} must be http://HOST or https://HOST, with a port if need be")
        self.name = name
        self._client = httpx.AsyncClient(
            base_url=base_url,
            auth=auth,
            headers={"Accept": "application/json"},
            timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
            limits=httpx.Limits(
                # an idle connection is dropped before uvicorn's 5 s, so none dies under a write
                max_connections=CONNECTIONS,
                max_keepalive_connections=CONNECTIONS,
                keepalive_expiry=4.0,
            ),
            transport=transport,
            trust_env=host not in LOOPBACK,  # a proxy of the environment is for what lies outside
        )

    async def get(self, path: str, query: Query = (), *, label: str) -> Answer:
        """Reads; a 404 is an answer, not an error.

        Raises:
            Unavailable: no answer, or a broken one.
            Refused: any other 4xx.
        """
        try:
            response = await self._client.get(path, params=list(query))
        except httpx.RequestError as error:
            raise Unavailable(f"{self.name}: GET {label} got no answer ({type(error).__name__})") from None
        if response.status_code == 404:
            return Answer(404, response.headers, _problem(response))
        if response.status_code >= 500 and response.status_code != 503:
            raise Unavailable(f"{self.name}: GET {label} was answered {response.status_code}")
        self._check("GET", label, response)
        try:
            return Answer(response.status_code, response.headers, loads(response.content))
        except ValueError:
            raise Unavailable(f"{self.name}: GET {label} was answered with something that is not JSON") from None

    async def send(self, method: str, path: str, body: Any, *, label: str, key: str | None = None) -> Answer:
        """Writes; `key` is the idempotency key.

        Raises:
            Unavailable: it was not sent or not taken; nothing was changed.
            OutcomeUnknown: it was sent and may have been committed.
            Refused: a 4xx; nothing was changed.
        """
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        try:
            response = await self._client.request(method, path, content=dumps(body).encode(), headers=headers)
        except NOT_SENT as error:
            raise Unavailable(f"{self.name}: {method} {label} was not sent ({type(error).__name__})") from None
        except httpx.RequestError as error:
            raise OutcomeUnknown(f"{self.name}: {method} {label} got no answer ({type(error).__name__})") from None
        if response.status_code >= 500 and response.status_code != 503:
            raise OutcomeUnknown(f"{self.name}: {method} {label} was answered {response.status_code}")
        self._check(method, label, response)
        try:
            return Answer(response.status_code, response.headers, loads(response.content) if response.content else None)
        except ValueError:
            raise OutcomeUnknown(
                f"{self.name}: {method} {label} was answered with something that is not JSON"
            ) from None

    def _check(self, method: str, label: str, response: httpx.Response) -> None:
        status = response.status_code
        if 200 <= status < 300:
            return
        problem = _problem(response)
        text = f"{self.name}: {method} {label} was answered {status}"
        if status in (429, 503):
            raise RateLimited(text, retry_after=pause_of(response.headers, utc_now()))
        if title := problem.get("code") or problem.get("title"):
            text = f"{text} ({title})"
        if status in (401, 403):
            raise Unauthorized(text, status=status, problem=problem)
        raise Refused(text, status=status, problem=problem)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _problem(response: httpx.Response) -> dict[str, Any]:
    """The problem document of an answer; empty where the body is none (a proxy's page)."""
    try:
        body = loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
