"""The station that shows: a tally of the run, and a table whose rows are the failures."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any

from prefect import task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from tandem.alerts import redacted
from tandem.entities.cargo import Message
from tandem.entities.state import COMES_BACK, NEEDS_A_PERSON
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tasks.policies import LOCAL

SHOWN = 500
"""Rows in the table of failures; all of them are on the dead-letter desk."""


LOST = "left to another drain"
"""Counted where a lease was lost; what became of the record stands in the other drain's tally."""


class Tally:
    """What became of everything in one flow run; a plain class, as Batch."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.failures: list[dict[str, Any]] = []
        self.unreported = 0

    def add(self, batch: Batch, lost: Iterable[Message] = ()) -> None:
        """Count a settled batch; what another drain took meanwhile is counted by that one."""
        elsewhere = {message.key for message in lost}
        for cargo in batch.cargo:
            if cargo.outcome is None:
                continue
            if cargo.message.key in elsewhere:
                self.counts[batch.entity.name, LOST] += 1
                continue
            state = cargo.outcome.state
            self.counts[batch.entity.name, state] += 1
            self.unreported += 1
            if state in NEEDS_A_PERSON | COMES_BACK:
                self.failures.append(
                    {
                        "entity": batch.entity.name,
                        "record": cargo.message.key,
                        "state": state.value,
                        "reason": redacted(cargo.outcome.reason),
                        "class": cargo.outcome.fault.value if cargo.outcome.fault else "",
                    }
                )
        del self.failures[:-SHOWN]

    def markdown(self) -> str:
        """The counts as a table for people."""
        rows = [f"| {entity} | {state} | {count} |" for (entity, state), count in sorted(self.counts.items())]
        if not rows:
            return "Nothing waited: the inbox was empty."
        return "\n".join(["| entity | state | records |", "| --- | --- | ---: |", *rows])

    def plain(self) -> dict[str, int]:
        """The counts as data: "order APPLIED" to how many."""
        return {f"{entity} {state}": count for (entity, state), count in sorted(self.counts.items())}


@task(name="report", task_run_name="report", **LOCAL)
async def report(line: Connection, tally: Tally) -> None:
    """Publish the artifacts of this run and the Data Docs of its validations."""
    key = f"tandem-{line.name}"
    await acreate_markdown_artifact(tally.markdown(), key=f"{key}-tally", description="What became of each record")
    await acreate_table_artifact(
        tally.failures, key=f"{key}-failures", description="Records that did not go through, newest last"
    )
    await asyncio.to_thread(line.gate.publish)  # it builds pages for a second or more
    tally.unreported = 0
