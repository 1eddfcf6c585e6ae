"""The watcher beside the gateway as a process that dies and comes up again: the real passes and the real sender."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, Self

import tandem.gateway.watch.sender
import tandem.gateway.watch.state
from tandem.gateway.watch.backlog import Backlog
from tandem.gateway.watch.events import Signer
from tandem.gateway.watch.kinds import chosen
from tandem.gateway.watch.sender import Sender
from tandem.gateway.watch.state import State
from tandem.gateway.watch.watcher import Rhythm, Watcher
from tandem.values import utc_now
from tests.simulation.dice import Dice
from tests.simulation.processes import NOBODY, Fuse, Process, point
from tests.simulation.systems import SECRET

URL = "http://127.0.0.1:8700/webhooks/sagepro"
FULL_SECONDS = 60.0
LOOK_AGAIN = 300.0
"""Instead of half a second: whatever is news wakes the sender."""


def unhurried(put: Callable[[Any, str, Any], None]) -> None:
    """What would make the same week differ, or wake the loop for nothing."""
    put(tandem.gateway.watch.state, "secrets", SimpleNamespace(token_hex=lambda _: "era"))
    put(tandem.gateway.watch.sender, "LOOK_AGAIN", LOOK_AGAIN)
    time = tandem.gateway.watch.watcher.time
    ticks = itertools.count()
    clock = SimpleNamespace(**vars(time) | {"thread_time": lambda: next(ticks) * 0.05})  # a pass costs something
    put(tandem.gateway.watch.watcher, "time", clock)


class Watching:
    """Notices what was committed in the company."""

    def __init__(self, world: Any) -> None:
        self._world = world
        self._dice = Dice(world.seed, "watching")
        self.kinds = self._dice.pick(("stock", "stock shipment", "stock product shipment customer"))
        self._news = asyncio.Event()
        self._seen = -1
        self._backlog = Backlog(utc_now)

    @classmethod
    def begun(cls, world: Any) -> Self:
        """One that is up from now on."""
        made = cls(world)
        made.start()
        return made

    @property
    def idle(self) -> bool:
        """Whether nothing is left to be noticed or told."""
        return self._seen == self._commits and not len(self._backlog)

    @property
    def _commits(self) -> int:
        return int(self._world.versions["company"])

    def stir(self) -> None:
        """Something was committed."""
        self._news.set()

    def start(self) -> None:
        """Begin; when it dies, it comes up again after a while."""
        world, loop = self._world, asyncio.get_running_loop()
        doomed = loop.time() < world.weather.calm and self._dice.chance(0.7 * world.weather.deadly)
        process = world.processes.start(
            "watcher", "watcher", Fuse(int(self._dice.scale(50, 20_000))) if doomed else None
        )

        def died() -> None:
            loop.call_later(self._dice.scale(1, 1800), self.start, context=NOBODY)

        process.at_death.append(died)
        process.spawn(self._run(process), "watcher")

    async def _run(self, process: Process) -> None:
        world = self._world
        company = world.systems.gateway.state.context.company
        state, self._backlog = State(world.settings.home / "watch01.db"), Backlog(utc_now)
        sender = Sender(URL, Signer([SECRET]), self._backlog, state, clock=utc_now)
        kinds = chosen(self.kinds, company.tables)
        watcher = Watcher(company, kinds, state, self._backlog, rhythm=Rhythm(full=FULL_SECONDS), news=sender.wake)
        process.spawn(sender.run(), "watcher sends")
        try:
            commits = self._commits
            watcher.start()
            self._seen = commits
            world.trace("watcher is up")
            await self._look(watcher)
        finally:
            watcher.close()
            state.close()

    async def _look(self, watcher: Watcher) -> None:
        """Fast passes whenever something was committed, full ones while there is something to compare."""
        compared = True
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), None if compared else FULL_SECONDS)
            self._news.clear()
            await asyncio.sleep(self._dice.scale(0.1, 2))
            point("before it looks")
            commits = self._commits
            watcher.look()
            compared = watcher.full_due()
            if compared:
                for _ in watcher.full_pass():
                    point("between two slices")
            self._seen = commits
