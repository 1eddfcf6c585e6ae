"""The end of a lease: which are still ours, and where their keys go from here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from tandem.entities.cargo import Cargo, Message
from tandem.entities.state import COMES_BACK, State
from tandem.store.judgement import outcome_of, parent_of
from tandem.store.tables import inbox, links, queue
from tandem.store.whose import AnyRow, Whose, matching, of

PAUSE = timedelta(minutes=5)
"""Until a record comes back whose outcome does not say when."""

AT_ONCE = 5
"""Times that a parked record may be taken again without a pause: enough for chance, too few for a circle."""

_COLUMNS = ("state", "ready", "available_at", "received_at", "attempts", "cuts", "parked_entity", "parked_key")
_REQUEUE = (
    sa.update(queue)
    .where(queue.c.id == sa.bindparam("row"))
    .values({name: sa.bindparam(f"new_{name}") for name in _COLUMNS} | {"lease_owner": None})
)


class Leases:
    """The leases of one owner over the keys of one batch, locked until the transaction ends.

    `newer` are the records of which something arrived while they were under way; known once leases are given back.
    """

    def __init__(self, tx: Connection, batch: Sequence[Cargo], owner: str) -> None:
        self._tx = tx
        self._held: dict[tuple[Whose, str], AnyRow] = {}
        self.newer: set[Whose] = set()
        claimed = [of(cargo.message) for cargo in batch if cargo.message.ids]
        for condition in matching(queue, claimed):
            asked = sa.select(queue).where(condition).order_by(queue.c.key, queue.c.source)
            found = tx.execute(asked.with_for_update())
            self._held |= {(of(row), row.source): row for row in found if row.lease_owner == owner}

    def ours(self, message: Message) -> bool:
        """Whether nobody else has taken the key; a record that came without an event needs no lease."""
        return not message.ids or (of(message), str(message.source)) in self._held

    def give_back(self, kept: Sequence[Cargo], now: datetime) -> None:
        """Keys with nothing open any more leave the queue; the others stay for what is still open."""
        claimed = [cargo for cargo in kept if cargo.message.ids]
        newer = self._arrived_meanwhile(claimed)
        self.newer = {whose for whose, _ in newer}
        missed = self._missed(claimed)
        done, again = [], []
        for cargo in claimed:
            lease = self._held[of(cargo.message), str(cargo.message.source)]
            since = newer.get((of(cargo.message), lease.source))
            if outcome_of(cargo).state in COMES_BACK:
                ready = of(cargo.message) in missed or (_parked(cargo) and since is not None)
                again.append(_postponed(cargo, lease, now, ready=ready))
            elif since is not None:
                again.append(_queued(lease, since, now))
            else:
                done.append(lease.id)
        if done:
            self._tx.execute(sa.delete(queue).where(queue.c.id.in_(done)))
        if again:
            self._tx.execute(_REQUEUE, again)

    def _missed(self, claimed: Sequence[Cargo]) -> set[Whose]:
        """Records that park for a parent which another drain has linked while they were under way.

        No waking could reach them. The settlement has locked the parents' records, so a parent is either linked by now
        or will find its children parked.
        """
        orphans = {
            of(cargo.message): parent
            for cargo in claimed
            if (parent := waits_for(cargo)) is not None and parent.entity not in cargo.links
        }
        linked = {of(row) for condition in matching(links, orphans.values()) for row in self._links(condition)}
        return {child for child, parent in orphans.items() if parent in linked}

    def _links(self, condition: ColumnElement[bool]) -> Sequence[AnyRow]:
        columns = (links.c.connection, links.c.company, links.c.entity, links.c.key)
        return self._tx.execute(sa.select(*columns).where(condition)).all()

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


def _parked(cargo: Cargo) -> bool:
    return outcome_of(cargo).state == State.PARKED


def _postponed(cargo: Cargo, lease: AnyRow, now: datetime, *, ready: bool) -> dict[str, Any]:
    """Attempts count passes that met the same kind of trouble: waiting for a parent is not a failing network."""
    outcome, parent = outcome_of(cargo), waits_for(cargo)
    again = lease.state != State.WAITING and _parked(cargo) == (lease.state == State.PARKED)
    ready = ready and lease.attempts < AT_ONCE
    return {
        "row": lease.id,
        "new_state": str(outcome.state),
        "new_ready": ready,
        "new_available_at": now if ready else outcome.retry_at or now + PAUSE,
        "new_received_at": lease.received_at,
        "new_attempts": lease.attempts + 1 if again else 1,
        "new_cuts": 0,
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
        "new_cuts": 0,
        "new_parked_entity": None,
        "new_parked_key": None,
    }
