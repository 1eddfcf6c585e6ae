"""Stations that read: the record itself, and what the decision needs beside it."""

from __future__ import annotations

from prefect import task

from tandem.line import compose, read
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tasks.policies import REMOTE


# Safe to retry: read only.
@task(name="extract", task_run_name="extract {batch}", **REMOTE)
async def extract(line: Connection, batch: Batch) -> Batch:
    """Read every record of the batch again from its owner."""
    return await read.extract(line, batch)


# Safe to retry: read only.
@task(name="accompany", task_run_name="accompany {batch}", **REMOTE)
async def accompany(line: Connection, batch: Batch) -> Batch:
    """Read the records that the decision needs beside the cargo."""
    return await compose.accompany(line, batch)
