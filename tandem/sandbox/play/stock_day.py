"""The day's stock story: what customers order of the goods of which there are few, each order under its part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tandem.sandbox.play.day import MORNING
from tandem.sandbox.play.day_cast import KETTLE, LANTERN, TEAPOT
from tandem.sandbox.play.day_orders import line, member
from tandem.sandbox.play.script import Document, Kind

SORT = "goods of which there are few"
KNOWN_CUSTOMER = 8
"""Has ordered before, so that the company has a card of them."""

CARTS: dict[str, dict[str, Any]] = {
    "kettles": member(6, [line(KETTLE.sku, 4)]),
    "more kettles": member(7, [line(KETTLE.sku, 3)]),
    "lanterns": member(KNOWN_CUSTOMER, [line(LANTERN.sku, 3)]),
    "the last teapot": member(9, [line(TEAPOT.sku)]),
    "the last teapot again": member(10, [line(TEAPOT.sku)]),
}
TOO_LATE = member(11, [line(LANTERN.sku)])
"""The cart of somebody who wants what was sold a moment ago; the shop is to refuse it."""


def orders(seed: int) -> dict[str, Document]:
    """The orders by their part in the story."""
    return {
        part: Document(
            key=f"s-{seed:04d}-{number:04d}",
            kind=Kind.ORDER,
            sort=SORT,
            body={
                "orderId": f"s-{seed:04d}-{number:04d}",
                "orderNumber": f"S{seed:03d}{number:04d}",
                "orderDate": (MORNING + timedelta(hours=9, minutes=number)).isoformat(),
                **cart,
            },
        )
        for number, (part, cart) in enumerate(CARTS.items(), start=1)
    }
