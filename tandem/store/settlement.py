"""Settling: what became of a batch of records, written in one transaction or not at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.entities.cargo import Cargo
from tandem.entities.state import COMES_BACK, NEEDS_A_PERSON, State
from tandem.store import correspondence, crosswalk, releasing
from tandem.store.books import RecordBooks
from tandem.store.claims import wake
from tandem.store.database import Database
from tandem.store.judgement import ECHO, WENT_THROUGH, ledger_row, outcome_of, trouble_of
from tandem.store.leases import Leases
from tandem.store.model import SettleReport
from tandem.store.reception import announce
from tandem.store.redaction import discreet
from tandem.store.tables import inbox, ledger
from tandem.store.whose import Whose, of


def settle(
    database: Database, batch: Sequence[Cargo], owner: str, now: datetime, flow_run_id: str | None
) -> SettleReport:
    """Writes the outcomes of all records whose lease is still the owner's.

    Raises:
        ValueError: a cargo has no outcome; nothing was written.
        StoreUnavailable: nothing was written.
    """
    for cargo in batch:
        cargo.outcome = discreet(outcome_of(cargo))
    for connection, company in {(cargo.message.connection, cargo.message.company) for cargo in batch}:
        database.belongs(connection, company)
    return database.write(lambda tx: _settle(database, tx, batch, owner, now, flow_run_id))


def _settle(
    database: Database,
    tx: Connection,
    batch: Sequence[Cargo],
    owner: str,
    now: datetime,
    flow_run_id: str | None,
) -> SettleReport:
    """All lock in the same order: queue, records, letters, tallies."""
    leases = Leases(tx, batch, owner)
    kept = [cargo for cargo in batch if leases.ours(cargo.message)]
    books = RecordBooks(database, tx, kept, now)
    _close_events(tx, kept, now)
    leases.give_back(kept, now)
    if kept:
        tx.execute(sa.insert(ledger), [ledger_row(cargo, owner, now, flow_run_id) for cargo in kept])
    books.enter(kept, now)
    crosswalk.bind(database, tx, _targets(kept), origin="auto", now=now)
    freed = releasing.settled(tx, kept, books, leases.newer)
    opened, closed = _write_letters(tx, kept, now)
    announce(database, tx, freed, now, books.moved)
    woken = _wake_children(tx, kept, now)
    books.tally()
    return SettleReport(
        settled=len(kept),
        lost=tuple(cargo.message for cargo in batch if not leases.ours(cargo.message)),
        states=Counter(outcome_of(cargo).state for cargo in kept),
        letters_opened=opened,
        letters_closed=closed,
        woken=woken,
    )


def _close_events(tx: Connection, kept: Sequence[Cargo], now: datetime) -> None:
    """Events of a state that comes back stay open."""
    by_state: defaultdict[State, list[int]] = defaultdict(list)
    for cargo in kept:
        by_state[outcome_of(cargo).state].extend(cargo.message.ids)
    for state, ids in by_state.items():
        settled_at = None if state in COMES_BACK else now
        tx.execute(sa.update(inbox).where(inbox.c.id.in_(ids)).values(state=str(state), settled_at=settled_at))


def _targets(kept: Sequence[Cargo]) -> dict[Whose, str]:
    return {of(cargo.message): target for cargo in kept if (target := outcome_of(cargo).target)}


def _write_letters(tx: Connection, kept: Sequence[Cargo], now: datetime) -> tuple[int, int]:
    """Opens, returns and closes letters; how many were opened and closed."""
    standing = correspondence.open_ones(tx, (of(cargo.message) for cargo in kept))
    troubles = [trouble_of(cargo, now) for cargo in kept if outcome_of(cargo).state in NEEDS_A_PERSON]
    opened = correspondence.present(tx, troubles, standing)
    last = {of(cargo.message): outcome_of(cargo).state for cargo in kept}
    unchanged = [row for whose, row in standing.items() if last[whose] in ECHO]
    correspondence.stand(tx, unchanged, now)
    closed = 0
    for state, how in ((State.APPLIED, "went through"), (State.SKIPPED, "skipped")):
        through = [row for whose, row in standing.items() if last[whose] == state]
        correspondence.close(tx, through, how, now)
        closed += len(through)
    return opened, closed


def _wake_children(tx: Connection, kept: Sequence[Cargo], now: datetime) -> int:
    parents: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for cargo in kept:
        if outcome_of(cargo).state in WENT_THROUGH:
            parents[cargo.message.connection, cargo.message.entity].append(cargo.message.key)
    return sum(wake(tx, connection, entity, keys, now) for (connection, entity), keys in parents.items())
