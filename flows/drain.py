"""How a flow run empties the inbox: a turn over its lines, again while anything waits, then linger and hand over."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prefect import get_run_logger, runtime

from flows.line import carry
from tandem import dispatch
from tandem.entities import ENTITIES, System
from tandem.line.connection import Connection, connect
from tandem.line.gather import LIVE_OVERLAP, SWEEP_OVERLAP
from tandem.settings import settings
from tandem.values import utc_now
from tasks.alert import send_alerts
from tasks.inbox import sweep
from tasks.report import Tally, report

LOOK_SECONDS = 0.05
"""How often an idle drain asks the store whether anything waits: one indexed query."""

REPORT_SECONDS = 15.0
"""Least time between two reports of one run."""

HAND_OVER_SECONDS = 60.0
"""How long a run waits for its successor; after that the webhook or the sweep wakes one."""


@dataclass(frozen=True, kw_only=True)
class Drain:
    """Which lines a run walks, in order, and whether it stays for more."""

    lines: tuple[tuple[str, System], ...]
    live: bool = False
    gather: bool = True


@dataclass(kw_only=True)
class Watch:
    """The clocks of one run, in seconds of the monotonic clock."""

    started: float = field(default_factory=time.monotonic)
    worked: float = field(default_factory=time.monotonic)
    polled: float = float("-inf")
    reported: float = float("-inf")


async def drain(order: Drain) -> dict[str, int]:
    """Empty the inbox for these lines; gives the tally."""
    owner = f"{runtime.flow_run.name or 'run'}:{runtime.flow_run.id or 'local'}"
    tally = Tally()
    async with connect(settings(), owner=owner) as line:
        if order.gather and not order.live:
            await _gather(line, order, overlap=SWEEP_OVERLAP)
        if order.live:
            await _stay(line, order, tally)
        else:
            await empty(line, order, tally)
        await report(line, tally)
        await send_alerts(line)
    return tally.plain()


async def empty(line: Connection, order: Drain, tally: Tally) -> int:
    """Turn after turn until nothing is due."""
    total = 0
    while done := await _turn(line, order, tally):
        total += done
    return total


async def _turn(line: Connection, order: Drain, tally: Tally) -> int:
    return sum([await carry(line, entity, source, tally) for entity, source in order.lines])


async def _gather(line: Connection, order: Drain, *, overlap: timedelta, live: bool = False) -> None:
    for entity, source in order.lines:
        route = ENTITIES[entity].route(source)
        if route.live_poll if live else route.sweep:
            await sweep(line, entity, source, overlap)


async def _stay(line: Connection, order: Drain, tally: Tally) -> None:
    """Drain and linger; leave the register first and look once more, so that no event falls between two drains."""
    watch = Watch()
    while True:
        line.store.drains.enter(
            line.owner, [entity for entity, _ in order.lines], until=_soon(line), connection=line.name, now=utc_now()
        )
        await _live(line, order, tally, watch)
        if _old(line, watch):
            await _hand_over(line, order, tally)
        line.store.drains.leave(line.owner)
        if not await empty(line, order, tally) or _old(line, watch):
            return


def _soon(line: Connection) -> datetime:
    return utc_now() + timedelta(seconds=line.settings.lease_seconds)


def _others(line: Connection) -> bool:
    return any(drain.owner != line.owner for drain in line.store.drains.up(utc_now(), line.name))


def _old(line: Connection, watch: Watch) -> bool:
    return time.monotonic() - watch.started >= line.settings.run_seconds


async def _live(line: Connection, order: Drain, tally: Tally, watch: Watch) -> None:
    """Until nothing came for the linger window, or the run is old enough to hand over."""
    while not _old(line, watch):
        now = time.monotonic()
        if now - watch.polled >= line.settings.poll_seconds:
            line.store.drains.beat(line.owner, until=_soon(line))
            await _gather(line, order, overlap=LIVE_OVERLAP, live=True)
            watch.polled = now
        if await _turn(line, order, tally):
            watch.worked = time.monotonic()
        elif tally.unreported and time.monotonic() - watch.reported >= REPORT_SECONDS:
            await report(line, tally)
            await send_alerts(line)
            watch.reported = time.monotonic()
        elif time.monotonic() - watch.worked >= line.settings.linger_seconds:
            return
        else:
            await _wait(line, order, until=watch.polled + line.settings.poll_seconds)


async def _wait(line: Connection, order: Drain, *, until: float) -> None:
    """Until something is due, or it is time to poll."""
    while time.monotonic() < until:
        if any(line.store.inbox.waiting(line.name, entity, now=utc_now(), at_most=1) for entity, _ in order.lines):
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _hand_over(line: Connection, order: Drain, tally: Tally) -> None:
    """Ask for the successor, and go on draining until it is up: its start takes seconds."""
    get_run_logger().info("handing over after %s s", line.settings.run_seconds)
    await dispatch.start(dispatch.LIVE, {"options": {"live": True}}, key=f"after:{line.owner}")
    give_up = time.monotonic() + HAND_OVER_SECONDS
    while time.monotonic() < give_up and not _others(line):
        if not await _turn(line, order, tally):
            await _wait(line, order, until=time.monotonic() + LOOK_SECONDS * 10)
