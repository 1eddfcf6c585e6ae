"""How often each side is called: what its setting says, counted in the store for all drains of a connection."""

from __future__ import annotations

import asyncio
from datetime import datetime

from tandem.connectors.pulse import Admit, at_once
from tandem.entities.declaration import System
from tandem.errors import RateLimited
from tandem.settings import Settings
from tandem.store import Store
from tandem.store.budgets import Rate
from tandem.values import utc_now


def rate_of(settings: Settings, system: System) -> Rate | None:
    """The rate that a side takes, with a second's worth of calls at once; None where there is no limit."""
    per_second = {System.CLARITY: settings.clarity_rate, System.SAGEPRO: settings.sagepro_rate}[system]
    return Rate(per_second=per_second, burst=max(1, int(per_second))) if per_second else None


def admission(store: Store, settings: Settings, system: System) -> Admit:
    """What a connector asks before each call: it waits for its turn, but not for longer than half a lease."""
    rate = rate_of(settings, system)
    if rate is None:
        return at_once

    async def admit(calls: int = 1) -> None:
        longest = settings.lease_seconds / 2
        place = store.budgets.take(settings.connection, system, rate, now=utc_now(), calls=calls, longest=longest)
        if not place.taken:
            error = RateLimited(f"the rate of {system} is used up for {place.wait:.0f} s", retry_after=place.wait)
            error.side = system
            raise error
        if place.wait:
            await asyncio.sleep(place.wait)

    return admit


def forward(store: Store, settings: Settings, system: System, until: datetime) -> None:
    """A side that asked for a pause asked it of all, also of those that stand in line for a call."""
    rate = rate_of(settings, system)
    if rate is not None:
        store.budgets.forward(settings.connection, system, rate, until=until)
