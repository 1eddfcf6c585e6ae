"""What the machinery needs to know of an entity; an entity is one declaration of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict

from tandem.entities.beside import Companion, Reckoning
from tandem.entities.path import at
from tandem.entities.system import System
from tandem.entities.takes import Heeds, Takes

__all__ = ["Canonical", "Companion", "Entity", "Match", "Parent", "Reckoning", "Route", "StillOpen", "System", "at"]


class Canonical(BaseModel):
    """Base of all canonical models: immutable, closed, every field typed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def as_of(self, day: date) -> Self:
        """The record as it stands on a day of the shop: what was to take effect by then has."""
        return self


@dataclass(frozen=True, kw_only=True)
class Parent:
    """Another entity that must exist in the target system first.

    `key` is the dotted path in the canonical model of the child that holds the parent's key. `sheet` names the
    direction of the parent's sheet that makes the parent out of the child's own source record, for when the source
    has no record of the parent itself (a guest).
    """

    entity: str
    key: str
    sheet: str | None = None


@dataclass(frozen=True, kw_only=True)
class StillOpen:
    """What in the source is open and may grow records of the route whose stamps do not tell.

    `resource` is listed by the filter `only`; `by` is the filter of the route's own list that takes its numbers.
    """

    resource: str
    only: tuple[str, str]
    by: str


@dataclass(frozen=True, kw_only=True)
class Match:
    """How a record that nobody linked yet is found in the target: exact equality of a normalised field."""

    field: str
    normalise: str = "trim_casefold"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One direction in which an entity travels.

    `key` is the dotted path of the record's own number in the source record, `version` that of the counter or time
    that says which of two states is newer, `updated` that of the time by which the source is swept, `number` that of
    the number that people use. `events` are the types that
    wake it. `reference` is the field of the target payload that carries our external reference; it is what the
    look-up before a second write asks for. `target_number` is the field of the target's answer with its own number;
    `target_amount`, `target_currency` and `target_status` are those that reconciliation compares.
    `write` is None for a read-only route. `under` is the dotted path in the canonical model of the number that the
    target keeps the record under (the order of a fulfilment). `erases` are the event types after which no personal data
    of the record may remain in the store. `still_open` says how all that hangs on something open is read again
    from time to time, whatever its stamps say. `dated` is the filter of the source's list that takes days: on each day
    what takes effect on it is read again. `space` is put before the source's key where the store keeps it: of two
    routes of one entity only one may go without, or equal keys of the two sides would be one record. `gone` is the
    field of the source's record that is true once it was deleted there. `takes` says what its records take from the
    target's stock; records of a route that `heeds` it are announced when that ends.
    With `reckoned` what is written follows from more than the record, so that the same content is decided again.
    """

    source: System
    target: System | None
    read: str
    key: str
    version: str
    updated: str
    events: frozenset[str]
    number: str | None = None
    write: str | None = None
    reference: str | None = None
    target_number: str | None = None
    target_amount: str | None = None
    target_currency: str | None = None
    target_status: str | None = None
    parents: tuple[Parent, ...] = ()
    companions: Mapping[str, Companion] = field(default_factory=dict)
    match: Match | None = None
    live_poll: bool = False
    sweep: bool = True
    under: str | None = None
    erases: frozenset[str] = frozenset()
    still_open: StillOpen | None = None
    dated: str | None = None
    space: str = ""
    gone: str | None = None
    takes: Takes | None = None
    heeds: Heeds | None = None
    reckoned: Reckoning | None = None

    def kept(self, key: str) -> str:
        """The name under which the store keeps the record of a key of the source."""
        return self.space + key

    def own(self, kept: str) -> str:
        """The source's own key of a record by the name under which the store keeps it."""
        return kept.removeprefix(self.space)

    @property
    def weighs(self) -> bool:
        """Whether the plan is shown what the target holds, and so says itself where nothing is to be written."""
        return self.reckoned is not None or any(companion.match for companion in self.companions.values())

    @property
    def sheet_in(self) -> str:
        """Name of the sheet direction from the source record to the canonical model."""
        return f"from_{self.source}"

    @property
    def sheet_out(self) -> str:
        """Name of the sheet direction from the planned document to the target payload."""
        if self.target is None:
            raise ValueError("a read-only route writes nothing")
        return f"to_{self.target}"


@dataclass(frozen=True, kw_only=True)
class Entity:
    """Cargo: its name, its canonical model, its routes, and the document that its plan makes for the target.

    `amount` and `currency` are dotted paths in the canonical model of what reconciliation adds up, `status` that of
    the field (or the flag) that says whether the record still counts. `drain` is the deployment of the live run that
    takes what waits of it; entities with the same one are drained together. `distinct` are lookups of which no two keys
    may have one value, because each value is the place that one key's records are written to.
    """

    name: str
    model: type[Canonical]
    routes: tuple[Route, ...]
    document: type[Canonical] | None = None
    amount: str | None = None
    currency: str | None = None
    status: str | None = None
    drain: str = "order-to-fulfillment/live"
    distinct: frozenset[str] = frozenset()

    def route(self, source: System) -> Route:
        """The route that starts at `source`.

        Raises:
            KeyError: the entity does not travel from there.
        """
        for route in self.routes:
            if route.source == source:
                return route
        raise KeyError(f"{self.name} has no route from {source}")
