"""The station of data quality, at both boundaries."""

from __future__ import annotations

from prefect import task

from tandem.line.batch import Batch
from tandem.line.check import Boundary, check
from tandem.line.connection import Connection
from tasks.policies import LOCAL


@task(name="validate", task_run_name="validate {boundary} {batch}", **LOCAL)
async def validate(line: Connection, batch: Batch, boundary: Boundary) -> Batch:
    """Hold what the suite refuses, with the sentence that an operator needs."""
    return check(line, batch, boundary)
