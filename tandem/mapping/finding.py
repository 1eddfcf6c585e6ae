"""What a sheet makes of one record: the value, how it came about, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tandem.entities.cargo import TraceLine
from tandem.entities.state import Fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that stands in the way of a record.

    `field` is the path in the source record, `message` a sentence for the operator that says what would be right,
    `kind` a short name to count by: missing, unmapped, unlinked, too-long, not-in-code-page, address, expression,
    type, date, zone or width.
    """

    field: str
    message: str
    fault: Fault = Fault.DATA
    kind: str = "value"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """The result of a sheet for one record; with any `faults` the value must not be written anywhere.

    `trace` begins with the outline of the sheet (one `mapped` line per target field) and goes on with what
    happened to this record: default, truncated, substituted, removed, looked-up, doubtful, and unmapped for a
    source field that the sheet has never heard of.
    """

    value: dict[str, Any]
    trace: list[TraceLine] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)

    def happened(self, *kinds: str) -> list[TraceLine]:
        """The trace lines of these kinds."""
        return [line for line in self.trace if line.kind in kinds]
