"""Who may call: the shop's own token, and the short-lived ones that are handed out for it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tandem.sandbox.faults import Board, Knobs
from tandem.sandbox.shop.refusal import ShopError
from tandem.values import utc_now

LIFETIME = 3600
"""Seconds for which a token that was handed out is good."""


class Access:
    """Checks bearer tokens; knobs may let them expire or refuse them all."""

    def __init__(self, token: str, board: Board, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._token = token
        self._board = board
        self._clock = clock
        self._issued: dict[str, tuple[datetime, Knobs]] = {}

    def check(self, header: str | None) -> None:
        """Lets a call to the REST API pass.

        Raises:
            ShopError: 401, with code token-expired where a new token would help.
        """
        token = _bearer(header)
        knobs = self._board.knobs
        if knobs.token_refused or not (self._is_own(token) or token in self._issued):
            raise _refused("unauthorized", "the token is not known here")
        until, under = self._issued.get(token, (None, None))
        fresh = under is knobs
        spent = knobs.token_expiry and not fresh and self._board.counted("token") > knobs.token_expiry.after
        if spent or (until is not None and self._clock() >= until):
            raise _refused("token-expired", "the token has expired")

    def check_own(self, header: str | None) -> None:
        """Lets a call to the control API pass, which no knob disturbs.

        Raises:
            ShopError: 401.
        """
        if not self._is_own(_bearer(header)):
            raise _refused("unauthorized", "the token is not known here")

    def issue(self, header: str | None) -> dict[str, Any]:
        """A new token for the shop's own one.

        Raises:
            ShopError: 401.
        """
        self.check_own(header)
        token = secrets.token_urlsafe(24)
        self._issued[token] = (self._clock() + timedelta(seconds=LIFETIME), self._board.knobs)
        return {"accessToken": token, "tokenType": "Bearer", "expiresIn": LIFETIME}

    def _is_own(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token.encode())


def _bearer(header: str | None) -> str:
    scheme, _, token = (header or "").partition(" ")
    if scheme.casefold() != "bearer" or not token.strip():
        raise _refused("unauthorized", "show a token: Authorization: Bearer ...")
    return token.strip()


def _refused(code: str, message: str) -> ShopError:
    return ShopError(401, code, message)
