"""How a flow run empties the inbox: gather what no event announced, then batch after batch over its lines."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace

from prefect import get_run_logger, runtime

from flows.pipeline import Pipeline
from flows.stopping import rest, stoppable
from tandem import dispatch
from tandem.entities import ENTITIES, System
from tandem.errors import Refused, Unavailable
from tandem.line import outage
from tandem.line.connection import Connection, connect
from tandem.line.rousing import Rousing
from tandem.settings import settings
from tandem.values import utc_now
from tasks.alert import send_alerts
from tasks.inbox import prune, sweep
from tasks.report import Tally, report

LOOK_SECONDS = 0.02
"""How often a drain asks the store whether anything waits: one query for all its lines, half a millisecond."""

REGISTER_SECONDS = 1.0
"""How often a sweep that leaves its work to a live run asks whether that is still up."""


@dataclass(frozen=True, kw_only=True)
class Drain:
    """Which lines a run walks, in order; `behind` takes only what goes behind live traffic, or only what does not.

    `successor` is the deployment that a live run hands over to.
    """

    lines: tuple[tuple[str, System], ...]
    behind: bool | None = None
    successor: str = dispatch.LIVE


async def sweep_and_drain(order: Drain) -> dict[str, int]:
    """Gather once, empty the inbox, end; gives the tally.

    Raises:
        Unavailable, Refused: a list could not be read to its end. What waits is drained as far as it can be all the
            same, but the run has failed.
    """
    tally = Tally()
    async with connect(settings(), owner=run_name()) as line:
        with stoppable() as stop:
            failures = [failure for entity, source in order.lines if (failure := await _gather(line, entity, source))]
            await asyncio.to_thread(line.gate.warm)  # seconds that no claim should wait for
            paused = line.store.backfills.paused(line.name)
            if not await _at_live(line, order, stop):
                await empty(line, replace(order, behind=False) if paused else order, tally, stop)
            elif not paused:
                await empty(line, replace(order, behind=True), tally, stop)
            await finish(line, tally)
            await Rousing().look(line.store, line.name)  # what was settled has word for others
            await prune(line)
    if failures:
        raise failures[0]
    return tally.plain()


def run_name() -> str:
    """Who holds the leases of this run."""
    return f"{runtime.flow_run.name or 'run'}:{runtime.flow_run.id or 'local'}"


async def _gather(line: Connection, entity: str, source: System) -> Unavailable | Refused | None:
    if not ENTITIES[entity].route(source).sweep:
        return None
    try:
        outage.refuse(line, source)
        await sweep(line, entity, source)
        outage.heed(line)
    except (Unavailable, Refused) as error:
        outage.note(line, error)
        get_run_logger().warning("%s of %s could not be swept: %s", entity, source, error)
        return error
    return None


async def _at_live(line: Connection, order: Drain, stop: asyncio.Event) -> bool:
    """Whether a live run takes what waits: beside it the sweep would let a customer's orders change places.

    One that died stands in the register until its time is over, so where something waits that time is waited for.
    """
    entities = {entity for entity, _ in order.lines}
    since = time.monotonic()
    while any(entities <= drain.entities for drain in line.store.drains.up(utc_now(), line.name)):
        waits = line.store.inbox.due(line.name, order.lines, now=utc_now(), behind=False)
        if stop.is_set() or not waits or time.monotonic() - since > line.settings.lease_seconds:
            return True
        await rest(stop, REGISTER_SECONDS)
    return False


async def empty(line: Connection, order: Drain, tally: Tally, stop: asyncio.Event | None = None) -> int:
    """Batch after batch until nothing is due or the run is told to end; gives how many records were settled."""
    async with Pipeline(line, order.lines, tally, behind=order.behind) as pipeline:
        while not (stop and stop.is_set()) and (await pipeline.feed() or pipeline.busy or pipeline.held_up):
            await pipeline.change(LOOK_SECONDS)
    return pipeline.settled


async def finish(line: Connection, tally: Tally) -> None:
    """Show what was done, and tell people what they must know."""
    await report(line, tally)
    await send_alerts(line)
