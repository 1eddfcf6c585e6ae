"""When a record is taken again, and when enough is enough."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tandem.entities.cargo import Message
from tandem.entities.state import Fault, Outcome, State, dead
from tandem.values import utc_now


def backoff(attempt: int, *, base: float, cap: float, chance: float) -> float:
    """Seconds to wait before try number `attempt` + 1: exponential with full jitter, `chance` being from 0 to 1."""
    return chance * min(cap, base * 2.0 ** min(attempt, 64))


def until_next_look(failures: int, *, base: float, cap: float, chance: float) -> float:
    """Seconds for which a side that does not answer is left in peace after so many failures in a row.

    Exponential, and never less than half of that: a look at once would be no pause. `chance` is from 0 to 1.
    """
    return (0.5 + chance / 2) * min(cap, base * 2.0 ** min(max(failures - 1, 0), 64))


@dataclass(frozen=True, kw_only=True)
class Retry:
    """The patience of a connection; `clock` and `chance` are what a test puts in place of time and luck.

    A transient fault of one record is tried `limit` times. While the other side is down for everybody, tries
    do not count alone, but with `park_for` they do: what arrived long ago and waited for another reason has its tries
    all the same. What waits for a parent is woken by it; the timer is the net under that.
    """

    limit: int = 8
    park_for: timedelta = timedelta(hours=72)
    base_seconds: float = 2.0
    cap_seconds: float = 300.0
    park_base_seconds: float = 30.0
    park_cap_seconds: float = 3600.0
    clock: Callable[[], datetime] = utc_now
    chance: Callable[[], float] = random.random

    def again(
        self, message: Message, reason: str, *, retry_after: float | None = None, outage: bool = False
    ) -> Outcome:
        """RETRY at a time of its own, not before `retry_after` seconds; DEAD once the limit is reached."""
        if not outage and message.attempts >= self.limit:
            return dead(f"{reason}; gave up after {message.attempts + 1} tries", fault=Fault.TRANSIENT)
        if outage and message.attempts >= self.limit and self._age(message) >= self.park_for:
            return dead(f"{reason}; gave up after {_words(self.park_for)}", fault=Fault.TRANSIENT)
        wait = max(retry_after or 0.0, 0.0) + self._backoff(message.attempts)
        return self._at(Outcome(state=State.RETRY, reason=reason, fault=Fault.TRANSIENT), wait)

    def parked(self, message: Message, reason: str, *, parent: tuple[str, str] | None = None) -> Outcome:
        """PARKED until `parent` (entity and key) goes through or the timer comes round; DEAD after `park_for`."""
        detail: dict[str, Any] = {"parent": list(parent)} if parent else {}
        if self._age(message) >= self.park_for:
            return dead(f"{reason}; it did not come within {_words(self.park_for)}", fault=Fault.DATA, **detail)
        wait = min(self.park_cap_seconds, self.park_base_seconds * 2.0 ** min(message.attempts, 64))
        return self._at(Outcome(state=State.PARKED, reason=reason, fault=Fault.DATA, detail=detail), wait)

    def unknown(self, message: Message, reason: str) -> Outcome:
        """UNKNOWN until a look-up tells whether the write went through; HELD if none could by the limit."""
        if message.attempts >= self.limit:
            return Outcome(
                state=State.HELD,
                reason=f"{reason}; whether it was written could not be found out in {message.attempts + 1} tries, "
                "look in the target by our reference before replaying",
                fault=Fault.UNKNOWN,
            )
        outcome = Outcome(state=State.UNKNOWN, reason=reason, fault=Fault.UNKNOWN)
        return self._at(outcome, self._backoff(message.attempts))

    def timed(self, message: Message, outcome: Outcome) -> Outcome:
        """The time that a plan cannot set, because it knows no clock; other outcomes pass as they are."""
        if outcome.state is not State.PARKED or outcome.retry_at is not None:
            return outcome
        parked = self.parked(message, outcome.reason)
        return replace(parked, detail={**outcome.detail, **parked.detail}, notes=outcome.notes)

    def _age(self, message: Message) -> timedelta:
        return self.clock() - (message.first_received_at or message.received_at)

    def _backoff(self, attempts: int) -> float:
        return backoff(attempts, base=self.base_seconds, cap=self.cap_seconds, chance=self.chance())

    def _at(self, outcome: Outcome, seconds: float) -> Outcome:
        return replace(outcome, retry_at=self.clock() + timedelta(seconds=seconds))


def _words(duration: timedelta) -> str:
    return f"{duration / timedelta(hours=1):g} h"
