"""Inventory: what Sage Pro has in stock becomes what the shop may sell.

Live: woken when stock has changed, drains in micro-batches, lingers for more, hands over to its successor. A run of its
own, so that ten thousand changes of stock hold up no order (docs/adr/0016-stock-has-its-own-drain.md).
Sweep: the net under the watcher; gathers what no event announced, drains once, ends.
"""

from __future__ import annotations

from prefect import flow
from pydantic import BaseModel, Field

from flows.drain import Drain, sweep_and_drain
from flows.live import live
from tandem.entities import System

LINES = (("stock", System.SAGEPRO),)


class Options(BaseModel):
    """What a run is told."""

    live: bool = Field(False, description="Linger for more and hand over; else gather once, drain and end")

    def __str__(self) -> str:
        """As the run is named."""
        return "live" if self.live else "sweep"


@flow(name="inventory", flow_run_name="inventory {options}", persist_result=False)
async def inventory(options: Options = Options()) -> dict[str, int]:  # noqa: B008 - frozen defaults
    """Bring the shop's stock into step with the company's."""
    order = Drain(lines=LINES, behind=False if options.live else None, successor="inventory/inventory-live")
    return await (live(order) if options.live else sweep_and_drain(order))
