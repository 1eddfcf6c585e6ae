"""The end of a lease: which are still ours, and where their keys go from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.entities.cargo import Cargo, Message
from tandem.entities.state import COMES_BACK, State
from tandem.store.judgement import WENT_THROUGH, outcome_of, parent_of
from tandem.store.tables import inbox, queue
from tandem.store.whose import AnyRow, Whose, matching, of

PAUSE = timedelta(minutes=5)
"""Until a record comes back whose outcome does not say when."""

_COLUMNS = ("state", "ready", "available_at", "received_at", "attempts", "parked_entity", "parked_key")
_REQUEUE = (
    sa.update(queue)
    .where(queue.c.id == sa.bindparam("row"))
    .values({name: sa.bindparam(f"new_{name}") for name in _COLUMNS} | {"lease_owner": None, "claimed_at": None})
)

Books = Mapping[Whose, Mapping[str, Any]]


class Leases:
    """The leases of one owner over the keys of one batch, locked until the transaction ends."""

    def __init__(self, tx: Connection, batch: Sequence[Cargo], owner: str) -> None:
        self._tx = tx
        self._held: dict[tuple[Whose, str], AnyRow] = {}
        claimed = [of(cargo.message) for cargo in batch if cargo.message.ids]
        for condition in matching(queue, claimed):
            asked = sa.select(queue).where(condition).order_by(queue.c.key, queue.c.source)
            found = tx.execute(asked.with_for_update())
            self._held |= {(of(row), row.source): row for row in found if row.lease_owner == owner}

    def ours(self, message: Message) -> bool:
        """Whether nobody else has taken the key; a record that came without an event needs no lease."""
        return not message.ids or (of(message), str(message.source)) in self._held

    def give_back(self, kept: Sequence[Cargo], books: Books, now: datetime) -> None:
        """Keys with nothing open any more leave the queue; the others stay for what is still open."""
        claimed = [cargo for cargo in kept if cargo.message.ids]
        newer = self._arrived_meanwhile(claimed)
        done, again = [], []
        for cargo in claimed:
            lease = self._held[of(cargo.message), str(cargo.message.source)]
            since = newer.get((of(cargo.message), lease.source))
            if outcome_of(cargo).state in COMES_BACK:
                again.append(_postponed(cargo, lease, since, books, now))
            elif since is not None:
                again.append(_queued(lease, since, now))
            else:
                done.append(lease.id)
        if done:
            self._tx.execute(sa.delete(queue).where(queue.c.id.in_(done)))
        if again:
            self._tx.execute(_REQUEUE, again)

    def _arrived_meanwhile(self, claimed: Sequence[Cargo]) -> dict[tuple[Whose, str], datetime]:
        """When the oldest event came that was not part of the claim."""
        settled = {number for cargo in claimed for number in cargo.message.ids}
        whose = (inbox.c.connection, inbox.c.company, inbox.c.entity, inbox.c.key, inbox.c.source)
        newer: dict[tuple[Whose, str], datetime] = {}
        for condition in matching(inbox, (of(cargo.message) for cargo in claimed)):
            asked = sa.select(inbox.c.id, *whose, inbox.c.received_at)
            asked = asked.where(condition, inbox.c.settled_at.is_(None)).order_by(inbox.c.received_at.desc())
            newer |= {
                (of(row), row.source): row.received_at for row in self._tx.execute(asked) if row.id not in settled
            }
        return newer


def waits_for(cargo: Cargo) -> Whose | None:
    """The parent that a parked record waits for."""
    named = parent_of(outcome_of(cargo))
    return Whose(cargo.message.connection, cargo.message.company, *named) if named else None


def _postponed(cargo: Cargo, lease: AnyRow, since: datetime | None, books: Books, now: datetime) -> dict[str, Any]:
    """Attempts count passes that met the same kind of trouble: waiting for a parent is not a failing network."""
    outcome, parent = outcome_of(cargo), waits_for(cargo)
    parked = outcome.state == State.PARKED
    again = lease.state != State.WAITING and parked == (lease.state == State.PARKED)
    ready = parked and (since is not None or _went_through(books, parent, lease.claimed_at))
    return {
        "row": lease.id,
        "new_state": str(outcome.state),
        "new_ready": ready,
        "new_available_at": now if ready else outcome.retry_at or now + PAUSE,
        "new_received_at": lease.received_at,
        "new_attempts": lease.attempts + 1 if again else 1,
        "new_parked_entity": parent.entity if parent else None,
        "new_parked_key": parent.key if parent else None,
    }


def _queued(lease: AnyRow, since: datetime, now: datetime) -> dict[str, Any]:
    return {
        "row": lease.id,
        "new_state": str(State.WAITING),
        "new_ready": True,
        "new_available_at": now,
        "new_received_at": since,
        "new_attempts": 0,
        "new_parked_entity": None,
        "new_parked_key": None,
    }


def _went_through(books: Books, parent: Whose | None, claimed_at: datetime) -> bool:
    """Whether the parent was settled while its child was under way, when no waking could reach it."""
    row = books.get(parent) if parent else None
    return row is not None and row["state"] in WENT_THROUGH and row["updated_at"] > claimed_at
