"""A shop's day: ordinary orders with every awkward kind strewn among them, the same again under the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tandem.sandbox.play.day_cast import the_cast
from tandem.sandbox.play.day_faults import FAULTY
from tandem.sandbox.play.day_orders import GOODS_OF_ALL_KINDS, LATER, MONEY, PEOPLE, TEST_ORDER, ordinary
from tandem.sandbox.play.script import Document, Fate, Kind, Step

ORDERS = 200
MORNING = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
"""Eight o'clock where the shop is."""

__all__ = ["documents", "the_cast"]


def documents(seed: int, orders: int = ORDERS) -> Iterator[Document]:
    """All orders of the day in the order in which they come in, so many in all.

    Raises:
        ValueError: fewer than there are kinds.
    """
    dice = random.Random(seed)  # noqa: S311 (a play, not a secret)
    scenes = list(_special())
    if orders < len(scenes):
        raise ValueError(f"a day has at least {len(scenes)} orders, one of each kind; {orders} are too few")
    scenes += [("ordinary", ordinary(dice), Fate.SOLD, "", ()) for _ in range(orders - len(scenes))]
    dice.shuffle(scenes)
    for number, (sort, cart, fate, why, later) in enumerate(scenes, start=1):
        moment = MORNING + timedelta(seconds=number * 150 + dice.randrange(120))
        body = {
            "orderId": f"o-{seed:04d}-{number:04d}",
            "orderNumber": f"W{seed:03d}{number:04d}",
            "orderDate": moment.isoformat(),
            **cart,
        }
        yield Document(key=body["orderId"], kind=Kind.ORDER, sort=sort, body=body, fate=fate, why=why, later=later)


Scene = tuple[str, dict[str, Any], Fate, str, tuple[Step, ...]]


def _special() -> Iterator[Scene]:
    for kinds in (MONEY, GOODS_OF_ALL_KINDS, PEOPLE):
        for sort, carts in kinds.items():
            yield from ((sort, cart, Fate.SOLD, "", ()) for cart in carts)
    for sort, (cart, later) in LATER.items():
        yield sort, cart, Fate.SOLD, "", later
    for why, cart in FAULTY.items():
        yield "meant to fail", cart, Fate.REFUSED, why, ()
    cart, fate, why = TEST_ORDER
    yield "test order", cart, fate, why, ()
