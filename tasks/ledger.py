"""The station that remembers: state, link, ledger line and dead letter of each record in one transaction."""

from __future__ import annotations

from prefect import runtime, task

from tandem.line import settle as settling
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.store import SettleReport
from tasks.policies import LASTING


# Safe to retry: all of it is one transaction, and it checks the leases.
@task(name="settle", task_run_name="settle {batch}", **LASTING)
async def settle(line: Connection, batch: Batch) -> SettleReport:
    """Write down what became of each record; one whose lease went to another drain is left to that one."""
    return settling.settle(line, batch, flow_run_id=runtime.flow_run.id)
