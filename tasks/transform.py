"""Stations of the sheets and the rules: understand the source, decide, compose for the target."""

from __future__ import annotations

from prefect import task

from tandem.line import compose as composing
from tandem.line import read
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tasks.policies import LOCAL


@task(name="transform", task_run_name="transform {batch}", **LOCAL)
async def transform(line: Connection, batch: Batch) -> Batch:
    """Source record to canonical model by its sheet and, where nothing has to be fetched first, to the payload."""
    read.understand(line, batch)
    if batch.open and not batch.route.companions and not composing.link(line, batch):
        composing.compose(line, batch)
    return batch


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
