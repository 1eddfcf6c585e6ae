"""What the stations ask of either side, whichever it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

Record = dict[str, Any]
Status = Literal["created", "existing", "updated", "refused", "locked", "busy", "unknown", "conflict", "changed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteItem:
    """One record to write.

    `reference` is our own name of it, by which the other side can be asked for it later; `key` the idempotency key,
    equal for every try of the same content. `target` is the number over there: None creates, else it is replaced.
    `parent` is the number of the record that it hangs on (the shop's order, for a fulfilment). `version` is that of
    the record in its own system: a target that can refuses a state older than one it has seen, so that a change which
    was long on its way undoes nothing.
    """

    reference: str
    key: str
    payload: Mapping[str, Any]
    target: str | None = None
    parent: str | None = None
    version: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteResult:
    """What became of one WriteItem.

    created, updated: done. existing: was there under our reference, `target` says where; nothing was changed.
    refused: a permanent no, `problem` lists the faults. conflict: the state over there forbids it, `problem` says
    how. changed: it is no longer what the payload was made for; nothing was changed, read it and decide again.
    locked: a person has the record open. busy: nothing was changed, try again after `retry_after` seconds.
    unknown: may have been committed; look it up before any second write. `remarks` are what the record keeps beside
    what was done, `news` is the word for it that people are told.
    """

    reference: str
    status: Status
    target: str | None = None
    problem: Record | None = None
    retry_after: float | None = None
    remarks: tuple[str, ...] = ()
    news: str = ""


class Connector(Protocol):
    """One side of the line. Every method raises errors of `tandem.errors` and no other."""

    async def read(self, resource: str, keys: Sequence[str]) -> dict[str, Record | None]:
        """The current record of each key, read in bulk; None for one that the other side does not have."""
        ...

    def changed(
        self,
        resource: str,
        *,
        since: datetime | None,
        until: datetime | None = None,
        after: str | None = None,
        by: Literal["updated", "created"] = "updated",
    ) -> AsyncIterator[list[Record]]:
        """Pages of what was changed (or created) from `since` on, oldest change first.

        Every record of the range is in some page; the bounds are inclusive and a page may repeat what another run
        has seen. `after` is the key of the last record stored at exactly `since`, which alone is left out. A page
        that cannot be read raises, so reaching the end means that all was read.
        """
        ...

    async def find(self, resource: str, references: Sequence[str]) -> dict[str, list[Record]]:
        """The records that carry each of our references, looked up in bulk; one that nobody carries is absent.

        Several records under one reference are all told: which of them is ours is for a person to say.

        Raises:
            Unavailable: it cannot be said now, so nothing may be written.
        """
        ...

    async def match(self, resource: str, field: str, values: Sequence[str]) -> dict[str, list[Record]]:
        """The records whose field equals each value, blanks at the ends and case apart; never a near match."""
        ...

    async def filtered(self, resource: str, name: str, values: Sequence[str]) -> list[Record]:
        """All records for which the list's own filter `name` equals any of the values, whatever their stamps say."""
        ...

    async def write(self, resource: str, items: Sequence[WriteItem]) -> list[WriteResult]:
        """One result per item, in the same order; a bad item never stops another.

        Raises:
            Unavailable: nothing at all was written (RateLimited with the time to wait).
            Refused: the call as a whole was refused and nothing was written (Unauthorized: by its key).
        """
        ...

    def key(self, resource: str, record: Record) -> str:
        """The record's own number."""
        ...

    def stamp(self, resource: str, record: Record) -> datetime:
        """When the record was last changed, by the other side's clock, in UTC: what a mark advances to."""
        ...

    async def aclose(self) -> None:
        """Closes the connections."""
        ...
