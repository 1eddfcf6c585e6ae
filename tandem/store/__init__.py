"""The durable memory of Tandem: inbox, ledger, crosswalk, dead letters, on SQLite or PostgreSQL.

One `Store` per process; it is safe to share between threads, every call is one short transaction, and every
call may raise `StoreUnavailable` (down, locked too long, disk full), after which nothing of the call was kept.

    store = Store.open(settings.store_url)          # migrates to head, safe when several processes start at once
    store.close()

Inbox (durable intake, claims by lease)
    inbox.put(events) -> PutResult                  one transaction; duplicates by (connection, source, event id)
    inbox.claim(connection, entity, source, *, limit, owner, lease_seconds, now, keys=None) -> list[Message]
    inbox.extend(owner, *ids, lease_seconds, now) -> int   what `owner` still holds (all, or these)
    inbox.release(owner, *ids, now) -> int          hands back what was claimed and not settled; no attempt is counted
    inbox.waiting(connection, entity=None, *, now=None, at_most=None) -> int   keys that a claim could take now
    inbox.unused(keys, connection=None) -> dict[str, Unused]   events of undeclared types, by their record's number
    inbox.wake_children(connection, parent_entity, key, now) -> int

Ledger (what became of every record)
    ledger.known(connection, entity, keys) -> dict[str, Known]
    ledger.settle(cargo, owner, now, flow_run_id=None) -> SettleReport         one transaction, leases checked
    ledger.find(number) -> list[Record]             by key, by the number people use, or by the target's number
    ledger.records(connection, entity, *, states=None, after=0, limit=500) -> list[Record]
    ledger.history(connection, entity, key) -> list[Line]

Links (crosswalk)
    links.find(connection, entity, keys) -> dict[key, target]
    links.bind(connection, entity, {key: target}, *, origin="auto", company=None, now=None) -> int
    links.reverse(connection, entity, targets) -> dict[target, key]            the oldest key where several point there

Letters (dead-letter desk)
    letters.list(*, connection=None, entity=None, state=None, fault=None, closed=False, limit=500, after=0)
    letters.show(id) -> Letter                      with its history; KeyError if there is none
    letters.edit(id, payload, who, now) -> int      the number of the new version
    letters.replay(ids, who, now, approve=False) -> int   how many were put back; asking twice puts back once
    letters.give_up(id, reason, who, now)           the record becomes SKIPPED
    letters.propose(connection, company, entity, source, proposed, now) -> int   what a person may have written

The rest
    cursors.get(connection, name) -> Cursor | None; cursors.set(connection, name, Cursor)
    counters.add(connection, name, n=1); counters.all(connection=None) -> dict[(connection, name), int]
    alerts.add(connection, key, title, text, now, quiet_seconds=3600) -> bool  alike ones are one
    alerts.pending(limit=50) -> list[Alert]; alerts.sent(ids, now); alerts.failed(ids, error)
    drains.enter(owner, entities, until, *, connection=None, now=None); drains.beat(owner, until)
    drains.leave(owner); drains.up(now, connection=None) -> list[Drain]
    store.erase(connection, entity, key, now=None) -> int                      records touched, children included
    store.status(now=None) -> Status
    store.register(connection, company); store.ping()

A connection belongs to one company for ever: what is stored for `(connection, company)` fixes the pair, and the same
connection with another company is refused. So (connection, key) means (connection, company, key) everywhere.
"""

from __future__ import annotations

from tandem.store.model import (
    Alert,
    Cursor,
    Drain,
    Event,
    Letter,
    LetterVersion,
    Line,
    PutResult,
    Record,
    SettleReport,
    Status,
)
from tandem.store.proposals import Proposal
from tandem.store.store import Store
from tandem.store.unused import Unused

__all__ = [
    "Alert",
    "Cursor",
    "Drain",
    "Event",
    "Letter",
    "LetterVersion",
    "Line",
    "Proposal",
    "PutResult",
    "Record",
    "SettleReport",
    "Status",
    "Store",
    "Unused",
]
