"""Both systems side by side: what each holds of a window of time, and what explains where they disagree."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tandem.connectors.protocol import Connector, Record
from tandem.entities import ENTITIES
from tandem.entities.declaration import Entity, Route, at
from tandem.entities.state import State
from tandem.line.connection import Connection
from tandem.rules.reconciliation import Document, Reconciliation, Ref, reconcile
from tandem.values import ZERO, decimal_of

Told = Callable[[str, int], None]
"""Is told what is being read and how many records there are so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The time in which a document was made in either system; both ends belong to it, None is open."""

    since: datetime | None = None
    until: datetime | None = None


def kinds() -> Iterator[tuple[Entity, Route]]:
    """What is reconciled: all that is written under a reference of ours.

    An entity that is found by an equal field may stand in the target without that reference, so its absence there
    would prove nothing.
    """
    for entity in ENTITIES.values():
        for route in entity.routes:
            if route.write and route.reference and route.match is None:
                yield entity, route


async def side_by_side(line: Connection, window: Window, told: Told) -> Reconciliation:
    """Compare every document that either system made in the window with its counterpart, whenever that was made.

    Raises:
        Unavailable: a list could not be read to its end, so nothing can be said.
    """
    ours: list[Document] = []
    theirs: list[Document] = []
    states: dict[Ref, State] = {}
    links: dict[Ref, str] = {}
    for entity, route in kinds():
        source, target = await _Sides(line, entity, route, told).read(window)
        keys = sorted({document.key for document in (*source, *target) if document.key})
        known = line.store.ledger.known(line.name, entity.name, keys)
        states |= {(entity.name, key): fact.state for key, fact in known.items()}
        links |= {(entity.name, key): to for key, to in line.store.links.find(line.name, entity.name, keys).items()}
        ours += source
        theirs += target
    return reconcile(ours, theirs, states=states, links=links)


class _Sides:
    """One route's documents in both systems."""

    def __init__(self, line: Connection, entity: Entity, route: Route, told: Told) -> None:
        assert route.target is not None  # noqa: S101 - `kinds` gives only routes that write
        assert route.write is not None  # noqa: S101
        self._line = line
        self._entity = entity
        self._route = route
        self._told = told
        self._write = route.write
        self._source: Connector = line.connectors[route.source]
        self._target: Connector = line.connectors[route.target]

    async def read(self, window: Window) -> tuple[list[Document], list[Document]]:
        """The documents of the source, and those of the target."""
        ours: dict[str, Document] = {}
        async for page in self._made(self._source, self._route.read, window):
            ours |= self._ours(page)
        theirs = [self._theirs(r) async for page in self._made(self._target, self._write, window) for r in page]
        found = {document.key for document in theirs}
        behind = await self._target.find(self._write, [key for key in ours if key not in found])
        theirs += [self._theirs(record) for records in behind.values() for record in records]
        older = sorted({document.key for document in theirs if document.key and document.key not in ours})
        records = await self._source.read(self._route.read, older) if older else {}
        ours |= self._ours(record for record in records.values() if record is not None)
        return list(ours.values()), theirs

    async def _made(self, connector: Connector, resource: str, window: Window) -> AsyncIterator[list[Record]]:
        count = 0
        async for page in connector.changed(resource, since=window.since, until=window.until, by="created"):
            count += len(page)
            self._told(resource, count)
            yield page

    def _ours(self, records: Iterable[Record]) -> dict[str, Document]:
        """Documents of the source; one that hangs on nothing in the target was never meant for it."""
        documents = {}
        for record in records:
            value = self._line.workbook.apply(
                self._entity.name, self._route.sheet_in, record, links={}, zone=self._line.zone
            ).value
            if self._route.under and not _at(value, self._route.under):
                continue
            key = self._source.key(self._route.read, record)
            documents[key] = Document(
                kind=self._entity.name,
                key=key,
                number=str(_at(record, self._route.number) or key),
                amount=_amount(_at(value, self._entity.amount)),
                currency=str(_at(value, self._entity.currency) or ""),
                status=_status(_at(value, self._entity.status), self._entity.status),
            )
        return documents

    def _theirs(self, record: Record) -> Document:
        return Document(
            kind=self._entity.name,
            key=str(_at(record, self._route.reference) or ""),
            number=self._target.key(self._write, record),
            amount=_amount(_at(record, self._route.target_amount)),
            currency=str(_at(record, self._route.target_currency) or ""),
            status=_status(_at(record, self._route.target_status), self._route.target_status),
        )


def _at(value: Any, path: str | None) -> Any:
    return at(value, path) if path else None


def _amount(value: Any) -> Decimal:
    return ZERO if value is None else decimal_of(value)


def _status(value: Any, field: str | None) -> str:
    """The status; a flag that is set is a status of its own name."""
    if isinstance(value, bool):
        return str(field) if value else "open"
    return str(value or "open")
