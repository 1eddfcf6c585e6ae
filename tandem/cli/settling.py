"""Waiting for conditions: what is announced is delivered, what is delivered is settled, what shipped is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tandem.cli.processes import Supervisor
from tandem.entities.state import COMES_BACK, State
from tandem.errors import TandemError, Unavailable
from tandem.sandbox.play.stage import Stage
from tandem.store import Store

LOOK = 0.2
WAKE_PAUSE = 5.0
LATE = 15.0
"""Seconds after which something due is late: the receiver's own wake-up must have come to nothing."""
MOVING = COMES_BACK | {State.WAITING}


class TookTooLong(TandemError):
    """A condition was not met in time; the message says what was still waiting."""


@dataclass
class Settling:
    """Looks after the services while it waits; `patience` bounds each wait in seconds."""

    store: Store
    stage: Stage
    supervisor: Supervisor
    connection: str
    patience: float
    told: Callable[[str], None]
    _woken: float = field(default=float("-inf"))

    def until(self, what: str, missing: Callable[[], Sequence[str]]) -> None:
        """Until nothing is missing any more.

        Raises:
            TookTooLong: it took more than the patience.
        """
        deadline = time.monotonic() + self.patience
        while still := missing():
            if time.monotonic() > deadline:
                raise TookTooLong(f"{what}: after {self.patience:.0f} s still waiting for {'; '.join(still[:5])}")
            self.told(f"{what}: {still[0]}")
            self.tend()
            time.sleep(LOOK)

    def quiet(self) -> None:
        """Until every webhook is delivered and nothing of what arrived is still to be done."""
        self.until("settling", self._unsettled)

    def shipped(self, numbers: Sequence[str]) -> None:
        """Until the shop was told of these shipments; a live drain is seen to, since nobody announces them."""
        self.until("telling the shop", lambda: self._untold(numbers))

    def idle(self) -> None:
        """Until no drain is up any more."""
        self.until("the last run", lambda: [f"run {drain.owner} lingers" for drain in self.store.status().drains])

    def tend(self) -> None:
        """Keep the services running, and see that somebody drains what is due."""
        self.supervisor.tend()
        if self.store.status().lag_seconds > LATE:
            self.wake()

    def wake(self) -> None:
        """Ask for live drains of all that nobody takes, unless that was just done: the sweep is too slow for a play.

        Shipments are among it even if none waits: no event announces them, a live drain asks for them.
        """
        now, status = time.monotonic(), self.store.status()
        waiting = {"shipment", *(entity for some in status.waiting.values() for entity in some)}
        missing = waiting.difference(*(drain.entities for drain in status.drains))
        if now - self._woken < WAKE_PAUSE or not missing:
            return
        from tandem import dispatch

        self._woken = now
        try:
            asyncio.run(dispatch.wake(missing))
        except Unavailable as error:
            self.told(str(error))

    def _unsettled(self) -> list[str]:
        status = self.store.status()
        left = {
            "webhooks to be sent": self.stage.undelivered(),
            "records to be taken": sum(n for waiting in status.waiting.values() for n in waiting.values()),
            "records in work": status.leased,
            "records that wait for their time": status.postponed,
        }
        return [f"{count} {what}" for what, count in left.items() if count]

    def _untold(self, numbers: Sequence[str]) -> list[str]:
        known = self.store.ledger.known(self.connection, "shipment", numbers)
        left = [number for number in numbers if number not in known or known[number].state in MOVING]
        if left:
            self.wake()
        return [f"{len(left)} shipments"] if left else []
