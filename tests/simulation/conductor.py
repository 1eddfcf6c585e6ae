"""What Prefect does for Tandem, in virtual time: starts runs after a while, two live of a kind, sweeps by the clock."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from tandem import dispatch
from tandem.entities import ENTITIES
from tandem.errors import SettingsError, Unavailable
from tests.simulation.deployments import Deployment, Run, deployed
from tests.simulation.dice import Dice
from tests.simulation.processes import CURRENT, NOBODY, STORE_WRITES, Fuse, Killed, Process, Processes
from tests.simulation.weather import Weather

LIVE_AT_ONCE = 2
"""Of each kind."""

Flow = Callable[[Deployment], Coroutine[Any, Any, Any]]


class Conductor:
    """Schedules runs of the flow as processes of their own."""

    def __init__(
        self,
        seed: int,
        processes: Processes,
        weather: Weather,
        flow: Flow,
        quiet: Callable[[Deployment], bool],
        ended: Callable[[], None],
    ) -> None:
        self.dice = Dice(seed, "conductor")
        self.processes = processes
        self.weather = weather
        self.flow = flow
        self.quiet = quiet
        self.ended = ended
        self.runs: list[Run] = []
        self.keys: dict[tuple[str, str], Run] = {}
        self.deployed = deployed()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def start(self, deployment: str, parameters: dict[str, Any] | None = None, *, key: str | None = None) -> Run:
        """In place of `dispatch.start`."""
        await asyncio.sleep(self.dice.scale(0.005, 0.5))
        return self.start_now(deployment, key)

    def start_now(self, deployment: str, key: str | None = None) -> Run:
        """Ask for a run.

        Raises:
            Unavailable: the server is away.
            SettingsError: there is no such deployment.
        """
        self._answers()
        if deployment not in self.deployed:
            raise SettingsError(f"Prefect has no deployment {deployment!r}")
        if key is not None and (deployment, key) in self.keys:
            return self.keys[deployment, key]
        run = self._ask(self.deployed[deployment])
        if key is not None:
            self.keys[deployment, key] = run
        return run

    def _answers(self) -> None:
        if self.weather.outage("prefect", self._now()):
            raise Unavailable("the Prefect server does not answer")

    def wake(self, entities: Iterable[str] = ()) -> Run | None:
        """In place of `dispatch.wake`, with its rule of which kinds are meant."""
        self._answers()
        runs = [self._wake(drain) for drain in sorted({ENTITIES[e].drain for e in entities}) or [dispatch.LIVE]]
        return runs[0] if all(runs) else None

    async def woken(self, entities: Iterable[str] = ()) -> Run | None:
        """The same for drains, which wait for the answer."""
        await asyncio.sleep(self.dice.scale(0.005, 0.5))
        return self.wake(entities)

    def _wake(self, deployment: str) -> Run | None:
        """With the rule of `dispatch` of what counts as coming up."""
        young = dispatch.COMING_UP.total_seconds()
        up = [r for r in self.runs if r.of.name == deployment and r.up]
        if any(r.state == "scheduled" or self._now() - r.since < young for r in up):
            return None
        if self._now() < self.weather.calm and self.dice.chance(self.weather.eager):
            self.processes.count("run started by hand as well")
            self._ask(self.deployed[deployment])
        return self.start_now(deployment)

    def _ask(self, of: Deployment) -> Run:
        run = Run(len(self.runs) + 1, of, since=self._now())
        self.runs.append(run)
        asyncio.get_running_loop().call_later(self.dice.scale(0.5, 15), self._begin, run, context=NOBODY)
        return run

    def _begin(self, run: Run) -> None:
        up = [r for r in self.runs if r.of is run.of and r.state == "running"]
        if len(up) >= (LIVE_AT_ONCE if run.live else 1):
            asyncio.get_running_loop().call_later(1.0, self._begin, run, context=NOBODY)
            return
        if up:
            self.processes.count("two drains at once")
        process = self.processes.start(run.name, "drain", self._fuse(run))
        run.state, run.since = "running", self._now()
        process.at_death.append(lambda: self._over(run, "crashed"))
        self.processes.trace(f"{run.name} begins")
        process.spawn(self._carry_out(run), run.name)
        if self._now() < self.weather.calm:
            self._trouble(process)

    def _fuse(self, run: Run) -> Fuse | None:
        """When the run dies; not where the last three did, or a record would go to the desk.

        A sweep does not where the last one of its kind did: again and again by the clock, it would die over nothing.
        """
        last = [r.state for r in self.runs if not r.up][-3:]
        if self._now() >= self.weather.calm or last == ["crashed"] * 3:
            return None
        if not run.live and [r.state for r in self.runs if r.of is run.of and not r.up][-1:] == ["crashed"]:
            return None
        if not self.dice.chance((0.3 if run.live else 0.45) * self.weather.deadly):
            return None
        if self.dice.chance(0.5 if run.live else 0.7):
            return Fuse(int(self.dice.scale(1, 60 if run.live else 15)), STORE_WRITES)
        return Fuse(int(self.dice.scale(1, 800)))

    def _trouble(self, process: Process) -> None:
        loop = asyncio.get_running_loop()
        if self.dice.chance(0.1 * self.weather.deadly):
            loop.call_later(self.dice.scale(0.01, 60), process.freeze, self.dice.scale(5, 600), context=NOBODY)
        if self.dice.chance(0.05 * self.weather.deadly):
            loop.call_later(self.dice.scale(0.01, 60), process.terminate, context=NOBODY)

    async def _carry_out(self, run: Run) -> None:
        try:
            tally = await self.flow(run.of)
        except Killed:
            raise
        except Exception as error:
            self._over(run, f"failed: {type(error).__name__}: {error}")
        else:
            self._over(run, f"done {tally}")
        process = CURRENT.get()
        if process is not None:
            process.end()

    def _over(self, run: Run, how: str) -> None:
        run.state = how.split(":", maxsplit=1)[0].split(" ", maxsplit=1)[0]
        self.processes.count(f"run {run.state}")
        self.processes.trace(f"{run.name} {how}")
        asyncio.get_running_loop().call_soon(self.ended, context=NOBODY)

    async def sweeps(self) -> None:
        """The schedules of all kinds."""
        async with asyncio.TaskGroup() as group:
            for of in self.deployed.values():
                if of.every:
                    group.create_task(self._sweeps(of))

    async def _sweeps(self, of: Deployment) -> None:
        """A run by the clock, unless one is still up, or nothing has happened since the last."""
        while True:
            await asyncio.sleep(of.next_after(self._now()))
            if self.quiet(of):
                self.processes.count("sweeps skipped: nothing had changed")
                continue
            if self.weather.outage("prefect", self._now()):
                continue
            if not any(r.of is of and r.up for r in self.runs):
                self._ask(of)

    @property
    def idle(self) -> bool:
        """Whether no run is up or coming."""
        return not any(r.up for r in self.runs)
