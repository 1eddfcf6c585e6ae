"""How a flow run empties the inbox: gather what no event announced, then turn after turn over its lines."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from prefect import get_run_logger, runtime

from flows.line import carry
from tandem.entities import ENTITIES, System
from tandem.errors import Unavailable
from tandem.line.connection import Connection, connect
from tandem.settings import settings
from tandem.values import utc_now
from tasks.alert import send_alerts
from tasks.inbox import sweep
from tasks.report import Tally, report


@dataclass(frozen=True, kw_only=True)
class Drain:
    """Which lines a run walks, in order."""

    lines: tuple[tuple[str, System], ...]


async def sweep_and_drain(order: Drain) -> dict[str, int]:
    """Gather once, empty the inbox, end; gives the tally.

    Raises:
        Unavailable: a list could not be read to its end. What waits is drained all the same, but the run has failed.
    """
    tally = Tally()
    async with connect(settings(), owner=run_name()) as line:
        failures = [failure for entity, source in order.lines if (failure := await _gather(line, entity, source))]
        await asyncio.to_thread(line.gate.warm)  # seconds that no claim should wait for
        await empty(line, order, tally)
        await finish(line, tally)
    if failures:
        raise failures[0]
    return tally.plain()


def run_name() -> str:
    """Who holds the leases of this run."""
    return f"{runtime.flow_run.name or 'run'}:{runtime.flow_run.id or 'local'}"


async def _gather(line: Connection, entity: str, source: System) -> Unavailable | None:
    if not ENTITIES[entity].route(source).sweep:
        return None
    try:
        await sweep(line, entity, source)
    except Unavailable as outage:
        get_run_logger().warning("%s of %s could not be swept: %s", entity, source, outage)
        return outage
    return None


async def empty(line: Connection, order: Drain, tally: Tally) -> int:
    """Turn after turn until nothing is due; gives how many records were settled."""
    total = 0
    while done := await turn(line, order, tally):
        total += done
    return total


async def turn(line: Connection, order: Drain, tally: Tally) -> int:
    """Each line once, if anything is due there: an idle drain makes no task runs."""
    return sum([await carry(line, e, source, tally) for e, source in order.lines if waits(line, e)])


def waits(line: Connection, entity: str) -> bool:
    """Whether anything of an entity is due: one indexed query."""
    return line.store.inbox.waiting(line.name, entity, now=utc_now(), at_most=1) > 0


async def finish(line: Connection, tally: Tally) -> None:
    """Show what was done, and tell people what they must know."""
    await report(line, tally)
    await send_alerts(line)
