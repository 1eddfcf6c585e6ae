"""Stations at the door: gather what no event announced, and prune what was settled long ago."""

from __future__ import annotations

from datetime import timedelta

from prefect import task

from tandem.entities import ENTITIES, System
from tandem.line import due, gather, still_open
from tandem.line.connection import Connection
from tandem.values import utc_now
from tasks.policies import LOCAL, REMOTE


# No retry: the next sweep goes on from the mark.
@task(name="prune", task_run_name="prune", **LOCAL)
async def prune(line: Connection) -> int:
    """Take the content of events that were settled long ago; gives how many rows that changed."""
    keep = timedelta(days=line.settings.keep_days)
    pruned = line.store.retention.prune(line.name, keep=keep, now=utc_now())
    return pruned.bodies + pruned.events


# Safe to retry: events are stored under unique ids, and the mark advances only over what is stored.
@task(name="sweep", task_run_name="sweep {entity} of {source}", **REMOTE)
async def sweep(line: Connection, entity: str, source: System, overlap: timedelta = gather.SWEEP_OVERLAP) -> int:
    """Store an event for all that changed since the mark; gives how many were new."""
    cargo = ENTITIES[entity]
    swept = await gather.sweep(line, cargo, cargo.route(source), overlap=overlap)
    swept += await due.take_effect(line, cargo, cargo.route(source))
    return swept + await still_open.look_again(line, cargo, cargo.route(source))
