"""Order to fulfilment: shop orders become sales orders, shipments become fulfilments with tracking.

Live: woken when something waits, drains in micro-batches, lingers for more, hands over to its successor.
Sweep: the net under the webhooks; gathers what no event announced, drains once, ends.
"""

from __future__ import annotations

from prefect import flow
from pydantic import BaseModel, Field

from flows.drain import Drain, sweep_and_drain
from flows.live import live
from tandem.entities import System

LINES = (
    ("customer", System.CLARITY),
    ("order", System.CLARITY),
    ("shipment", System.SAGEPRO),
)


class Options(BaseModel):
    """What a run is told."""

    live: bool = Field(False, description="Linger for more and hand over; else gather once, drain and end")

    def __str__(self) -> str:
        """As the run is named."""
        return "live" if self.live else "sweep"


@flow(name="order-to-fulfillment", flow_run_name="{options}", persist_result=False)
async def order_to_fulfillment(options: Options = Options()) -> dict[str, int]:  # noqa: B008 - frozen defaults
    """Bring the store and the company into step for customers, orders and shipments."""
    order = Drain(lines=LINES, behind=False if options.live else None)  # a backfill must not stand before an order
    return await (live(order) if options.live else sweep_and_drain(order))
