"""One side of the line over HTTP: which answer means what, decided in one place.

A read that fails changed nothing. A write that fails before the request left changed nothing either; after that its
outcome is unknown. Messages name the method and the kind of address, never a key, a query, a header or a body: they
end in logs and alerts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from tandem.connectors.answers import Answer, check, problem_of
from tandem.connectors.pulse import Admit, Pulse, at_once
from tandem.errors import OutcomeUnknown, SettingsError, Unavailable
from tandem.values import dumps, loads

CONNECTIONS = 4
"""httpx asks every idle socket of its pool at each request: few connections and large arrays are faster."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

Query = Sequence[tuple[str, str]]

__all__ = ["Answer", "Http", "Query", "together"]

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


class Http:
    """The client of one side: address, credentials, few connections, and errors of `tandem.errors` only.

    `admit` is asked before everything that goes over the wire, `pulse` feels what comes of it, and `side` is the system
    that the errors name.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        auth: httpx.Auth,
        *,
        side: str | None = None,
        timeout: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
        admit: Admit = at_once,
        pulse: Pulse | None = None,
    ) -> None:
        try:
            host = httpx.URL(base_url).host if base_url.startswith(("http://", "https://")) else ""
        except (httpx.InvalidURL, ValueError):
            host = ""
        if not host:
            raise SettingsError(f"the address of {name} must be http://HOST or https://HOST, with a port if need be")
        self.name = name
        self._side = side
        self._pulse = pulse or Pulse()

        async def before(_request: httpx.Request) -> None:
            await admit(1)

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
            event_hooks={"request": [before]},  # a renewal of the token and the call after it count too
            trust_env=host not in LOOPBACK,  # a proxy of the environment is for what lies outside
        )

    async def get(self, path: str, query: Query = (), *, label: str) -> Answer:
        """Reads; a 404 is an answer, not an error.

        Raises:
            Unavailable: no answer, or a broken one.
            Refused: any other 4xx.
        """
        return await self._pulse.feel(self._get(path, query, label), self._side)

    async def _get(self, path: str, query: Query, label: str) -> Answer:
        try:
            response = await self._client.get(path, params=list(query))
        except httpx.RequestError as error:
            text = f"{self.name}: GET {label} got no answer ({type(error).__name__})"
            raise Unavailable(text, reached=not isinstance(error, NOT_SENT)) from None
        if response.status_code == 404:
            return Answer(404, response.headers, problem_of(response))
        if response.status_code >= 500 and response.status_code != 503:
            raise Unavailable(f"{self.name}: GET {label} was answered {response.status_code}", reached=True)
        check(f"{self.name}: GET {label}", response)
        try:
            return Answer(response.status_code, response.headers, loads(response.content))
        except ValueError:
            text = f"{self.name}: GET {label} was answered with something that is not JSON"
            raise Unavailable(text, reached=True) from None

    async def send(self, method: str, path: str, body: Any, *, label: str, key: str | None = None) -> Answer:
        """Writes; `key` is the idempotency key.

        Raises:
            Unavailable: it was not sent or not taken; nothing was changed.
            OutcomeUnknown: it was sent and may have been committed.
            Refused: a 4xx; nothing was changed.
        """
        return await self._pulse.feel(self._send(method, path, body, label, key), self._side)

    async def _send(self, method: str, path: str, body: Any, label: str, key: str | None) -> Answer:
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        try:
            response = await self._client.request(method, path, content=dumps(body).encode(), headers=headers)
        except NOT_SENT as error:
            raise Unavailable(f"{self.name}: {method} {label} was not sent ({type(error).__name__})") from None
        except httpx.RequestError as error:
            raise OutcomeUnknown(f"{self.name}: {method} {label} got no answer ({type(error).__name__})") from None
        if response.status_code >= 500 and response.status_code != 503:
            raise OutcomeUnknown(f"{self.name}: {method} {label} was answered {response.status_code}")
        check(f"{self.name}: {method} {label}", response)
        try:
            return Answer(response.status_code, response.headers, loads(response.content) if response.content else None)
        except ValueError:
            raise OutcomeUnknown(
                f"{self.name}: {method} {label} was answered with something that is not JSON"
            ) from None

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
