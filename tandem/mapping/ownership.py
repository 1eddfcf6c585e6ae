"""Field ownership: of what travels both ways each field has one side that may change it, and the other is told.

Never "the last writer wins": a direction may fill, and may read, only what its own source owns. `key` owns the fields
by which the two records are known to be one: both directions have them, and neither changes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tandem.entities.declaration import Entity, Route
from tandem.mapping.bench import Bench
from tandem.mapping.notation import Source, Spot
from tandem.mapping.suggest import one_of

OWNERS = "owners"
"""The block of a sheet that names the owner of each field."""

KEY = "key"
UNTOLD = ""
"""The owner of a field of which the sheet names none that could be one: that is its fault, and no other follows."""

PASSING = frozenset({"version", "updated_at"})
"""Fields of a state and not of the record: each side has its own."""

MACHINERY = frozenset({"notes", "cancelled"})
"""Fields of a document that the machinery looks at; they are no content."""

Owners = Mapping[str, str]


def writing(entity: Entity) -> tuple[Route, ...]:
    """The routes of an entity that write."""
    return tuple(route for route in entity.routes if route.target is not None and route.write is not None)


def sides_of(entity: Entity) -> list[str]:
    """The sides that an entity is written from; with more than one its fields need owners."""
    return sorted({str(route.source) for route in writing(entity)})


def owners_of(source: Source, entity: Entity, content: Any) -> Owners | None:
    """The owner of each field; None where the sheet names none.

    What is wrong stands in the source's faults: a field without an owner, with more than one, or that is none.
    """
    spot: Spot = (entity.name, OWNERS)
    sides = sides_of(entity)
    fields = set(entity.model.model_fields) - PASSING
    if content is None:
        return None
    if not isinstance(content, dict):
        source.fault(spot, f"needs a block of fields, each with {_choice(sides)}")
        return None
    known = fields | (set(entity.document.model_fields) if entity.document else set())
    for name, owner in content.items():
        _judge(source, (*spot, name), name, owner, known, sides)
    for name in sorted(fields - content.keys()):
        source.fault(spot, f"{name}: has no owner; {_choice(sides)}")
    return {name: owner if isinstance(owner, str) else UNTOLD for name, owner in content.items()}


def _judge(source: Source, spot: Spot, name: str, owner: Any, known: Iterable[str], sides: list[str]) -> None:
    if name not in known:
        source.fault(spot, f"there is no field {name!r}; {one_of(name, known)}")
    elif isinstance(owner, list) and len(owner) != 1:
        source.fault(spot, f"has {len(owner)} owners; a field has one: {_choice(sides)}")
    elif owner not in (*sides, KEY):
        source.fault(spot, f"{owner!r} is no owner; {_choice(sides)}")


def _choice(sides: list[str]) -> str:
    return f"one of {', '.join(sides)} and {KEY} is needed"


def inward(source: Source, entity: Entity, owners: Owners, direction: str, content: Any) -> None:
    """A direction into the canonical model fills only what its side owns, and the key."""
    for route in writing(entity):
        if direction != route.sheet_in or not isinstance(content, dict):
            continue
        for name in content:
            owner = owners.get(name)
            if owner is not None and owner not in (str(route.source), KEY, UNTOLD):
                spot = (entity.name, direction, name)
                source.fault(spot, f"{name} is owned by {owner}, and this is what {route.source} says")


def outward(source: Source, entity: Entity, owners: Owners, direction: str, bench: Bench) -> None:
    """A direction to a system writes only what the other side owns; the key may be written to make a record."""
    routes = [route for route in writing(entity) if direction == route.sheet_out]
    nested = entity.name if entity.document not in (None, entity.model) else None
    for route in routes:
        for path, spot in bench.reads.items():
            name = path[1] if nested is not None and path[0] == nested and len(path) > 1 else path[0]
            if name in PASSING | MACHINERY:
                continue
            if name == nested:
                source.fault(spot, f"reads all of {name}: name the field, so that its owner can be told")
            elif name not in owners:
                source.fault(spot, f"{name} has no owner in {entity.name}.{OWNERS}, so nothing may write it")
            elif owners[name] not in (str(route.source), KEY, UNTOLD):
                source.fault(
                    spot, f"writes {name}, which is owned by {owners[name]}: only {route.source}'s may go there"
                )
