"""What the calls to one side have met of late: whether it answers, and what is the matter if it does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from tandem.errors import ConnectorError, OutcomeUnknown, Paused, RateLimited, Unauthorized, Unavailable
from tandem.values import utc_now

Result = TypeVar("Result")

Admit = Callable[[int], Awaitable[None]]
"""Waits until the rate budget lets so many calls through; may raise Unavailable instead of waiting for long."""

Trouble = Unavailable | OutcomeUnknown | Unauthorized
"""An error that says something about the side and not about the one record that was asked for."""


async def at_once(_calls: int = 1) -> None:
    """The budget of a side that may be called as often as we like."""


class Pulse:
    """Felt by every call, taken by whoever decides whether the side is away; one per side and connection."""

    def __init__(self) -> None:
        self._answered: datetime | None = None
        self._trouble: Trouble | None = None

    async def feel(self, call: Awaitable[Result], side: str | None) -> Result:
        """The result of a call; its error carries the side from here on."""
        begun = utc_now()
        try:
            result = await call
        except ConnectorError as error:
            error.side = error.side or side
            if isinstance(error, Trouble) and not isinstance(error, Paused):
                self._trouble = error
            elif not isinstance(error, Unavailable):
                self._well(begun)
            raise
        self._well(begun)
        return result

    def _well(self, begun: datetime) -> None:
        """An answer outlives trouble that a later try has overcome; a pause that was asked for stands."""
        self._answered = begun
        if not isinstance(self._trouble, RateLimited):
            self._trouble = None

    def take(self) -> tuple[Trouble | None, datetime | None]:
        """The trouble that was not overcome, and when the last call that was answered began; then starts afresh."""
        taken = self._trouble, self._answered
        self._trouble = self._answered = None
        return taken
