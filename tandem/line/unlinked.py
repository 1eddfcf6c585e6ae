"""Records of either side that have no counterpart on the other: what a first synchronisation leaves for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from tandem.entities import ENTITIES
from tandem.entities.state import State
from tandem.store import Store
from tandem.store.redaction import redacted

UNLINKED = (State.SKIPPED, State.HELD, State.DEAD, State.PARKED)
PAGE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Unlinked:
    """One record without a counterpart; `number` is what people of its side call it."""

    side: str
    number: str
    key: str
    state: str
    reason: str

    def row(self) -> dict[str, str]:
        """As a row of a table."""
        return asdict(self)


COLUMNS = tuple(Unlinked.__dataclass_fields__)


def unlinked(store: Store, connection: str, entity: str) -> Iterator[Unlinked]:
    """All of them, in the order in which they were first seen; one query for each 500 that did not go through."""
    routes = {str(route.source): route for route in ENTITIES[entity].routes}
    last = 0
    while page := store.ledger.records(connection, entity, states=UNLINKED, after=last, limit=PAGE):
        last = page[-1].id
        for record in page:
            if record.target is None:
                key = routes[str(record.source)].own(record.key)
                yield Unlinked(
                    side=str(record.source),
                    number=record.number or key,
                    key=key,
                    state=str(record.state),
                    reason=redacted(record.reason),
                )
