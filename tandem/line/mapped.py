"""A record through one direction of its sheet: what it becomes, how that came about, or why it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.entities.cargo import Cargo
from tandem.entities.state import Fault, Outcome, State, held
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.mapping import Finding


def mapped(
    line: Connection,
    batch: Batch,
    cargo: Cargo,
    direction: str,
    record: Mapping[str, Any],
    *,
    links: Mapping[str, str] | None = None,
) -> dict[str, Any] | Outcome:
    """The record as the sheet makes it, with its trace on the cargo; the outcome where the sheet finds a fault."""
    found = line.workbook.apply(batch.entity.name, direction, record, links=links or {}, zone=line.zone)
    cargo.trace += found.trace
    return refusal(found.faults) if found.faults else found.value


def refusal(faults: list[Finding]) -> Outcome:
    """One outcome for all faults of a record; a configuration fault is mended by an integrator, not in the data."""
    reason = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
    if any(fault.fault is Fault.CONFIGURATION for fault in faults):
        return Outcome(state=State.HELD, reason=reason, fault=Fault.CONFIGURATION)
    return held(reason)
