"""Where blocking calls to the company run, off the event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

T = TypeVar("T")

READERS = 8
WRITERS = 8


class Desk:
    """Worker threads; readers have their own, so that waiting writers never keep them out."""

    def __init__(self) -> None:
        self._readers = CapacityLimiter(READERS)
        self._writers = CapacityLimiter(WRITERS)

    async def read(self, call: Callable[[], T]) -> T:
        """Runs a call that only reads."""
        return await to_thread.run_sync(call, limiter=self._readers)

    async def write(self, call: Callable[[], T]) -> T:
        """Runs a call that writes."""
        return await to_thread.run_sync(call, limiter=self._writers)
