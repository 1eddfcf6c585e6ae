"""A few records at a time: all stations in one task run.

A task run costs some 20 ms of processor time, here and on Prefect's server together: nothing beside a hundred orders,
and more than the work itself beside three. So a few records are one task run by the name of their batch; what became of
each stands in the ledger.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from prefect import Task, task

from tandem.errors import RateLimited, StoreUnavailable, Unavailable
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tasks.policies import LOCAL

T = TypeVar("T")


# No retry: the stations in it have their own.
@task(name="line", task_run_name="{batch}", **LOCAL)
async def together(batch: Batch, walk: Callable[[], Awaitable[T]]) -> T:
    """Take a few records through all stations."""
    return await walk()


async def at(station: Task[..., Any], line: Connection, batch: Batch, *more: str) -> Any:
    """One station of the line: a task run of its own, or a part of the one that carries a few records.

    What meets an outage in there is called again as a task, which has retries; the stations say why that is safe.
    """
    if not batch.few:
        return await station(line, batch, *more)
    try:
        return await station.fn(line, batch, *more)
    except RateLimited:
        raise  # it said how long: no retry helps
    except (Unavailable, StoreUnavailable):
        if not station.retries:
            raise
        return await station(line, batch, *more)
