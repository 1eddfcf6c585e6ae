"""A dry run: the whole line up to the write, over real records, with nothing written anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tandem.entities.cargo import Cargo, Message
from tandem.entities.declaration import Entity, Route
from tandem.line.batch import Batch
from tandem.line.beside import accompany
from tandem.line.check import check
from tandem.line.compose import compose, link
from tandem.line.connection import Connection
from tandem.line.read import extract, understand
from tandem.values import utc_now

NEW = "(new)"
"""Stands for the number of a parent that the real run would make first."""


async def rehearse(line: Connection, entity: Entity, route: Route, records: Iterable[dict[str, Any]]) -> Batch:
    """What would become of these records; what is still open at the end would be written as its payload says.

    Raises:
        Unavailable: a system that has to be read does not answer.
    """
    connector = line.connectors[route.source]
    batch = Batch(entity, route, [_cargo(line, entity, route, connector.key(route.read, r), r) for r in records])
    await extract(line, batch)
    check(line, batch, "inbound", record=False)
    understand(line, batch)
    for parent, children in link(line, batch).items():
        for cargo in children:
            cargo.links[parent.entity] = NEW
    if route.target is None:
        return batch
    await accompany(line, batch, dry=True)
    compose(line, batch)
    return check(line, batch, "outbound", record=False)


def _cargo(line: Connection, entity: Entity, route: Route, key: str, record: dict[str, Any]) -> Cargo:
    message = Message(
        ids=(),
        connection=line.name,
        company=line.company,
        entity=entity.name,
        source=route.source,
        key=route.kept(key),
        event_type=f"{entity.name}.dry_run",
        received_at=utc_now(),
        edited=record,
    )
    return Cargo(message=message)
