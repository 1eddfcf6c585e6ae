"""The drain's side of its leases: kept while a batch is under way, looked at before a write, given back in order."""

from __future__ import annotations

import logging
from datetime import timedelta

from tandem.errors import StoreUnavailable
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.values import utc_now

log = logging.getLogger(__name__)

RENEWALS = 3
"""How often a lease is prolonged within its own length: one that fails leaves time for the next."""


def renew(line: Connection) -> None:
    """Prolong what this run holds; what could not be given back before is let go first, or it would be held for ever.

    Raises:
        StoreUnavailable: the next round tries again.
    """
    if adrift := line.traffic.adrift:
        line.store.inbox.extend(line.owner, *adrift, lease_seconds=0, now=utc_now())
        adrift.clear()
    if line.traffic.busy:
        line.store.inbox.extend(line.owner, lease_seconds=line.settings.lease_seconds, now=utc_now())


def hold(line: Connection, batch: Batch) -> None:
    """Before a write: what waited so long for its turn that its lease may be another's is not written.

    Raises:
        StoreUnavailable: nobody can say whose the records are; nothing may be written.
    """
    if utc_now() - batch.claimed < timedelta(seconds=line.settings.lease_seconds / 2):
        return
    ids, keys = _ids(batch), sum(bool(cargo.message.ids) for cargo in batch.cargo)
    held = line.store.inbox.extend(line.owner, *ids, lease_seconds=line.settings.lease_seconds, now=utc_now())
    if held < keys:
        why = "the lease ran out before the write"
        batch.decide(lambda cargo: line.retry.again(cargo.message, why, outage=True))


def give_back(line: Connection, batch: Batch, *, stopped: bool) -> None:
    """What will not be settled goes back; a write that may have begun counts as an attempt, so the next drain looks.

    `stopped` says that the run was told to end, and not that something broke.
    """
    ids = _ids(batch)
    if not ids:
        return
    try:
        if stopped:
            line.store.inbox.release(line.owner, *ids, attempts=int(batch.ticket.writing))
        else:
            line.store.inbox.extend(line.owner, *ids, lease_seconds=0, now=utc_now())
    except StoreUnavailable:
        line.traffic.adrift.update(ids)
        log.warning("%s could not be given back; its leases run out by themselves", batch)


def _ids(batch: Batch) -> list[int]:
    return [number for cargo in batch.cargo for number in cargo.message.ids]
