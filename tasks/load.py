"""The station that writes."""

from __future__ import annotations

from prefect import task

from tandem.line import write
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.reserve import reserved
from tasks.policies import REMOTE


# Safe to retry: `Unavailable` means that nothing was written, and every write carries its idempotency key.
@task(name="load", task_run_name="load {batch}", **REMOTE)
async def load(line: Connection, batch: Batch) -> Batch:
    """Write what is open to the target in bulk, looking first where an earlier try may have written."""
    with reserved(line, batch):
        return await write.load(line, batch)
