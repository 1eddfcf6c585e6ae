"""What records take from the target's stock: as soon as they were read, and until they are in its books."""

from __future__ import annotations

from typing import Any

from tandem.entities.cargo import Cargo
from tandem.entities.declaration import Route
from tandem.entities.needs import Pieces, needs
from tandem.entities.takes import Need
from tandem.errors import SheetError
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.store.taking import Wanted
from tandem.store.whose import of
from tandem.values import utc_now


def needed(line: Connection, route: Route, record: Any) -> tuple[Need, ...] | None:
    """What a record of the source takes; None where it does not say, or its route takes nothing."""
    return needs(route.takes.record, record, _pieces(line)) if route.takes else None


def planned(route: Route, document: Any) -> tuple[Need, ...] | None:
    """What a planned document takes, and from where."""
    return needs(route.takes.document, document) if route.takes else None


def take(line: Connection, batch: Batch) -> int:
    """Take what records need that were read, where that is not what they took when they arrived; how many.

    Raises:
        StoreUnavailable: nothing of it was taken.
    """
    if batch.route.takes is None:
        return 0
    wanted = []
    for cargo in batch.open:
        cargo.needs = needed(line, batch.route, cargo.record)
        if cargo.needs is not None and cargo.message.ids:
            wanted.append(_wanted(batch, cargo, cargo.needs))
    return line.store.demand.take(wanted, utc_now())


def _wanted(batch: Batch, cargo: Cargo, needs: tuple[Need, ...]) -> Wanted:
    message = cargo.message
    return Wanted(
        whose=of(message),
        source=batch.route.source,
        version=None if message.edited else cargo.version,  # what a person wrote goes before what the source said
        needs=needs,
        at=message.first_received_at or message.received_at,
        cause=f"read:{batch.entity.name}:{message.key}:{cargo.version}:{message.ids[-1]}:{message.attempts}",
        known=cargo.known,
    )


def _pieces(line: Connection) -> Pieces:
    def pieces(lookup: str, unit: str) -> Any:
        try:
            return line.workbook.lookup(lookup, unit)
        except SheetError:
            return None  # an integrator's sheets may know no packs; each counts as one piece

    return pieces
