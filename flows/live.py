"""The live run: drains in micro-batches, lingers for more, hands over to its successor without a gap."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prefect import get_run_logger

from flows.drain import Drain, empty, finish, run_name, turn, waits
from tandem import dispatch
from tandem.entities import ENTITIES
from tandem.errors import Unavailable
from tandem.line import gather
from tandem.line.connection import Connection, connect
from tandem.settings import settings
from tandem.values import utc_now
from tasks.report import Tally

LOOK_SECONDS = 0.05
"""How often an idle drain asks the store whether anything waits."""

REPORT_SECONDS = 15.0
"""Least time between two reports of one run."""

HAND_OVER_SECONDS = 60.0
"""How long a run waits for its successor; after that the webhook or the sweep wakes one."""


@dataclass(kw_only=True)
class Watch:
    """The clocks of one run, in seconds of the monotonic clock."""

    started: float = field(default_factory=time.monotonic)
    worked: float = field(default_factory=time.monotonic)
    polled: float = float("-inf")
    reported: float = float("-inf")


async def live(order: Drain) -> dict[str, int]:
    """Drain for as long as something comes, up to the age at which a run hands over; gives the tally."""
    tally = Tally()
    async with connect(settings(), owner=run_name()) as line:
        await asyncio.to_thread(line.gate.warm)  # seconds that no record should wait for
        await _stay(line, order, tally)
        await finish(line, tally)
    return tally.plain()


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
            await _poll(line, order)
            watch.polled = now
        if await turn(line, order, tally):
            watch.worked = time.monotonic()
        elif tally.unreported and time.monotonic() - watch.reported >= REPORT_SECONDS:
            await finish(line, tally)
            watch.reported = time.monotonic()
        elif time.monotonic() - watch.worked >= line.settings.linger_seconds:
            return
        else:
            await _wait(line, order, until=watch.polled + line.settings.poll_seconds)


async def _poll(line: Connection, order: Drain) -> None:
    """Ask for what no event announces; an outage there must not end a run that the other side needs."""
    for entity, source in order.lines:
        route = ENTITIES[entity].route(source)
        if route.live_poll:
            try:
                await gather.sweep(line, ENTITIES[entity], route, overlap=gather.LIVE_OVERLAP)
            except Unavailable as outage:
                get_run_logger().warning("%s of %s could not be polled: %s", entity, source, outage)


async def _wait(line: Connection, order: Drain, *, until: float) -> None:
    """Until something is due, or it is time to poll."""
    while time.monotonic() < until:
        if any(waits(line, entity) for entity, _ in order.lines):
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _hand_over(line: Connection, order: Drain, tally: Tally) -> None:
    """Ask for the successor, and go on draining until it is up: its start takes seconds."""
    get_run_logger().info("handing over after %s s", line.settings.run_seconds)
    try:
        await dispatch.start(dispatch.LIVE, {"options": {"live": True}}, key=f"after:{line.owner}")
    except Unavailable as outage:
        get_run_logger().warning("no successor could be asked for: %s; the next event or the sweep wakes one", outage)
        return
    give_up = time.monotonic() + HAND_OVER_SECONDS
    while time.monotonic() < give_up and not _others(line):
        if not await turn(line, order, tally):
            await _wait(line, order, until=time.monotonic() + LOOK_SECONDS * 10)
