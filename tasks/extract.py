"""Stations that read: the record itself, and what the decision needs beside it."""

from __future__ import annotations

from prefect import task

from tandem.line import beside, demand, read
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tasks.policies import REMOTE


# Safe to retry: read only, but for what is taken from stock, which is taken once however often it is asked for.
@task(name="extract", task_run_name="extract {batch}", **REMOTE)
async def extract(line: Connection, batch: Batch) -> Batch:
    """Read every record of the batch again from its owner, and take from stock what it needs."""
    await read.extract(line, batch)
    demand.take(line, batch)
    return batch


# Safe to retry: read only.
@task(name="accompany", task_run_name="accompany {batch}", **REMOTE)
async def accompany(line: Connection, batch: Batch) -> Batch:
    """Read the records that the decision needs beside the cargo."""
    return await beside.accompany(line, batch)
