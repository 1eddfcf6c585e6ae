"""Tells a clock that is off from an old webhook that somebody plays again."""

from __future__ import annotations

from collections import deque
from statistics import median

from tandem.entities.declaration import System
from tandem.errors import ClockSkew

MANY = 5
"""Different webhooks that were refused for their time alone before it is called a clock."""

SPREAD = 60
"""Seconds between the offsets of webhooks that are late by a clock; what is played again is late by any time."""

Notice = tuple[str, str, str]
"""Key, title and text of an alert."""


class Skew:
    """The last webhooks of one sender whose signature was right and whose time was not."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._late: deque[tuple[str, int]] = deque(maxlen=MANY)

    def right(self) -> None:
        """One came in time: the clocks agree."""
        self._late.clear()

    def off(self, attempt: str, error: ClockSkew) -> Notice | None:
        """One was refused for its time; the alert, if so many were that it must be a clock."""
        if all(attempt != known for known, _ in self._late):
            self._late.append((attempt, error.seconds))
        offsets = [seconds for _, seconds in self._late]
        if len(offsets) < MANY or max(offsets) - min(offsets) > SPREAD:
            return None
        about = int(median(offsets))
        side = "ahead of" if about > 0 else "behind"
        title = f"clock skew of about {abs(about)} seconds against {self._system}"
        text = (
            f"our clock is about {abs(about)} seconds {side} that of {self._system}: webhooks are refused although "
            "they are signed rightly. Set the clock that is wrong (NTP); what is refused meanwhile the sweep finds"
        )
        return f"clock-skew:{self._system}", title, text
