"""The first station: what waits for one entity, under a lease."""

from __future__ import annotations

from collections.abc import Collection

from tandem.entities import ENTITIES, System
from tandem.entities.cargo import Cargo
from tandem.line import outage
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.values import utc_now


def claim(
    line: Connection,
    entity: str,
    source: System,
    keys: Collection[str] | None = None,
    behind: bool | None = None,
) -> Batch:
    """Take what waits (or only these keys), one message per record, and a place among the batches of its kind.

    No task of Prefect's: it is one short transaction that needs no retry, and most looks find a record or two.

    Raises:
        StoreUnavailable: nothing was taken; the next look asks again.
    """
    cargo = ENTITIES[entity]
    limit = outage.batch_limit(line, cargo.route(source), line.settings.batch_size)
    messages = []
    if limit:
        messages = line.store.inbox.claim(
            line.name,
            entity,
            source,
            limit=limit,
            owner=line.owner,
            lease_seconds=line.settings.lease_seconds,
            now=utc_now(),
            keys=keys,
            behind=behind,
        )
    ticket = line.traffic.enter((entity, source), full=len(messages) >= limit) if messages else None
    return Batch(cargo, cargo.route(source), [Cargo(message=message) for message in messages], ticket)
