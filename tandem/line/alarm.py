"""Which outcomes are word to a person: what stands on the desk, grouped by cause, and what has waited too long."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

from tandem import alerts
from tandem.entities.cargo import Cargo
from tandem.entities.state import NEEDS_A_PERSON, State
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.values import utc_now

PARKED_TOO_LONG = timedelta(hours=1)

SHOWN = 5
"""Numbers of records that an alert names."""


def alarming(batch: Batch) -> bool:
    """Whether anything of a settled batch is worth an alert."""
    return any(_cause(cargo) or (cargo.outcome and cargo.outcome.news) for cargo in batch.cargo)


def alarm(line: Connection, batch: Batch) -> int:
    """Ask for one alert per cause, however many records share it; gives how many were new."""
    causes = Counter(cause for cargo in batch.cargo for cause in _cause(cargo))
    return sum(_ask(line, batch, state, fault, count) for (state, fault), count in causes.items()) + _news(line, batch)


def _news(line: Connection, batch: Batch) -> int:
    """One alert for each word, with the numbers that the first of them have in the target."""
    told: defaultdict[str, list[str]] = defaultdict(list)
    for cargo in batch.cargo:
        if cargo.outcome and cargo.outcome.news:
            told[cargo.outcome.news].append(cargo.outcome.target or cargo.message.key)
    return sum(
        alerts.raise_alert(
            line.store,
            line.name,
            f"{batch.entity.name}:{news}",
            f"{batch.entity.name} {news}",
            f"{len(numbers)} more of {batch.entity.name} {news}, such as {', '.join(numbers[:SHOWN])}; "
            "`tandem status --find NUMBER --json` shows each with its notes",
        )
        for news, numbers in told.items()
    )


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
