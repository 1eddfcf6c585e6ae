"""What becomes of a record when a station could not do its work."""

from __future__ import annotations

from functools import partial

from tandem.entities.cargo import Cargo
from tandem.entities.declaration import System
from tandem.entities.state import Fault, Outcome, dead
from tandem.errors import ConnectorError, RateLimited, StoreUnavailable, Unauthorized, Unavailable
from tandem.line import outage as outages
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.values import utc_now


def spare(line: Connection, batch: Batch, error: ConnectorError, *, again: bool) -> None:
    """A side is away: what is undecided goes back into its place, and no attempt is counted.

    Unless a single record is what the side fails on, look after look: that one waits by a timer of its own, so that it
    does not stand before all others for ever. An error that names no side is the records' own.
    """
    if error.side is None:
        batch.decide(partial(outage, line, error))
    elif _suspect(line, batch, error):
        batch.decide(partial(alone, line, error))
    else:
        outages.give_back(line, batch, again=again)


def _suspect(line: Connection, batch: Batch, error: ConnectorError) -> bool:
    # A 401 is about our key alone; a firewall answers 403 to what a single record holds.
    its_own = (
        error.status == 403 if isinstance(error, Unauthorized) else isinstance(error, Unavailable) and error.reached
    )
    if len(batch.open) != 1 or not its_own:
        return False
    pauses = line.store.pauses.standing(line.name)
    return any(pause.system == error.side and pause.failures > outages.IN_VAIN for pause in pauses)


def alone(line: Connection, error: ConnectorError, cargo: Cargo) -> Outcome:
    """The side fails on this record: a look-up in vain stays UNKNOWN and has its limit, the rest comes back."""
    if cargo.known is not None and cargo.known.perhaps_sent and cargo.known.target is None:
        return line.retry.unknown(cargo.message, str(error))
    pause = outages.away(line, System(error.side)) if error.side else None
    wait = (pause.until - utc_now()).total_seconds() if pause else None
    return line.retry.again(cargo.message, str(error), retry_after=wait, outage=True)


def outage(line: Connection, error: ConnectorError | StoreUnavailable, cargo: Cargo) -> Outcome:
    """Our own store, or a side that nobody can name, is down: the record comes back until it is too old."""
    wait = error.retry_after if isinstance(error, RateLimited | StoreUnavailable) else None
    return line.retry.again(cargo.message, str(error), retry_after=wait, outage=True)


CUTS = 8
"""Passes in a row that ended with their process, the last three of them alone, after which a person must look.

Fewer would take a machine that keeps crashing for a record that kills: of sixty processes killed at random, four in a
row hit one and the same record.
"""


def deadly(cargo: Cargo) -> Outcome | None:
    """A record under which process after process ended, at last alone: no further process is risked for it."""
    cuts = cargo.message.cuts
    if cuts < CUTS:
        return None
    why = f"the process ended {cuts} times in a row while this record was under way"
    return dead(f"{why}; look whether the target has it, and at memory and logs of the drain", fault=Fault.UNKNOWN)


def broken(error: Exception, _cargo: Cargo) -> Outcome:
    """A station broke on this record alone: a dead letter with the error's name, replayable once that is mended."""
    return dead(f"{type(error).__name__}: {error}".splitlines()[0], fault=Fault.UNKNOWN)
