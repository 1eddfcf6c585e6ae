"""Whose hands a record is in: a claim must not take what another drain holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tandem.store.inbox import Inbox
from tandem.store.ledger import Ledger
from tandem.values import utc_now

Put = Callable[[Any, str, Any], None]
Whose = tuple[str, str, str]


class Hands:
    """Leases as their owners were told of them, beside the store's own account."""

    def __init__(self, fail: Callable[[str], None]) -> None:
        self._fail = fail
        self._held: dict[Whose, tuple[str, datetime]] = {}

    def took(self, owner: str, messages: list[Any], now: datetime, until: datetime) -> None:
        """A claim gave these out."""
        for message in messages:
            whose = (message.entity, str(message.source), message.key)
            holder, ends = self._held.get(whose, (owner, now))
            if holder != owner and ends > now:
                self._fail(f"two hands: {message.entity} {message.key} was taken by {owner} while {holder} held it")
            self._held[whose] = (owner, until)

    def ends(self, owner: str, until: datetime) -> None:
        """The owner's leases end no later than this; that some end later is not held against anybody."""
        self._held = {w: (h, min(e, until) if h == owner else e) for w, (h, e) in self._held.items()}

    def settled(self, cargo: Any) -> None:
        """These are off the line."""
        for one in cargo:
            self._held.pop((one.message.entity, str(one.message.source), one.message.key), None)


def watched(put: Put, fail: Callable[[str], None]) -> None:
    """Watch every claim of a world."""
    hands, claim, extend, release, settle = Hands(fail), Inbox.claim, Inbox.extend, Inbox.release, Ledger.settle

    def claimed(self: Inbox, *where: Any, owner: str, lease_seconds: float, now: datetime, **how: Any) -> Any:
        messages = claim(self, *where, owner=owner, lease_seconds=lease_seconds, now=now, **how)
        hands.took(owner, messages, now, now + timedelta(seconds=lease_seconds))
        return messages

    def extended(self: Inbox, owner: str, *ids: int, lease_seconds: float, now: datetime) -> int:
        hands.ends(owner, now + timedelta(seconds=lease_seconds))
        return extend(self, owner, *ids, lease_seconds=lease_seconds, now=now)

    def released(self: Inbox, owner: str, *ids: int, now: datetime | None = None, **how: Any) -> int:
        hands.ends(owner, now or utc_now())
        return release(self, owner, *ids, now=now, **how)

    def done(self: Ledger, cargo: Any, *rest: Any, **how: Any) -> Any:
        try:
            return settle(self, cargo, *rest, **how)
        finally:  # one that broke off may have been committed
            hands.settled(cargo)

    for owner, name, watch in (
        (Inbox, "claim", claimed),
        (Inbox, "extend", extended),
        (Inbox, "release", released),
        (Ledger, "settle", done),
    ):
        put(owner, name, watch)
