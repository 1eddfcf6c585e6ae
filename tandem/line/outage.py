"""When a side is away: nobody calls it, what waits keeps its place, one drain looks again, people are told once.

The facts stand in the store (`store.pauses`), so all drains of a connection share them. A drain asks `standing` before
it claims, `batch_limit` how much, and `refuse` before it calls; `note` and `heed` tell what the calls have met.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tandem.connectors.pulse import Trouble
from tandem.entities import ENTITIES
from tandem.entities.declaration import Route, System
from tandem.entities.state import Fault
from tandem.errors import ConnectorError, Paused, RateLimited, Unauthorized
from tandem.line import budget, tidings
from tandem.line.tidings import Watcher
from tandem.rules.retry import until_next_look
from tandem.store.pauses import Failure, Pause
from tandem.values import utc_now

if TYPE_CHECKING:
    from tandem.line.batch import Batch
    from tandem.line.traffic import Lane

FIRST_SECONDS, LONGEST_SECONDS = 1.0, 300.0
"""The pause after the first failure, and the longest: a side that is back is noticed within five minutes."""

CREDENTIALS_SECONDS = 900.0
"""The pause after refused credentials: only a person can mend them, and more tries may lock the account."""

SLOW_DOWN = 60.0
"""Seconds; a shorter pause that a side asks for is its way to slow us down, and no outage."""

PROBE, SINGLE = 5, 1
"""Records of the first claim after a pause; and after several looks in vain, one that cannot spoil it for others."""

IN_VAIN = 2
"""Looks in vain after which only single records are tried."""


def systems(route: Route) -> tuple[System, ...]:
    """The sides that a route calls."""
    return (route.source,) if route.target in (None, route.source) else (route.source, route.target)


def _sides(lane: Lane) -> tuple[System, ...]:
    entity, source = lane
    return systems(ENTITIES[entity].route(source))


def standing(line: Watcher, route: Route) -> Pause | None:
    """The pause for which nothing may be claimed on a route now, the longest if both sides have one; else None."""
    return away(line, *systems(route))


def away(line: Watcher, *sides: System) -> Pause | None:
    """As `standing`, for calls to these sides alone: a sweep calls only one."""
    now = utc_now()
    found = [p for p in line.store.pauses.standing(line.name) if p.system in sides and p.until > now]
    return max((p for p in found if p.prober != line.owner), key=lambda p: p.until, default=None)


def for_long(line: Watcher, lanes: Iterable[Lane]) -> bool:
    """Whether nothing on these lanes can move within the time that a live run lingers: then it had better end."""
    latest = utc_now() + timedelta(seconds=line.settings.linger_seconds)
    shut = {pause.system for pause in line.store.pauses.standing(line.name) if pause.until > latest}
    return bool(shut) and all(not shut.isdisjoint(_sides(lane)) for lane in lanes)


def passable(line: Watcher, lanes: Iterable[Lane]) -> list[Lane]:
    """Those of these lanes on which something may be claimed now; one query for all."""
    wanted = list(lanes)
    if not wanted:
        return []
    now = utc_now()
    shut = {
        System(pause.system)
        for pause in line.store.pauses.standing(line.name)
        if pause.until > now and pause.prober != line.owner
    }
    return [lane for lane in wanted if shut.isdisjoint(_sides(lane))]


def refuse(line: Watcher, *sides: System) -> None:
    """Comes before calls that nobody should make: another drain, or the batch before, has met an outage meanwhile.

    Raises:
        Paused: one of the sides is left in peace now.
    """
    pause = away(line, *sides)
    if pause is not None:
        error = Paused(
            f"{tidings.NAMES[System(pause.system)]} is left in peace until {tidings.clock(pause.until)}: {pause.reason}"
        )
        error.side = pause.system
        raise error


def batch_limit(line: Watcher, route: Route, full: int) -> int:
    """How many records a claim may take: all, a few for the one drain that looks whether a side is back, or none."""
    limit = full
    for pause in line.store.pauses.standing(line.name):
        if pause.system in systems(route):
            few = PROBE if pause.failures <= IN_VAIN else SINGLE
            limit = min(limit, few if limit and _may_look(line, pause) else 0)
    return limit


def _may_look(line: Watcher, pause: Pause) -> bool:
    now = utc_now()
    if pause.until > now:
        return pause.prober == line.owner
    until = now + timedelta(seconds=line.settings.lease_seconds)
    return line.store.pauses.probe(line.name, pause.system, owner=line.owner, now=now, until=until)


def note(line: Watcher, error: ConnectorError) -> bool:
    """Start or prolong the outage of the side that the error names; whether people are to be told of it now.

    Drains that meet the same outage at once note it once, and so do the batch and the poll that met one error. An error
    of no side says nothing about any, and neither does the refusal of one request.
    """
    if error.side is None or error.noted or isinstance(error, Paused) or not isinstance(error, Trouble):
        return False
    error.noted = True
    side = System(error.side)
    if side in line.pulses:
        line.pulses[side].take()
    asked = error.retry_after if isinstance(error, RateLimited) else None
    credentials = isinstance(error, Unauthorized)
    failure = Failure(
        connection=line.name,
        system=side,
        owner=line.owner,
        at=utc_now(),
        reason=str(error),
        fault=Fault.CONFIGURATION if credentials else Fault.TRANSIENT,
        retry_after=CREDENTIALS_SECONDS if credentials else asked or None,
        lasting=asked is None or asked >= SLOW_DOWN,
    )
    pause = line.store.pauses.note(failure, _wait)
    if asked:
        budget.forward(line.store, line.settings, side, pause.until)
    return tidings.away(line, pause)


def _wait(failures: int) -> float:
    chance = random.random()  # noqa: S311 - drains must not look at once
    return until_next_look(failures, base=FIRST_SECONDS, cap=LONGEST_SECONDS, chance=chance)


def over(line: Watcher, system: System, answered: datetime | None = None) -> bool:
    """End an outage, as a call that began at `answered` (now, if absent) went well; whether people are told of it."""
    now = utc_now()
    pause = line.store.pauses.over(line.name, system, owner=line.owner, answered=answered or now, now=now)
    return pause is not None and tidings.back(line, pause)


def heed(line: Watcher) -> bool:
    """Look at what the calls since the last time have met, and note or end outages; whether people are to be told."""
    told = False
    for system, pulse in line.pulses.items():
        trouble, answered = pulse.take()
        if trouble is not None:
            told |= note(line, trouble)
        elif answered is not None and any(p.system == system for p in line.store.pauses.standing(line.name)):
            told |= over(line, system, answered)
    return told


def give_back(line: Watcher, batch: Batch, *, again: bool = False) -> None:
    """Hand what is undecided back to the inbox, in its place and with no attempt counted; it leaves the batch.

    Nothing of it was written, except perhaps where this pass came `again` after one that broke off: an attempt is
    counted then, so that the next pass looks before it writes.
    """
    ids = [number for cargo in batch.open for number in cargo.message.ids]
    if ids:
        line.store.inbox.release(line.owner, *ids, now=utc_now(), attempts=int(again))
    batch.cargo = [cargo for cargo in batch.cargo if not cargo.open]
