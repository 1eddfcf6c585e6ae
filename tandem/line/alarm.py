"""Which outcomes are word to a person: what stands on the desk, grouped by cause, and what has waited too long."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from tandem import alerts
from tandem.entities.cargo import Cargo
from tandem.entities.state import NEEDS_A_PERSON, State
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.values import utc_now

PARKED_TOO_LONG = timedelta(hours=1)


def alarming(batch: Batch) -> bool:
    """Whether anything of a settled batch is worth an alert."""
    return any(_cause(cargo) for cargo in batch.cargo)


def alarm(line: Connection, batch: Batch) -> int:
    """Ask for one alert per cause, however many records share it; gives how many were new."""
    causes = Counter(cause for cargo in batch.cargo for cause in _cause(cargo))
    return sum(_ask(line, batch, state, fault, count) for (state, fault), count in causes.items())


def _cause(cargo: Cargo) -> tuple[tuple[str, str], ...]:
    outcome = cargo.outcome
    if outcome is None:
        return ()
    if outcome.state in NEEDS_A_PERSON:
        return ((outcome.state.value, outcome.fault.value if outcome.fault else ""),)
    waited = utc_now() - (cargo.message.first_received_at or cargo.message.received_at)
    if outcome.state is State.PARKED and waited >= PARKED_TOO_LONG:
        return ((outcome.state.value, "waits for more than an hour"),)
    return ()


def _ask(line: Connection, batch: Batch, state: str, fault: str, count: int) -> bool:
    name = batch.entity.name
    text = f"{count} more of {name} {state} ({fault}); `tandem letters list --entity {name}` shows each with its reason"
    return alerts.raise_alert(line.store, line.name, f"{name}:{state}:{fault}", f"{name} {state}: {fault}", text)
