"""Stations of the sheets and the rules: understand the source, decide, compose for the target."""

from __future__ import annotations

from prefect import task

from tandem.line import compose as composing
from tandem.line import read
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tasks.policies import LOCAL


@task(name="understand", task_run_name="understand {batch}", **LOCAL)
async def understand(line: Connection, batch: Batch) -> Batch:
    """Source record to canonical model by its sheet."""
    return read.understand(line, batch)


@task(name="announce-parents", task_run_name="parents of {batch}", **LOCAL)
async def announce_parents(line: Connection, batch: Batch) -> dict[str, list[str]]:
    """Link what has its parents; put the missing ones into the inbox and give their keys by entity."""
    return composing.announce(line, batch, composing.link(line, batch))


@task(name="link", task_run_name="link {batch}", **LOCAL)
async def link(line: Connection, batch: Batch) -> Batch:
    """Link once more now that the parents went through; what still lacks one waits for it."""
    composing.park_orphans(line, composing.link(line, batch))
    return batch


@task(name="compose", task_run_name="compose {batch}", **LOCAL)
async def compose(line: Connection, batch: Batch) -> Batch:
    """Decide by the rules, then canonical document to target payload by its sheet."""
    return composing.compose(line, batch)
