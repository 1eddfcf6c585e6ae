"""Inventory reconciliation: what the shop shows against what would be published, over all items and locations.

Both pictures go to disk as they are read, are compared there, and every difference is told by its kind. Corrections are
announced within the limits that a person set, and written by the ordinary line; beyond them all is held.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

from prefect import flow
from pydantic import BaseModel, Field

from flows.drain import run_name
from tandem.line.connection import connect
from tandem.rules.stock_differences import Limits
from tandem.settings import settings
from tandem.stocktaking.run import Stocktaking, limits_of
from tasks.alert import send_alerts
from tasks.stocktaking import announce_corrections, judge_differences, show_differences, take_pictures


class Options(BaseModel):
    """What a run is told; a limit that is absent is that of the settings."""

    each: Decimal | None = Field(None, ge=0, description="Largest correction of one item at one location")
    share: Decimal | None = Field(None, ge=0, description="Part of all stock that may differ (0.01: one in a hundred)")
    total: Decimal | None = Field(None, ge=0, description="Largest sum of the corrections of this run")
    only_look: bool = Field(False, description="Correct nothing, whatever the limits say")

    def __str__(self) -> str:
        """As the run is named."""
        given = self.model_dump(include={"each", "share", "total"}, exclude_none=True)
        limits = ", ".join(f"{name} {value}" for name, value in given.items()) or "usual limits"
        return "only look" if self.only_look else limits

    def limits(self, usual: Limits) -> Limits:
        """The limits of this run."""
        if self.only_look:
            return Limits()
        given = self.model_dump(include={"each", "share", "total"}, exclude_none=True)
        return replace(usual, **given)


@flow(name="inventory-reconciliation", flow_run_name="stock: {options}", persist_result=False)
async def inventory_reconciliation(options: Options = Options()) -> dict[str, Any]:  # noqa: B008 - frozen defaults
    """Compare all stock of both systems, correct what may be corrected, show the rest.

    Raises:
        Unavailable, Unauthorized: a list broke off, so that nothing can be said.
    """
    async with connect(settings(), owner=run_name()) as line:
        with Stocktaking(line).place() as run:
            taken, _ = await asyncio.gather(take_pictures(run), asyncio.to_thread(line.gate.warm))
            with run.compared(taken) as comparison:
                judgement = await judge_differences(run, comparison, options.limits(limits_of(line.settings)))
                announced = await announce_corrections(run, comparison, propose=not options.only_look)
                made = await show_differences(run, comparison, judgement, taken.aside, announced)
        await send_alerts(line)
    return made.facts
