"""One simulated week, from the first day of both systems to the check of what must hold at its end."""

import asyncio
import hashlib
import logging
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from tandem.entities.state import State
from tandem.store import Store
from tests.simulation import receiver
from tests.simulation.conductor import Conductor
from tests.simulation.deployments import Deployment
from tests.simulation.dice import Dice
from tests.simulation.effects import Effects
from tests.simulation.figures import Figures
from tests.simulation.invariants import check, marks
from tests.simulation.messenger import Messenger, skew_of
from tests.simulation.network import Network
from tests.simulation.people import People
from tests.simulation.processes import Killed, Processes
from tests.simulation.rebinding import rebound
from tests.simulation.servers import Servers
from tests.simulation.stillness import Stillness
from tests.simulation.systems import SECRET, Systems, chosen, settings_in
from tests.simulation.virtual import Deadlock, VirtualLoop, virtual_clock
from tests.simulation.watching import Watching
from tests.simulation.weather import Weather, weather_of

WEEK = 7 * 86_400.0


@dataclass
class Result:
    """What became of one seed."""

    seed: int
    failures: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    digest: str = ""
    orders: int = 0
    steps: int = 0


class World:
    """Everything of one seed."""

    crowd = People

    def __init__(
        self,
        seed: int,
        systems: Systems,
        *,
        weather: Weather | None = None,
        settings: Mapping[str, Any] | None = None,
        keep: bool = False,
        planted: str | None = None,
    ) -> None:
        self.seed = seed
        self.systems = systems
        self.result = Result(seed)
        self.keep = keep
        self.planted = planted
        self._hash = hashlib.sha256()
        self.dice = Dice(seed, "world")
        self.settings = settings_in(systems.home, **(chosen(self.dice) | dict(settings or {})))
        self.weather = weather or weather_of(seed, WEEK)
        self.processes = Processes(Dice(seed, "deaths"), self.trace, self.count)
        self.effects = Effects(self.fail, self._history)
        self.figures = Figures(self)
        self.network = Network(seed, self.weather, self.processes, self.seen, self.figures)
        self.watching: Watching | None = None
        self.still = Stillness(self)
        self.versions: Counter[str] = Counter()
        self.marks_seen: dict[str, datetime] = {}
        self.stored: set[tuple[str, str, str]] = set()
        self.page_size = self.dice.pick((10, 50, 500))
        self.look_seconds = self.dice.scale(2, 30)

    def trace(self, line: str) -> None:
        """Something happened."""
        text = f"{self.clock.stamp()}  {line}"
        self._hash.update(text.encode())
        if self.keep:
            self.result.lines.append(text)

    def count(self, what: str) -> None:
        """For the summary of what the seeds have been through."""
        self.result.counts[what] += 1

    def changed(self, whose: str) -> None:
        """A transaction of the company or the shop was committed."""
        self.still.changes[whose] += 1
        self.versions[whose] += 1
        if whose == "shop":
            self.figures.published()
        elif self.watching:
            self.watching.stir()

    def _history(self, key: str) -> list[dict[str, Any]]:
        return self.people.sales[key].history

    def seen(self, request: httpx.Request, body: bytes, response: httpx.Response, server: str) -> None:
        """A server has handled a request."""
        if server == "gateway":
            self.effects.handled(request, body, response)
        self.trace(f"{server} {request.method} {request.url.raw_path.decode()[:120]}: {response.status_code}")

    def run(self) -> Result:
        """Live through the week, then check."""
        random.seed(self.seed)
        with virtual_clock() as self.clock:
            self.systems.shop_skew, self.systems.company_skew = skew_of(self.dice), skew_of(self.dice)
            self.systems.renew(self.seed, self.settings)
            self.conductor = Conductor(
                self.seed, self.processes, self.weather, self._flow, self.still.quiet, self.drain_ended
            )
            with rebound(self):
                self._run()
        self.result.digest = self._hash.hexdigest()
        return self.result

    def _run(self) -> None:
        loop = VirtualLoop(self.processes.gate, self.processes.alive, self.clock.tick)
        loop.set_task_factory(self.processes.factory)
        loop.set_exception_handler(self._loop_error)
        asyncio.set_event_loop(loop)
        receiver.DICE[:] = [Dice(self.seed, "receiver")]
        self.store = Store.open(self.settings.store_url)
        try:
            loop.run_until_complete(self._week())
        except Deadlock as error:
            self.fail(str(error))
        finally:
            self.result.steps = loop.steps
            self.processes.end()
            self.messenger.end()
            asyncio.set_event_loop(None)
            loop.close()

    async def _week(self) -> None:
        shop = self.systems.shop
        self.messenger = Messenger(self.seed, shop, self.network, self.processes, SECRET)
        self.people = self.crowd(
            self.seed,
            self.systems,
            self.processes,
            week=self.weather.calm,
            version=self._version,
        )
        shop.on_commit(self.messenger.collect)
        Servers(self).start()
        self.people.plan()
        self.watching = Watching.begun(self) if self.people.stockroom else None
        sweeps = asyncio.create_task(self.conductor.sweeps())
        await asyncio.sleep(self.weather.calm)
        self.trace("the weather is calm from here on")
        await self.still.come()
        sweeps.cancel()
        self.result.orders = len(self.people.sales)
        await check(self)

    async def _flow(self, of: Deployment) -> Any:
        seen, tally = self.still.seen_by(of), await of.run()
        if not of.live:
            self.still.swept[of.name] = seen
        return tally

    def drain_ended(self) -> None:
        """What must hold at any moment is asked when a run has ended or died."""
        for failure in marks(self):
            self.fail(f"marks: {failure}")

    def _version(self, key: str) -> str | None:
        """The version of an order that the company is known to have."""
        found = self.store.ledger.find(key)
        done = [r for r in found if r.key == key and r.state in (State.APPLIED, State.NOOP)]
        return done[0].version if done else None

    def fail(self, text: str) -> None:
        """An invariant does not hold."""
        self.result.failures.append(text)
        self.trace(f"FAILED {text}")

    def _loop_error(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if "never retrieved" in context["message"]:  # whoever would have asked is dead
            return
        if error is not None and not isinstance(error, Killed):
            self.fail(f"unhandled: {type(error).__name__}: {error}")
            logging.getLogger("tandem.simulated").error("unhandled", exc_info=error)
