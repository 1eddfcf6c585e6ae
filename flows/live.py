"""The live run: drains in micro-batches, lingers for more, hands over to its successor without a gap."""

from __future__ import annotations

import asyncio
import time

from prefect import get_run_logger

from flows.drain import LOOK_SECONDS, Drain, empty, finish, run_name
from flows.pipeline import STOP_SECONDS, Pipeline
from flows.polling import Poll
from flows.register import Place, Watch
from flows.stopping import rest, stoppable
from tandem import dispatch
from tandem.errors import SettingsError, StoreUnavailable, Unavailable
from tandem.line import outage
from tandem.line.connection import Connection, connect
from tandem.settings import settings
from tasks.alert import send_alerts
from tasks.report import Tally

REPORT_SECONDS = 15.0
"""Least time between two reports of one run, and between two tries to send alerts."""

CALM_SECONDS = 1.0
"""How long nothing came before a run takes the time to report; the last report is that at its end."""

STORE_SECONDS = 1.0
"""Between two tries to reach a store that is away."""

HAND_OVER_SECONDS = 60.0
"""How long a run waits for its successor; after that the webhook or the sweep wakes one."""


async def live(order: Drain) -> dict[str, int]:
    """Drain for as long as something comes, up to the age at which a run hands over; gives the tally."""
    run = LiveRun(order)
    async with connect(settings(), owner=run_name()) as line:
        with stoppable() as stop:
            await asyncio.to_thread(line.gate.warm)  # seconds that no record should wait for
            await run.stay(line, stop)
            await finish(line, run.tally)
    return run.tally.plain()


class LiveRun:
    """One run from the register to the register."""

    def __init__(self, order: Drain) -> None:
        self.order = order
        self.tally = Tally()
        self._poll, self._shut_out = Poll(), False
        self._watch: Watch
        self._place: Place

    async def stay(self, line: Connection, stop: asyncio.Event) -> None:
        """Drain and linger; leave the register first and look once more, so that no event falls between two drains."""
        self._watch, self._place = Watch(), Place(line, self.order.lines)  # connecting and warming up took seconds
        while True:
            self._place.enter()
            try:
                await self._take_over(stop)
                await self._drain(line, stop)
            finally:
                self._place.leave()
            over = stop.is_set() or self._place.succeeded()  # beside its successor it would overtake, or be overtaken
            if over or not await empty(line, self.order, self.tally, stop) or self._watch.old(line):
                return

    async def _take_over(self, stop: asyncio.Event) -> None:
        """Wait until the run that hands over has written what it took: a customer's orders must not change places."""
        give_up = time.monotonic() + STOP_SECONDS + 1
        while time.monotonic() < give_up and not stop.is_set() and self._place.awaited():
            await rest(stop, LOOK_SECONDS)

    async def _drain(self, line: Connection, stop: asyncio.Event) -> None:
        async with Pipeline(line, self.order.lines, self.tally, behind=self.order.behind) as pipeline:
            try:
                await self._live(line, pipeline, stop)
                if not stop.is_set() and self._watch.old(line) and outage.passable(line, self.order.lines):
                    await self._hand_over(line, pipeline, stop)
            finally:
                await self._poll.end()

    async def _live(self, line: Connection, pipeline: Pipeline, stop: asyncio.Event) -> None:
        """Until nothing came for the linger window, nothing can go for longer than that, or the run is old."""
        watch = self._watch
        while not (stop.is_set() or self._watch.old(line)):
            fed = await self._fed(line, pipeline, stop)
            if fed is None:
                continue
            if fed or pipeline.busy:
                watch.worked = time.monotonic()
                await pipeline.change(LOOK_SECONDS)
            elif self._calm() and self.tally.unreported:
                await finish(line, self.tally)
                watch.reported = time.monotonic()
            elif self._shut_out or time.monotonic() - watch.worked >= line.settings.linger_seconds:
                return
            else:
                await rest(stop, LOOK_SECONDS)

    async def _look_after(self, line: Connection) -> None:
        """What has its times, whether there is work or not."""
        watch, now = self._watch, time.monotonic()
        if now - watch.polled >= line.settings.poll_seconds and self._poll.again():
            watch.polled = now
            self._place.beat()
            self._poll.start(line, self.order.lines)
            self._shut_out = outage.for_long(line, self.order.lines)
        if now - watch.told >= REPORT_SECONDS:
            watch.told = now
            if line.store.alerts.pending(limit=1):
                await send_alerts(line)

    async def _fed(self, line: Connection, pipeline: Pipeline, stop: asyncio.Event) -> bool | None:
        """Whether a batch was claimed; None while the store is away."""
        try:
            await self._look_after(line)
            fed = await pipeline.feed()
        except StoreUnavailable as error:
            self._watch.endure(error, line.settings.lease_seconds)
            await rest(stop, STORE_SECONDS)
            return None
        self._watch.down = None
        return fed

    async def _hand_over(self, line: Connection, pipeline: Pipeline, stop: asyncio.Event) -> None:
        """Ask for the successor, and go on draining until it is up: its start takes seconds."""
        get_run_logger().info("handing over after %s s", line.settings.run_seconds)
        try:
            await dispatch.start(self.order.successor, {"options": {"live": True}}, key=f"after:{line.owner}")
        except (Unavailable, SettingsError) as error:
            get_run_logger().warning("no successor could be asked for: %s; the next event or sweep wakes one", error)
            return
        give_up = time.monotonic() + HAND_OVER_SECONDS
        while time.monotonic() < give_up and not stop.is_set() and not self._place.succeeded():
            if await self._fed(line, pipeline, stop) is not None:
                await pipeline.change(LOOK_SECONDS)

    def _calm(self) -> bool:
        now = time.monotonic()
        return now - self._watch.worked >= CALM_SECONDS and now - self._watch.reported >= REPORT_SECONDS
