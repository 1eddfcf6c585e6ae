"""What the decision looks at beside the record: companions on both sides, and what is on its way between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tandem.connectors.protocol import Connector, Record
from tandem.entities import ENTITIES
from tandem.entities.cargo import KIN, Cargo
from tandem.entities.declaration import Companion, Reckoning, at
from tandem.entities.state import Outcome
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.counterpart import accompanied, counterparts, linked
from tandem.line.hearing import hear
from tandem.line.mapped import mapped
from tandem.store import Event
from tandem.values import utc_now


async def accompany(line: Connection, batch: Batch, *, dry: bool = False) -> Batch:
    """Read the records that the decision needs beside the cargo; a `dry` run stores nothing.

    What stands in the target comes first, what is on its way second, what stands in the source last: something that
    moves meanwhile is counted twice rather than not at all.

    Raises:
        Unavailable: that side does not answer; nothing of the batch is decided.
    """
    route = batch.route
    own = {name: companion for name, companion in route.companions.items() if companion.system == route.source}
    for name, companion in route.companions.items():
        if name not in own:
            await _read(line, batch, name, companion)
    if route.reckoned and batch.open:
        await _on_the_way(line, batch, route.reckoned, dry=dry)
    for name, companion in own.items():
        await _read(line, batch, name, companion)
    return batch


async def _read(line: Connection, batch: Batch, name: str, companion: Companion) -> None:
    if companion.match:
        await counterparts(line, batch, name, companion)
        return
    keys = {c.message.key: _keys(line, c, companion) for c in batch.open}
    known = await linked(line, companion, sorted({key for some in keys.values() for key in some}))
    asked = sorted({key for some in keys.values() for key in some} - known.keys())
    found = await records_of(line.connectors[companion.system], companion, asked) if asked else {}
    for cargo in batch.open:
        records = [record for key in keys[cargo.message.key] for record in known.get(key, found.get(key, ()))]
        if companion.several:
            cargo.outcome = _several(line, batch, cargo, name, records)
        else:
            cargo.outcome = accompanied(line, batch, cargo, name, records[0] if records else None)


def _keys(line: Connection, cargo: Cargo, companion: Companion) -> list[str]:
    """What is asked for: by the record, and by what a companion that was read before it is called."""
    keys = companion.keys(cargo.canonical, line.workbook.table)
    if companion.beside and isinstance(companion.key, str):
        keys += [str(at(one, companion.key)) for one in cargo.companions[companion.beside]]
    return list(dict.fromkeys(keys))


async def records_of(
    connector: Connector, companion: Companion, asked: Sequence[str]
) -> Mapping[str, Sequence[Record]]:
    """The companions for each value that is asked for, in bulk.

    Raises:
        Unavailable: that side does not answer.
    """
    field = companion.by or companion.match
    if field is not None:
        return await connector.match(companion.resource, field, asked)
    found = await connector.read(companion.resource, asked)
    return {key: [record] for key, record in found.items() if record is not None}


def _several(line: Connection, batch: Batch, cargo: Cargo, name: str, records: Sequence[Record]) -> Outcome | None:
    kept: list[Any] = []
    for record in records:
        value = mapped(line, batch, cargo, f"{name}_from_{batch.route.companions[name].system}", record)
        if isinstance(value, Outcome):
            return value
        kept.append(value)
    cargo.companions[name] = kept
    return None


async def _on_the_way(line: Connection, batch: Batch, reckoned: Reckoning, *, dry: bool) -> None:
    """The newest changes in the target are stored before it is asked what has been taken."""
    if not dry:
        _announce_kin(line, batch, reckoned)
        for entity in reckoned.hears:
            if batch.route.target is not None:
                await hear(line, ENTITIES[entity], ENTITIES[entity].route(batch.route.target))
    pairs = {c.message.key: set(reckoned.taken(c.canonical, line.workbook.table)) for c in batch.open}
    taken = line.store.demand.of(line.name, sorted(set[tuple[str, str]]().union(*pairs.values())))
    for cargo in batch.open:
        cargo.taken = {pair: taken[pair] for pair in pairs[cargo.message.key]}


def _announce_kin(line: Connection, batch: Batch, reckoned: Reckoning) -> None:
    """Word of what hangs on a record of which there is news; one that its own kin asked for has no word to give."""
    events = [
        Event(
            connection=line.name,
            company=line.company,
            source=batch.route.source,
            event_id=f"kin:{batch.entity.name}:{key}:{cargo.message.key}:{cargo.message.ids[-1]}",
            event_type=f"{batch.entity.name}{KIN}",
            entity=batch.entity.name,
            key=batch.route.kept(key),
            version=None,
            body=None,
            received_at=utc_now(),
        )
        for cargo in batch.open
        if cargo.known is None or cargo.content_hash != cargo.known.content_hash or not _by_kin(cargo)
        for key in reckoned.kin(cargo.canonical, line.workbook.table)
    ]
    if events:
        line.store.inbox.put(events)


def _by_kin(cargo: Cargo) -> bool:
    """Whether nothing but a record that it hangs on had it decided again."""
    return cargo.message.event_type.endswith(KIN)
