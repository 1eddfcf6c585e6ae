"""The station that remembers: state, link, ledger line and dead letter of each record in one transaction."""

from __future__ import annotations

from prefect import runtime, task

from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.values import utc_now
from tasks.policies import LOCAL


@task(name="settle", task_run_name="settle {batch}", **LOCAL)
async def settle(line: Connection, batch: Batch) -> Batch:
    """Write down what became of each record; one whose lease went to another drain is left to that one."""
    for cargo in batch.cargo:
        # Before settling: killed in between, the event is still open and the next drain erases again.
        if cargo.message.event_type in batch.route.erases:
            line.store.erase(line.name, batch.entity.name, cargo.message.key, utc_now())
    line.store.ledger.settle(batch.cargo, owner=line.owner, now=utc_now(), flow_run_id=runtime.flow_run.id)
    return batch
