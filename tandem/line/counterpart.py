"""Companions in canonical names, and the record's own counterpart in the target: linked, or found by an equal field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tandem.connectors.protocol import Record
from tandem.entities.cargo import Cargo
from tandem.entities.declaration import Companion, Route
from tandem.entities.state import Outcome, held
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.mapped import mapped


def accompanied(
    line: Connection, batch: Batch, cargo: Cargo, name: str, record: dict[str, Any] | None
) -> Outcome | None:
    """Keep the companion in canonical names, which the entity's own sheet gives it."""
    if record is None:
        cargo.companions[name] = None
        return None
    value = mapped(line, batch, cargo, f"{name}_from_{batch.route.companions[name].system}", record)
    if isinstance(value, Outcome):
        return value
    cargo.companions[name] = value
    return None


async def linked(line: Connection, companion: Companion, keys: Sequence[str]) -> dict[str, list[Record]]:
    """The companion of each key that another entity's crosswalk knows, by its number; one that is gone is left out.

    Raises:
        Unavailable: that side does not answer.
    """
    if companion.linked is None or not keys:
        return {}
    numbers = line.store.links.find(line.name, companion.linked, keys)
    read = await line.connectors[companion.system].read(companion.resource, sorted(set(numbers.values())))
    found = {key: read.get(number) for key, number in numbers.items()}
    return {key: [record] for key, record in found.items() if record and not _gone(companion, record)}


async def counterparts(line: Connection, batch: Batch, name: str, companion: Companion) -> None:
    """Read every record's counterpart in bulk: a call for each 100 that are linked, and one or two for each 100 others.

    Several under one value are for a person to sort out: nothing is written to any of them.

    Raises:
        Unavailable: that side does not answer; nothing of the batch is decided.
    """
    connector = line.connectors[companion.system]
    linked = {c.message.key: c.known.target for c in batch.open if c.known and c.known.target}
    read = await connector.read(companion.resource, sorted(set(linked.values()))) if linked else {}
    there = {
        key: record for key, target in linked.items() if (record := read.get(target)) and not _gone(companion, record)
    }
    values = {
        c.message.key: next(iter(companion.keys(c.canonical, line.workbook.table)), "")
        for c in batch.open
        if c.message.key not in there
    }
    asked = sorted({value for value in values.values() if value.strip()})
    found = await connector.match(companion.resource, companion.match or "", asked) if asked else {}
    for cargo in batch.open:
        key = cargo.message.key
        some = [there[key]] if key in there else found.get(values[key], [])
        some = [record for record in some if not _gone(companion, record)] or some
        numbers = [connector.key(companion.resource, record) for record in some]
        if len(some) > 1:
            cargo.outcome = _several(companion, values[key], numbers)
            continue
        cargo.found = numbers[0] if numbers else None
        cargo.outcome = accompanied(line, batch, cargo, name, some[0] if some else read.get(linked.get(key, "")))
    await _each_its_own(line, batch, companion)


async def _each_its_own(line: Connection, batch: Batch, companion: Companion) -> None:
    """What is found for the first time must not be another record's: two that write to one would take turns for ever.

    A record that its side has no more is in nobody's way.
    """
    fresh = [c for c in batch.open if c.found and not (c.known and c.known.target == c.found)]
    owners = line.store.links.reverse(line.name, batch.entity.name, {c.found for c in fresh if c.found})
    others = [route for route in batch.entity.routes if route is not batch.route and route.space]
    taken = {
        number: owner for number, owner in owners.items() if not any(owner.startswith(other.space) for other in others)
    }
    clashing = sorted({taken[c.found] for c in fresh if c.found in taken and taken[c.found] != c.message.key})
    keys = [batch.route.own(owner) for owner in clashing]
    there = await line.connectors[batch.route.source].read(batch.route.read, keys) if keys else {}
    gone = {batch.route.kept(key) for key, record in there.items() if record is None or _gone(batch.route, record)}
    for cargo in fresh:
        number = str(cargo.found)
        owner = taken.get(number, cargo.message.key)
        if owner not in (cargo.message.key, *gone):
            own = batch.route.own(owner)
            why = f"{companion.match}: {number} in {companion.system} is the counterpart of {own} already"
            cargo.outcome = held(f"{why}; take one of the two away, or link one by hand")
        else:
            taken[number] = cargo.message.key


def _gone(where: Companion | Route, record: Record) -> bool:
    return where.gone is not None and record.get(where.gone) is True


def _several(companion: Companion, value: str, numbers: list[str]) -> Outcome:
    named = ", ".join(sorted(numbers))
    return held(
        f"{companion.match}: {value!r} is that of {len(numbers)} {companion.resource} in {companion.system}: {named}; "
        "leave one of them, or link one by hand"
    )
