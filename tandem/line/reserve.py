"""Match and write as one: what another drain is making at this moment under an equal field is left for later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from tandem.entities.cargo import Cargo
from tandem.entities.declaration import at
from tandem.entities.state import Fault, Outcome, State
from tandem.errors import Unauthorized, Unavailable
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.values import content_hash, utc_now

KEPT = timedelta(minutes=2)
"""How long a value stays reserved by a drain that died, or whose write got no answer: longer than any write takes."""

SOON = timedelta(seconds=1)
"""Until what another drain was just writing is looked for again."""


@contextmanager
def reserved(line: Connection, batch: Batch) -> Iterator[None]:
    """Within the block no other drain looks for, or writes, a record that this batch may make.

    A write that may have gone through keeps its value for KEPT, except for the record itself: its lease guards it.
    """
    wanted = _wanted(batch)
    if not wanted:
        yield
        return
    name, now = batch.entity.name, utc_now()
    owners = {value: content_hash(some[0].message.key) for value, some in wanted.items()}
    got = line.store.reservations.take(line.name, name, owners, now=now, until=now + KEPT)
    for value in wanted.keys() - got:
        for cargo in wanted[value]:
            why = "another drain is just writing one that may be the same"
            cargo.outcome = Outcome(state=State.RETRY, reason=why, fault=Fault.TRANSIENT, retry_at=now + SOON)
    done: set[str] = set()
    try:
        yield
        done = {value for value in got if not any(_perhaps(cargo) for cargo in wanted[value])}
    except (Unavailable, Unauthorized):
        done = {value for value in got if not any(_unknown(cargo) for cargo in wanted[value])}
        raise
    finally:
        if done:
            line.store.reservations.free(line.name, name, {value: owners[value] for value in done})


def _wanted(batch: Batch) -> dict[str, list[Cargo]]:
    """What may be made, by the hash of the value that it is found by."""
    match = batch.route.match
    found: defaultdict[str, list[Cargo]] = defaultdict(list)
    for cargo in batch.open if match else ():
        value = at(cargo.payload, match.field) if match else None
        if value and not (cargo.known and cargo.known.target):
            found[content_hash(str(value).strip().casefold())].append(cargo)
    return found


def _perhaps(cargo: Cargo) -> bool:
    return cargo.outcome is None or _unknown(cargo)


def _unknown(cargo: Cargo) -> bool:
    return cargo.outcome is not None and cargo.outcome.state is State.UNKNOWN
