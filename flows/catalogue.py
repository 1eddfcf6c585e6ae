"""Products both ways: name, list price and what is taken off from Sage Pro to the shop, the shop's texts back.

Each field goes from the side that owns it (mappings/product.yaml). A product is linked to the item of equal SKU; what
has no counterpart on the other side is listed at the end of a run (`tandem unlinked product`), and nothing is made for
it unless a setting says so. A run of its own, so that a change of ten thousand prices holds up no order.

Live: woken when products have changed, drains in micro-batches, lingers for more, hands over to its successor.
Sweep: the net under the events; it also announces prices on the day on which they take effect.
"""

from __future__ import annotations

from prefect import flow
from pydantic import BaseModel, Field

from flows.drain import Drain, sweep_and_drain
from flows.live import live
from tandem.entities import System
from tasks.unlinked import list_unlinked

LINES = (
    ("product", System.SAGEPRO),
    ("product", System.CLARITY),
)


class Options(BaseModel):
    """What a run is told."""

    live: bool = Field(False, description="Linger for more and hand over; else gather once, drain and end")

    def __str__(self) -> str:
        """As the run is named."""
        return "live" if self.live else "sweep"


@flow(name="catalogue", flow_run_name="{options}", persist_result=False)
async def catalogue(options: Options = Options()) -> dict[str, int]:  # noqa: B008 - frozen defaults
    """Bring the catalogues of the store and the company into step; the tally, and how many have no counterpart."""
    live_only = False if options.live else None  # a backfill must not stand before a new price
    order = Drain(lines=LINES, behind=live_only, successor="catalogue/catalogue-live")
    tally = await (live(order) if options.live else sweep_and_drain(order))
    return tally | await list_unlinked("product")
