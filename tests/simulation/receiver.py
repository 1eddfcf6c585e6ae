"""The real receiver of webhooks without its threads: what they would do is done by timers of the ingress process."""

import asyncio
from typing import Any

from tandem.ingress.committer import Committer
from tandem.ingress.waker import PAUSE, Waker
from tests.simulation.dice import Dice

DICE: list[Dice] = []
"""The dice of the world that runs; set by the world."""


class InlineCommitter(Committer):
    """Writes what was handed in a moment later, all of it together, as the thread does."""

    _due = False

    def _hand_in(self, item: Any) -> None:
        self._queue.put(item)
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_later(DICE[0].scale(0.0005, 0.02), self._pump)

    def _pump(self) -> None:
        self._due = False
        self._queue.put(None)  # the end, as `stop` hands it in: what came until now is written and the turn is over
        self._run()


class InlineWaker(Waker):
    """Looks for a drain at most once in PAUSE seconds, as the thread does."""

    _free_at = 0.0
    _set = False

    def notify(self, entities: frozenset[str]) -> None:
        """Events were stored."""
        self._wanted |= entities
        self._plan()

    def _plan(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._set and self._wanted:
            self._set = True
            loop.call_at(max(loop.time() + 0.001, self._free_at), self._turn)

    def _turn(self) -> None:
        self._set = False
        self._free_at = asyncio.get_running_loop().time() + PAUSE
        wanted, self._wanted = frozenset(self._wanted), set()
        self._see_to(wanted)
        self._plan()
