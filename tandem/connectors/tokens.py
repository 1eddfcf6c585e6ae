"""Credentials of a store: a bearer token, renewed once for all calls under way when it has run out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import httpx

from tandem.connectors.manners import Auth
from tandem.errors import SettingsError
from tandem.values import loads


class Bearer(httpx.Auth):
    """Shows the token; when the store says that it has run out, one call renews it and the others wait for that.

    A second 401 stands: it ends the call as Unauthorized, so nothing is tried again and again.
    """

    def __init__(self, token: str, auth: Auth | None = None, *, base_url: str = "") -> None:
        if not (token.isascii() and token.isprintable()):
            raise SettingsError("a token or key has characters that an HTTP header cannot carry")
        self._credential = token
        self._token = token
        self._auth = auth
        self._base = base_url
        self._renewal = asyncio.Lock()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """One request, and after an expired token the renewal and the request once more."""
        shown = self._token
        request.headers["Authorization"] = f"Bearer {shown}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            await response.aread()
        if not self._expired(response):
            return
        async with self._renewal:
            if self._token == shown:  # nobody else has renewed it meanwhile
                answer = yield self._renewing()
                await answer.aread()
                if not answer.is_success:
                    return
                self._token = self._renewed(answer)
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request

    def _expired(self, response: httpx.Response) -> bool:
        expired = self._auth.expired if self._auth else None
        if expired is None or self._auth is None or self._auth.refresh is None:
            return False
        return response.status_code == httpx.codes.UNAUTHORIZED and _member(response, "code") == expired.code

    def _renewing(self) -> httpx.Request:
        refresh = self._auth.refresh if self._auth else None
        assert refresh is not None  # noqa: S101 - _expired says no without it
        headers = {"Authorization": f"Bearer {self._credential}"}
        return httpx.Request(refresh.method, self._base + refresh.path, headers=headers)

    def _renewed(self, answer: httpx.Response) -> str:
        token = _member(answer, self._auth.refresh.token) if self._auth and self._auth.refresh else None
        if not isinstance(token, str) or not token:
            raise httpx.DecodingError("the store's answer to the renewal of the token holds none")
        return token


def _member(response: httpx.Response, name: str) -> object:
    try:
        body = loads(response.content)
    except ValueError:
        return None
    return body.get(name) if isinstance(body, dict) else None
