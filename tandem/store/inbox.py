"""The inbox: all that arrived, kept until a drain has settled it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from tandem.entities.cargo import Message
from tandem.entities.declaration import System
from tandem.store import claims, reception, stirring
from tandem.store.database import Database
from tandem.store.folding import Lane
from tandem.store.model import Event, PutResult
from tandem.store.unused import Unused, unused
from tandem.values import utc_now


class Inbox:
    """Durable intake on one side, claims by lease on the other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, events: Sequence[Event]) -> PutResult:
        """Stores events in one transaction; those that are there already are counted and left alone.

        Raises:
            StoreUnavailable: nothing of them was stored.
        """
        return reception.put(self._database, events)

    def claim(
        self,
        connection: str,
        entity: str,
        source: System,
        *,
        limit: int,
        owner: str,
        lease_seconds: float,
        now: datetime,
        keys: Collection[str] | None = None,
        behind: bool | None = None,
    ) -> list[Message]:
        """Takes up to `limit` keys (of these, if given), each with all that waits for it folded into one message.

        `behind` takes only what goes behind live traffic, or only what does not; None takes either.
        """
        wanted = None if keys is None else tuple(sorted(keys))
        lane = Lane(connection, entity, str(source), wanted, behind)
        lease = claims.Lease(owner, now, now + timedelta(seconds=lease_seconds))
        return claims.claim(self._database, lane, lease, limit)

    def extend(self, owner: str, *ids: int, lease_seconds: float, now: datetime) -> int:
        """Prolongs what `owner` still holds (all that has not run out, or the keys of these inbox rows); how many."""
        return claims.extend(self._database, owner, ids, now + timedelta(seconds=lease_seconds), now)

    def release(self, owner: str, *ids: int, now: datetime | None = None, attempts: int = 0) -> int:
        """Gives back what `owner` claimed and will not settle; counts no attempt unless told (1: perhaps written)."""
        return claims.release(self._database, owner, ids, now or utc_now(), attempts=attempts)

    def due(
        self, connection: str, lanes: Sequence[tuple[str, System]], *, now: datetime, behind: bool | None = None
    ) -> set[tuple[str, System]]:
        """Those of these lanes (entity and source) from which a claim could take something now: one query for all."""
        found = claims.due(self._database, [Lane(connection, *lane, behind=behind) for lane in lanes], now)
        return {lane for lane, waits in zip(lanes, found, strict=True) if waits}

    def waiting(
        self,
        connection: str,
        entity: str | None = None,
        *,
        now: datetime | None = None,
        at_most: int | None = None,
        behind: bool | None = None,
    ) -> int:
        """How many keys a claim could take now, counted no further than `at_most`; `behind` as in `claim`."""
        return claims.waiting(self._database, connection, entity, now or utc_now(), at_most, behind)

    def stirred(self, connection: str, entity: str, keys: Iterable[str], since: datetime) -> dict[str, bool]:
        """Those of these keys that wait (true), or that were dealt with since that moment (false)."""
        return stirring.stirred(self._database, connection, entity, keys, since)

    def unused(self, keys: Iterable[str], connection: str | None = None) -> dict[str, Unused]:
        """Events of types that nobody declared, by the number that their records came with."""
        return unused(self._database, keys, connection)

    def wake_children(self, connection: str, parent_entity: str, key: str, now: datetime | None = None) -> int:
        """Makes the records that are parked on this parent due; how many."""
        moment = now or utc_now()
        return self._database.write(lambda tx: claims.wake(tx, connection, parent_entity, [key], moment))
