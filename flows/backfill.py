"""Backfill: a range of dates or a list of numbers through a use case, behind all live traffic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Literal

from prefect import flow, get_run_logger, runtime
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from flows import inventory, order_to_fulfillment
from flows.drain import LOOK_SECONDS, finish
from flows.pipeline import Pipeline
from flows.stopping import stoppable
from tandem.entities import ENTITIES, System
from tandem.errors import Unauthorized, Unavailable
from tandem.line import outage
from tandem.line.backfill import choose, select
from tandem.line.connection import Connection, connect
from tandem.line.traffic import Lane
from tandem.settings import settings
from tandem.store.backfills import Backfill, Progress
from tandem.values import utc_now
from tasks.rehearse import dry_run
from tasks.report import Tally

LINES: tuple[Sequence[Lane], ...] = (order_to_fulfillment.LINES, inventory.LINES)  # an order takes its customer along

AHEAD = 1000
"""Records that may wait: enough for the next batches, and few enough for the inbox to stay small."""

PATIENCE_SECONDS = 0.5
"""How often a backfill asks whether a side that is away may be called again."""


class Range(BaseModel):
    """Which records: by the time they were made (stock: changed), or by their numbers in the source system."""

    entity: Literal["customer", "order", "shipment", "stock"] = Field("order", description="What to bring over")
    since: AwareDatetime | None = Field(None, description="From this moment on, with offset")
    until: AwareDatetime | None = Field(None, description="Up to this moment, with offset")
    ids: tuple[str, ...] = Field((), description="Numbers in the source system, instead of a range")
    dry_run: bool = Field(True, description="Show what would be written; write nothing anywhere")

    @model_validator(mode="after")
    def _one_way_to_choose(self) -> Range:
        if bool(self.ids) == bool(self.since or self.until):
            raise ValueError("give either ids or a range (since, until)")
        return self

    def __str__(self) -> str:
        """As the run is named."""
        what = f"{len(self.ids)} ids" if self.ids else f"{self.since or '…'} to {self.until or '…'}"
        return f"{'dry run of ' if self.dry_run else ''}{self.entity} {what}"


@flow(name="backfill", flow_run_name="{range}", persist_result=False)
async def backfill(range: Range) -> dict[str, int]:  # noqa: A002 - the name that the form in the UI shows
    """Select page by page and drain as it goes, behind live traffic; what is linked already ends as NOOP.

    One that is started again goes on where it was paused or cut off.

    Raises:
        Unavailable, Unauthorized: a side is away for long. Started again, the backfill goes on from its mark.
    """
    lines, tally = next(lines for lines in LINES if range.entity in dict(lines)), Tally()
    async with connect(settings(), owner=f"backfill:{runtime.flow_run.id}") as line:
        if range.dry_run:
            return await dry_run(line, range.entity, dict(lines)[range.entity], range.since, range.until, range.ids)
        name, chosen = choose(range.entity, range.since, range.until, range.ids)
        job = line.store.backfills.begin(line.name, name, entity=range.entity, chosen=chosen, now=utc_now())
        with stoppable() as stop:
            await asyncio.to_thread(line.gate.warm)
            await Filling(line, job, lines, tally, stop).run()
        await finish(line, tally)
    return tally.plain()


class Filling:
    """One backfill between its list and its batches: never more than a few batches ahead of what is written."""

    def __init__(self, line: Connection, job: Backfill, on: Sequence[Lane], tally: Tally, stop: asyncio.Event) -> None:
        self._line = line
        self._job = job
        self._lines = on
        self._lane = (job.entity, dict(on)[job.entity])
        self._tally = tally
        self._stop = stop

    async def run(self) -> None:
        """Select and drain until all that was chosen went its way, or somebody says stop."""
        async with Pipeline(self._line, self._lines, self._tally, behind=True) as pipeline:
            async for _ in self._selected():
                await self._drain(pipeline, ahead=AHEAD)
                if self._halted():
                    get_run_logger().info("backfill %s stops at its mark", self._job.name)
                    return
            await self._drain(pipeline, ahead=0)
        if not self._halted():
            self._line.store.backfills.end(self._job, utc_now())

    async def _selected(self) -> AsyncIterator[Progress]:
        """Page after page; a side that is away is waited for, but not for long."""
        entity, source = ENTITIES[self._job.entity], self._lane[1]
        while True:
            await self._patient(source)
            try:
                async for progress in select(self._line, entity, entity.route(source), self._job):
                    yield progress
            except (Unavailable, Unauthorized) as error:
                if error.side is None:
                    raise
                outage.note(self._line, error)
                self._job = self._line.store.backfills.get(self._line.name, self._job.name) or self._job
            else:
                return

    async def _drain(self, pipeline: Pipeline, *, ahead: int) -> None:
        """Until no more than `ahead` waits, and if that is none, until none is under way either."""
        while not self._halted():
            fed = await pipeline.feed()
            if not self._waits(ahead) and (ahead or not (fed or pipeline.busy)):
                return
            if not pipeline.busy:
                await self._patient(*outage.systems(ENTITIES[self._job.entity].route(self._lane[1])))
            await pipeline.change(LOOK_SECONDS)

    def _waits(self, ahead: int) -> bool:
        inbox = self._line.store.inbox
        return inbox.waiting(self._line.name, self._job.entity, at_most=ahead + 1, behind=True) > ahead

    async def _patient(self, *sides: System) -> None:
        """Until these sides may be called.

        Raises:
            Paused: one of them has been away for longer than a run lingers; a worker has better things to do.
        """
        lingering = timedelta(seconds=self._line.settings.linger_seconds)
        while (pause := outage.away(self._line, *sides)) and not self._halted():
            if pause.until - pause.since > lingering:
                outage.refuse(self._line, *sides)
            await asyncio.sleep(PATIENCE_SECONDS)

    def _halted(self) -> bool:
        if self._stop.is_set():
            return True
        job = self._line.store.backfills.get(self._line.name, self._job.name)
        return job is None or job.state is not Progress.RUNNING or job.round != self._job.round
