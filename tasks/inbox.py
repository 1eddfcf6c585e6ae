"""Stations at the door: claim what waits, and gather what no event announced."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from prefect import task

from tandem.entities import ENTITIES, System
from tandem.entities.cargo import Cargo
from tandem.line import gather
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.values import utc_now
from tasks.policies import LOCAL, REMOTE


# No retry: a claim that failed took nothing, and the next turn of the drain asks again.
@task(name="claim", task_run_name="claim {entity} from {source}", **LOCAL)
async def claim(line: Connection, entity: str, source: System, keys: Collection[str] | None = None) -> Batch:
    """Take what waits for one entity under a lease, one message per record."""
    messages = line.store.inbox.claim(
        line.name,
        entity,
        source,
        limit=line.settings.batch_size,
        owner=line.owner,
        lease_seconds=line.settings.lease_seconds,
        now=utc_now(),
        keys=keys,
    )
    cargo = ENTITIES[entity]
    return Batch(cargo, cargo.route(source), [Cargo(message=message) for message in messages])


# Safe to retry: events are stored under unique ids, and the mark advances only over what is stored.
@task(name="sweep", task_run_name="sweep {entity} of {source}", **REMOTE)
async def sweep(line: Connection, entity: str, source: System, overlap: timedelta = gather.SWEEP_OVERLAP) -> int:
    """Store an event for all that changed since the mark; gives how many were new."""
    cargo = ENTITIES[entity]
    return await gather.sweep(line, cargo, cargo.route(source), overlap=overlap)


# Safe to retry: the same run gives the same event ids.
@task(name="select", task_run_name="select {entity} of {source}", **REMOTE)
async def select(
    line: Connection,
    entity: str,
    source: System,
    run: str,
    since: datetime | None,
    until: datetime | None,
    keys: tuple[str, ...],
) -> int:
    """Store an event for each record of a range or a list; gives how many were new."""
    cargo = ENTITIES[entity]
    return await gather.backfill(line, cargo, cargo.route(source), run=run, since=since, until=until, keys=keys)
