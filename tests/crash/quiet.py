"""Waiting until all that was begun is done, on what the databases themselves say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from tandem import dispatch
from tandem.errors import Unavailable
from tests.crash.beside import beside
from tests.crash.reading import Reader
from tests.crash.stock_side import untold as figures

SWEEP = "order-to-fulfillment/sweep"
LOOK = 0.5
WAKE_SECONDS = 15.0
LATE_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Sides:
    """The three databases of a test."""

    shop: Reader
    store: Reader
    company: Reader


UNHEARD = """
select count(distinct event_id) from event
where state = 'waiting' and event_id not in (select event_id from event where state = 'delivered')
"""
LEFT = (
    ("webhooks to be delivered", "shop", UNHEARD),
    ("records in the queue", "store", "select count(*) from queue"),
    ("events to be settled", "store", "select count(*) from inbox where settled_at is null"),
)


DUE = "select distinct entity from queue"

LATE = "select distinct event_id from event where state = 'waiting' and due > {}"


def late(shop: Reader) -> list[str]:
    """Webhooks that would be tried again only much later: the sandbox forgot in a crash to be quick about it."""
    return [row[0] for row in shop.rows(LATE.format(time.time() + LATE_SECONDS))]


def left(sides: Sides) -> dict[str, int]:
    """What is still to be done, by name; nothing that is nought."""
    found = {name: getattr(sides, side).one(query) for name, side, query in LEFT}
    found["shipments to be told"] = len(untold(sides))
    return {name: count for name, count in found.items() if count}


def behind(sides: Sides) -> dict[str, int]:
    """What is left, and the shop's figures of stock that are not what can be sold."""
    wrong = len(figures(sides.shop, sides.company))
    return left(sides) | ({"figures to be told": wrong} if wrong else {})


def untold(sides: Sides) -> set[str]:
    """Shipments of the company that the shop does not know."""
    shipped = {row[0].strip() for row in sides.company.rows("select distinct shipno from soship where shpstat <> 'V'")}
    return shipped - {row[0].strip() for row in sides.shop.rows('select "externalKey" from fulfillments')}


def settle(sides: Sides, tend: Callable[[], None], patience: float) -> dict[str, int]:
    """Tend until nothing is left or patience is; gives what is left.

    Asks for what time alone would bring within five minutes: the scheduled sweep once, and a drain where something is
    due and nobody comes for it.
    """
    swept, woken, deadline = False, time.monotonic(), time.monotonic() + patience
    while (rest := behind(sides)) or not swept:
        if time.monotonic() > deadline:
            return rest
        tend()
        if not swept:
            swept = beside(lambda: _asked(dispatch.start(SWEEP)), tend)
        elif time.monotonic() - woken > WAKE_SECONDS:
            woken = time.monotonic()
            beside(lambda: _asked(dispatch.wake(_due(sides))), tend)
        time.sleep(LOOK)
    return {}


def _due(sides: Sides) -> set[str]:
    """Entities of which something waits."""
    return {row[0] for row in sides.store.rows(DUE)}


def _asked(work: Coroutine[Any, Any, object]) -> bool:
    """Whether the Prefect server could be asked; it may be on its way up."""
    try:
        asyncio.run(work)
    except Unavailable:
        return False
    return True
