"""What becomes of a record when a station could not do its work."""

from __future__ import annotations

from tandem.entities.cargo import Cargo
from tandem.entities.state import Fault, Outcome, dead
from tandem.errors import RateLimited, StoreUnavailable, Unavailable
from tandem.line.connection import Connection


def outage(line: Connection, error: Unavailable | StoreUnavailable, cargo: Cargo) -> Outcome:
    """A side, or our own store, is down for everybody: the record comes back, however often, until it is too old."""
    wait = error.retry_after if isinstance(error, RateLimited | StoreUnavailable) else None
    return line.retry.again(cargo.message, str(error), retry_after=wait, outage=True)


def broken(error: Exception, _cargo: Cargo) -> Outcome:
    """A station broke on this record alone: a dead letter with the error's name, replayable once that is mended."""
    return dead(f"{type(error).__name__}: {error}".splitlines()[0], fault=Fault.UNKNOWN)
