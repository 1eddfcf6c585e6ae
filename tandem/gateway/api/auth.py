"""Keys and their scopes: who may read or write which resource."""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

from fastapi import Request

from tandem.errors import SettingsError
from tandem.gateway.api.problems import ProblemError

RESOURCES = (
    "orders",
    "customers",
    "products",
    "inventory",
    "shipments",
    "invoices",
    "receipts",
    "journals",
    "accounts",
    "schema",
)
_SCOPE = re.compile(rf"\*|read|write|(?:{'|'.join(RESOURCES)}):(?:read|write|\*)")
_BEARER = re.compile(r"[Bb]earer +([\x21-\x7e]+) *")
_SETTING = "TANDEM_SAGEPRO_API_KEYS"


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who showed a valid key, and what that key allows."""

    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Whether the key covers a scope such as `orders:write`."""
        resource, action = scope.split(":")
        return not self.scopes.isdisjoint({"*", action, scope, f"{resource}:*"})


class Keyring:
    """The keys that the gateway accepts; only their digests are kept."""

    def __init__(self, text: str) -> None:
        """Reads `key=scope scope,key=scope`.

        Raises:
            SettingsError: an entry without key or scopes, an unknown scope, or the same key twice; the entry is
                named by its place, never by the key.
        """
        self._callers: list[tuple[bytes, Caller]] = []
        for place, entry in enumerate(text.split(","), start=1):
            key, _, scopes = (part.strip() for part in entry.rpartition("="))
            self._add(place, key, frozenset(scopes.split()))

    def _add(self, place: int, key: str, scopes: frozenset[str]) -> None:
        if not key or not scopes:
            raise SettingsError(f"{_SETTING}: entry {place} must read key=scope scope, such as k3y=orders:read")
        unknown = sorted(scope for scope in scopes if not _SCOPE.fullmatch(scope))
        if unknown:
            known = f"*, read, write, or resource:read|write with one of {', '.join(RESOURCES)}"
            raise SettingsError(f"{_SETTING}: entry {place} has the unknown scope {unknown[0]!r}; use {known}")
        digest = sha256(key.encode()).digest()
        if any(hmac.compare_digest(digest, other) for other, _ in self._callers):
            raise SettingsError(f"{_SETTING}: entry {place} repeats a key")
        self._callers.append((digest, Caller(scopes)))

    def find(self, key: str) -> Caller | None:
        """Whose key it is; every key is compared, in constant time, whichever fits."""
        digest = sha256(key.encode()).digest()
        found = None
        for other, caller in self._callers:
            if hmac.compare_digest(digest, other):
                found = caller
        return found


def _unauthorized(detail: str, error: str = "") -> ProblemError:
    challenge = f'Bearer realm="tandem"{error}'
    return ProblemError(401, "unauthorized", detail, headers={"WWW-Authenticate": challenge})


def authenticate(request: Request) -> Caller:
    """The caller of a request.

    Raises:
        ProblemError: 401, no key or a wrong one.
    """
    header = request.headers.get("authorization")
    if not header:
        raise _unauthorized("Show a key in the header Authorization: Bearer <key>.")
    match = _BEARER.fullmatch(header)
    keyring: Keyring = request.app.state.context.keyring
    caller = keyring.find(match[1]) if match else None
    if caller is None:
        raise _unauthorized("The key is not known here.", ', error="invalid_token"')
    return caller


def requires(scope: str) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that lets only keys with this scope pass."""

    async def check(request: Request) -> Caller:
        caller = authenticate(request)
        if not caller.may(scope):
            challenge = f'Bearer realm="tandem", error="insufficient_scope", scope="{scope}"'
            raise ProblemError(
                403,
                "insufficient-scope",
                f"This key lacks the scope {scope}.",
                headers={"WWW-Authenticate": challenge},
                scope=scope,
            )
        return caller

    return check
