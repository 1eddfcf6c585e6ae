"""A live run's place in the register of drains, and its clocks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prefect import get_run_logger

from tandem.errors import StoreUnavailable
from tandem.line.connection import Connection
from tandem.line.traffic import Lane
from tandem.store import Drain
from tandem.values import utc_now


@dataclass(kw_only=True)
class Watch:
    """The clocks of one run, in seconds of the monotonic clock; `down` is since when the store cannot be used."""

    started: float = field(default_factory=time.monotonic)
    worked: float = field(default_factory=time.monotonic)
    polled: float = float("-inf")
    reported: float = float("-inf")
    told: float = field(default_factory=time.monotonic)
    down: float | None = None

    def old(self, line: Connection) -> bool:
        """Whether the run is to hand over."""
        return time.monotonic() - self.started >= line.settings.run_seconds

    def endure(self, error: StoreUnavailable, seconds: float) -> None:
        """A store that is away for a moment (a restart, a long lock) does not end a run; one that stays away does.

        Raises:
            StoreUnavailable: it has been away for longer than these seconds.
        """
        now = time.monotonic()
        if self.down is None:
            get_run_logger().warning("%s; the run waits for it", error)
            self.down = now
        if now - self.down > seconds:
            raise error


class Place:
    """Who is in the register is not woken again, and need not fear that events lie unseen."""

    def __init__(self, line: Connection, lanes: Sequence[Lane]) -> None:
        self._line = line
        self._entities = [entity for entity, _ in lanes]
        self._since = utc_now()

    def enter(self) -> None:
        """Taking from now on."""
        line = self._line
        line.store.drains.enter(line.owner, self._entities, until=self._until(), connection=line.name, now=self._since)

    def beat(self) -> None:
        """Still here; one that was forgotten while it stood still comes in again."""
        if not self._line.store.drains.beat(self._line.owner, until=self._until()):
            self.enter()

    def leave(self) -> None:
        """Taking nothing any more."""
        self._line.store.drains.leave(self._line.owner)

    def succeeded(self) -> bool:
        """Whether a drain that came after this one is up: two that are old must not wait for each other."""
        return any(drain.since > self._since for drain in self._others())

    def awaited(self) -> bool:
        """Whether a drain that is old enough to hand over has yet to leave."""
        old = utc_now() - timedelta(seconds=self._line.settings.run_seconds)
        return any(drain.since <= min(old, self._since) for drain in self._others())

    def _others(self) -> list[Drain]:
        """The drains that are up and take what this one takes."""
        up = self._line.store.drains.up(utc_now(), self._line.name)
        return [d for d in up if d.owner != self._line.owner and not d.entities.isdisjoint(self._entities)]

    def _until(self) -> datetime:
        return utc_now() + timedelta(seconds=self._line.settings.lease_seconds)
