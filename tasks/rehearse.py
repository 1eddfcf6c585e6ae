"""The dry run of a range: what would be written, and why the rest would not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prefect import task
from prefect.artifacts import acreate_table_artifact

from tandem.alerts import redacted
from tandem.entities import ENTITIES, System
from tandem.line.connection import Connection
from tandem.line.rehearse import rehearse
from tasks.policies import REMOTE

SHOWN = 1000
"""Rows in the artifact."""


# Safe to retry: read only.
@task(name="dry-run", task_run_name="dry run of {entity}", **REMOTE)
async def dry_run(
    line: Connection, entity: str, source: System, since: datetime | None, until: datetime | None, ids: tuple[str, ...]
) -> dict[str, int]:
    """Walk the line up to the write; gives how many records would end in which state."""
    cargo, counts, rows = ENTITIES[entity], dict[str, int](), list[dict[str, Any]]()
    route = cargo.route(source)
    connector, counted = line.connectors[source], 0
    if ids:
        found = await connector.read(route.read, ids)
        pages = [[record for record in found.values() if record is not None]]
        counts["NOT FOUND"] = sum(record is None for record in found.values())
    else:
        pages = [page async for page in connector.changed(route.read, since=since, until=until, by="created")]
    for page in pages:
        for one in (await rehearse(line, cargo, route, page)).cargo:
            state = one.outcome.state.value if one.outcome else "WOULD BE WRITTEN"
            counts[state] = counts.get(state, 0) + 1
            counted += 1
            # An artifact cannot be erased later: names of fields, no personal data.
            why = redacted(one.outcome.reason) if one.outcome else f"fields: {', '.join(one.payload or {})}"
            if len(rows) < SHOWN:
                rows.append({"record": one.message.key, "state": state, "why": why})
    shown = f"Nothing was written. {len(rows)} of {counted} records shown."
    await acreate_table_artifact(rows, key=f"tandem-{line.name}-dry-run", description=shown)
    return counts
