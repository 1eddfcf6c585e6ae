"""The station that lists what has no counterpart on the other side."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from prefect import task
from prefect.artifacts import acreate_table_artifact

from tandem.line.unlinked import unlinked
from tandem.settings import settings
from tandem.store import Store
from tasks.policies import LOCAL

SHOWN = 500
"""Rows in the table; all of them are printed, and written as CSV, by the command of the use case."""


@task(name="unlinked", task_run_name="unlinked {entity}", **LOCAL)
async def list_unlinked(entity: str) -> dict[str, int]:
    """Publish a table of the records of either side without a counterpart; how many there are, by side."""
    store, connection = Store.open(settings().store_url), settings().connection
    try:
        rows = unlinked(store, connection, entity)
        shown = list(islice(rows, SHOWN))
        counts = Counter(row.side for row in shown) + Counter(row.side for row in rows)
    finally:
        store.close()
    told = f"{sum(counts.values())}, of which {len(shown)} are shown"
    await acreate_table_artifact(
        [row.row() for row in shown],
        key=f"tandem-{connection}-unlinked-{entity}",
        description=f"Records of {entity} without a counterpart: {told}",
    )
    return {f"unlinked {entity} of {side}": count for side, count in sorted(counts.items())}
