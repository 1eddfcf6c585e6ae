"""The station of data quality: what a suite refuses is held with the sentence that an operator needs."""

from __future__ import annotations

from typing import Literal

from tandem.entities.state import Fault, Outcome, State
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.read import is_embedded

Boundary = Literal["inbound", "outbound"]


def check(line: Connection, batch: Batch, boundary: Boundary, *, record: bool = True) -> Batch:
    """Validate what is open as one frame; critical failures hold their record, warnings become notes.

    `record` False leaves no trace in the Data Docs, as a dry run must.
    """
    # A parent inside its child's record was validated with the child.
    rows = {c.message.key: c for c in batch.open if boundary == "outbound" or not is_embedded(c)}
    if not rows:
        return batch
    records = [(c.record if boundary == "inbound" else c.payload) or {} for c in rows.values()]
    verdict = line.gate.check(f"{batch.entity.name}.{boundary}", records, keys=list(rows), record=record)
    critical: dict[str, list[str]] = {}
    for failure in verdict.failures:
        if failure.severity == "critical":
            critical.setdefault(failure.key, []).append(failure.sentence)
        else:
            rows[failure.key].notes.append(failure.sentence)
    for key, sentences in critical.items():
        rows[key].outcome = Outcome(state=State.HELD, reason="; ".join(sentences), fault=Fault.DATA)
    return batch
