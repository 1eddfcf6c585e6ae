"""What was written for the first time is looked at once more in the same pass: nobody over there counted it before."""

from __future__ import annotations

from tandem.entities.cargo import Cargo, Written
from tandem.entities.declaration import at
from tandem.entities.state import State
from tandem.line.batch import Batch


def begin(batch: Batch) -> None:
    """Open those again whose document asks for it; what was written of them is kept."""
    reckoned = batch.route.reckoned
    if reckoned is None:
        return
    for cargo in batch.cargo:
        if _applied(cargo) and cargo.document is not None and at(cargo.document, reckoned.first):
            cargo.written = Written(cargo.outcome, cargo.document, cargo.payload, cargo.payload_hash)
            cargo.outcome = cargo.document = cargo.payload = cargo.payload_hash = None


def end(batch: Batch) -> None:
    """Where the second look found nothing else to write, the first write is what became of the record."""
    for cargo in batch.cargo:
        if cargo.written is not None and cargo.outcome is not None and cargo.outcome.state is State.NOOP:
            cargo.outcome, cargo.document, cargo.payload, cargo.payload_hash = cargo.written


def _applied(cargo: Cargo) -> bool:
    return cargo.outcome is not None and cargo.outcome.state is State.APPLIED and cargo.written is None
