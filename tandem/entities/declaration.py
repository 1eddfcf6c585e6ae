"""What the machinery needs to know of an entity; an entity is one declaration of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class System(StrEnum):
    """The two sides that Tandem keeps in step."""

    CLARITY = "clarity"
    SAGEPRO = "sagepro"


class Canonical(BaseModel):
    """Base of all canonical models: immutable, closed, every field typed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
class Companion:
    """A record that is read beside the cargo because the decision needs it; `key` as in Parent."""

    system: System
    resource: str
    key: str


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
    of the record may remain in the store.
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
    the field (or the flag) that says whether the record still counts.
    """

    name: str
    model: type[Canonical]
    routes: tuple[Route, ...]
    document: type[Canonical] | None = None
    amount: str | None = None
    currency: str | None = None
    status: str | None = None

    def route(self, source: System) -> Route:
        """The route that starts at `source`.

        Raises:
            KeyError: the entity does not travel from there.
        """
        for route in self.routes:
            if route.source == source:
                return route
        raise KeyError(f"{self.name} has no route from {source}")


def at(value: Any, path: str | None) -> Any:
    """The value at a dotted path in nested dicts and models; None where the path ends early."""
    for part in path.split(".") if path else ():
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
        if value is None:
            return None
    return value
