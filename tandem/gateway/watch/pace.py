"""When to send again after the ingress did not take something: back-off with jitter, and what it asks for itself."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping

FIRST = 0.5
LONGEST = 30.0
ASKED_MOST = 300.0
"""Seconds."""

ITS_OWN = frozenset({400, 409, 413, 415, 422})
"""Answers that speak of one webhook; everything else speaks of the receiver, the way to it, or the key."""


class Pace:
    """One for the receiver: while it does not answer, one webhook at a time is tried and the others wait."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0

    @property
    def failing(self) -> bool:
        """Whether the last try failed."""
        return self._failures > 0

    def wait(self) -> float:
        """Seconds until something may be sent; 0: now."""
        return max(0.0, self._until - time.monotonic())

    def well(self) -> bool:
        """Something was taken; whether nothing was before."""
        failed, self._failures, self._until = self.failing, 0, 0.0
        return failed

    def failed(self, asked: float | None = None) -> float:
        """Nothing was taken, and so many seconds of peace were asked for; gives the pause. Failures at once are one."""
        if self.wait() > 0:
            return self.wait()
        grown = min(LONGEST, FIRST * 2.0 ** min(self._failures, 16))
        pause = max(grown * random.uniform(0.5, 1.0), min(asked or 0.0, ASKED_MOST))  # noqa: S311 (jitter, no secret)
        self._failures += 1
        self._until = time.monotonic() + pause
        return pause


def asked_for(headers: Mapping[str, str]) -> float | None:
    """Seconds that the receiver asks for; our own ingress says them as a number."""
    text = headers.get("retry-after", "").strip()
    return float(text) if text.isdigit() else None
