"""Backfill: a range of dates or a list of numbers through a use case, behind all live traffic."""

from __future__ import annotations

from typing import Literal

from prefect import flow, runtime
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from flows.drain import Drain, empty, finish
from flows.order_to_fulfillment import LINES
from tandem.line.connection import connect
from tandem.settings import settings
from tasks.inbox import select
from tasks.rehearse import dry_run
from tasks.report import Tally


class Range(BaseModel):
    """Which records: by the time they were made, or by their numbers in the source system."""

    entity: Literal["customer", "order", "shipment"] = Field("order", description="What to bring over")
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
    """Select, then drain as every other run does; what is linked already ends as NOOP."""
    run = str(runtime.flow_run.id)
    source = dict(LINES)[range.entity]
    tally = Tally()
    async with connect(settings(), owner=f"backfill:{run}") as line:
        if range.dry_run:
            return await dry_run(line, range.entity, source, range.since, range.until, range.ids)
        await select(line, range.entity, source, run, range.since, range.until, range.ids)
        await empty(line, Drain(lines=LINES), tally)
        await finish(line, tally)
    return tally.plain()
