"""Several batches under way at once: while one is being written, the next is claimed, read, validated and mapped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

from prefect import get_run_logger

from flows.line import convey
from tandem.errors import StoreUnavailable
from tandem.line import leasing, outage
from tandem.line.batch import Batch
from tandem.line.claim import claim
from tandem.line.connection import Connection
from tandem.line.traffic import Lane
from tandem.values import utc_now
from tasks.report import Tally

log = logging.getLogger(__name__)

STOP_SECONDS = 8.0
"""How long what is under way may take once the run is to end; then it is given back."""


class Pipeline:
    """The batches of one run. Leaving the block waits for what is under way; an exception there cuts it short."""

    def __init__(self, line: Connection, lanes: Sequence[Lane], tally: Tally, *, behind: bool | None = None) -> None:
        self._line = line
        self._lanes = lanes
        self._tally = tally
        self._behind = behind
        self._tasks: set[asyncio.Task[int]] = set()
        self._failures: list[BaseException] = []
        self._renewing: asyncio.Task[None] | None = None
        self.settled = 0
        self.held_up = False

    async def __aenter__(self) -> Pipeline:
        self._renewing = asyncio.create_task(self._renew())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if self._tasks and (kind is None or issubclass(kind, Exception)):
                await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        finally:
            left = [*self._tasks, *([self._renewing] if self._renewing else [])]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        if error is None:
            self._raise()

    @property
    def busy(self) -> bool:
        """Whether any batch is under way."""
        return bool(self._tasks)

    async def feed(self) -> bool:
        """Claim a batch wherever there is room for one and something is due; whether any was claimed.

        `held_up` tells afterwards whether something is due where there is no room yet.

        Raises:
            StoreUnavailable: the store cannot be asked.
            Exception: what a batch before could not cope with.
        """
        self._raise()
        traffic, depth = self._line.traffic, self._line.settings.pipeline
        traffic.changed.clear()
        roomy = {lane for lane in self._lanes if traffic.room(lane, depth)}
        due = self._line.store.inbox.due(self._line.name, self._lanes, now=utc_now(), behind=self._behind)
        self.held_up = not due <= roomy
        fed = False
        for lane in outage.passable(self._line, [lane for lane in self._lanes if lane in due & roomy]):
            batch = claim(self._line, *lane, behind=self._behind)
            if len(batch):
                self._start(batch)
                fed = True
        return fed

    async def change(self, seconds: float) -> None:
        """Until there may be room for another batch, but no longer than this."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._line.traffic.changed.wait(), seconds)

    def _start(self, batch: Batch) -> None:
        task = asyncio.create_task(convey(self._line, batch, self._tally))
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[int]) -> None:
        self._tasks.discard(task)
        self._line.traffic.changed.set()
        if task.cancelled():
            return
        failure = task.exception()
        if isinstance(failure, StoreUnavailable):
            log.warning("a batch could not be settled: %s; its leases run out, and the next pass looks", failure)
        elif failure is not None:
            self._failures.append(failure)
        else:
            self.settled += task.result()

    def _raise(self) -> None:
        if self._failures:
            raise self._failures[0]

    async def _renew(self) -> None:
        """Prolong the leases as long as the run is alive, however slow a station is."""
        while True:
            try:
                leasing.renew(self._line)
            except StoreUnavailable as error:
                get_run_logger().warning("leases could not be prolonged: %s", error)
            await asyncio.sleep(self._line.settings.lease_seconds / leasing.RENEWALS)
