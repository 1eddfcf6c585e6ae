"""What a record can be: exactly one of these at any time (docs/architecture.md, states)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """The state of a record; WAITING only until a drain has taken it once."""

    WAITING = "WAITING"
    APPLIED = "APPLIED"
    NOOP = "NOOP"
    STALE = "STALE"
    PARKED = "PARKED"
    HELD = "HELD"
    RETRY = "RETRY"
    UNKNOWN = "UNKNOWN"
    DEAD = "DEAD"
    SKIPPED = "SKIPPED"


FINAL = frozenset({State.APPLIED, State.NOOP, State.STALE, State.SKIPPED})
"""Nothing more will happen by itself, and nobody needs to act."""

NEEDS_A_PERSON = frozenset({State.HELD, State.DEAD})
"""Stands on the dead-letter desk until somebody acts."""

COMES_BACK = frozenset({State.PARKED, State.RETRY, State.UNKNOWN})
"""Taken again when its time has come."""


class Fault(StrEnum):
    """Why a record did not go through; decides whether time alone can mend it."""

    DATA = "data"
    CONFIGURATION = "configuration"
    TRANSIENT = "transient"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a record in one pass over the line.

    `reason` is a sentence for the operator and names the field. `target` is the number that the record has in
    the target system. `retry_at` is set for the states that come back. `news` is a word for what people are told of a
    record although it went through.
    """

    state: State
    reason: str = ""
    fault: Fault | None = None
    target: str | None = None
    retry_at: datetime | None = None
    amount: Decimal | None = None
    currency: str | None = None
    notes: tuple[str, ...] = ()
    news: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def held(reason: str, **detail: Any) -> Outcome:
    """A person must decide; nothing is posted."""
    return Outcome(state=State.HELD, reason=reason, fault=Fault.DATA, detail=detail)


def dead(reason: str, *, fault: Fault = Fault.DATA, **detail: Any) -> Outcome:
    """No timed retry can help; replayable once mended."""
    return Outcome(state=State.DEAD, reason=reason, fault=fault, detail=detail)


def skipped(reason: str) -> Outcome:
    """Not ours to post."""
    return Outcome(state=State.SKIPPED, reason=reason)
