"""Wakes a drain when events came and none is up; the sender never waits for it and never hears of it."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import Callable

from tandem.entities import ENTITIES, System
from tandem.line import outage, rousing
from tandem.store import Store
from tandem.values import utc_now

log = logging.getLogger(__name__)

Wake = Callable[[frozenset[str]], object]
"""Starts a drain for these entities and returns it, or None if one is on its way; may be a coroutine function."""

PAUSE = 5.0
"""Seconds between two wake-ups: a run needs about that long to come up, and one is enough."""


class Waker:
    """A thread that looks whether a drain is up, at most once in `pause` seconds."""

    def __init__(
        self, wake: Wake, store: Store, connection: str, failed: Callable[[], None], pause: float = PAUSE
    ) -> None:
        self._wake = wake
        self._store = store
        self._connection = connection
        self._failed = failed
        self._pause = pause
        self._wanted: set[str] = set()
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def notify(self, entities: frozenset[str]) -> None:
        """Events for these entities were stored."""
        with self._changed:
            self._wanted |= entities
            if self._thread is None and self._wanted and not self._stopped.is_set():
                self._thread = threading.Thread(target=self._run, name="ingress-waker", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def stop(self) -> None:
        """Ends the thread; what it did not get to is found by the next sweep."""
        self._stopped.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._wanted or self._stopped.is_set())
                wanted, self._wanted = frozenset(self._wanted), set()
            if wanted and not self._stopped.is_set():
                self._see_to(wanted)
                self._stopped.wait(self._pause)

    def _shut(self, wanted: frozenset[str]) -> frozenset[str]:
        """Those of which no record can move, because a side is left in peace: a run could only wait."""
        now = utc_now()
        shut = {System(p.system) for p in self._store.pauses.standing(self._connection) if p.until > now}
        return frozenset(
            entity
            for entity in wanted
            if shut and not any(shut.isdisjoint(outage.systems(route)) for route in ENTITIES[entity].routes)
        )

    def _ring(self, wanted: frozenset[str]) -> object:
        result = self._wake(wanted)
        return asyncio.run(result) if inspect.iscoroutine(result) else result

    def _see_to(self, wanted: frozenset[str]) -> None:
        try:
            # What these events released is announced to others, in the same transaction.
            wanted |= rousing.untended(self._store, self._connection)
            up = self._store.drains.up(utc_now(), self._connection)
            missing = wanted.difference(*(drain.entities for drain in up))
            movable = missing - self._shut(missing)
            result = self._ring(movable) if movable else None
            if result is None:  # on its way, or about to end, or of no use yet: look again whether it took this up
                with self._changed:
                    self._wanted |= missing
        except Exception:
            log.exception("no drain could be woken for %s; it is tried again, and the sweep finds them", sorted(wanted))
            self._failed()
            with self._changed:
                self._wanted |= wanted
