"""Records that tell of goods, found by the form of their keys in which codes compare: each side spells its own way."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.entities import ENTITIES
from tandem.entities.declaration import Route, System
from tandem.entities.needs import folded
from tandem.store.tables import records
from tandem.store.taking import Place

SOME = 200
"""Keys, or beginnings of keys, asked for at once."""


def folded_key(entity: str, source: str, key: str) -> str | None:
    """The folded key of a record whose route heeds what is taken; None for any other."""
    return folded(key) if ENTITIES[entity].route(System(source)).heeds else None


def heeders(tx: Connection, connection: str, entity: str, route: Route, places: Collection[Place]) -> set[str]:
    """The keys of the records that tell of these places, as their source spells them.

    Where there is none yet, the key is spelt as the place is. Of goods without a place all that are known are told:
    what nobody had routed was reserved at every location.
    """
    assert route.heeds is not None  # noqa: S101 - for the type checker
    wanted = {route.kept(route.heeds.of(sku, location)) for sku, location in places if location}
    unrouted = {route.kept(route.heeds.beginning(sku)) for sku, location in places if not location}
    named = {folded(key): key for key in wanted}
    spelt = list(_named(tx, connection, entity, sorted(named)))
    missing = named.keys() - {one for one, _ in spelt}
    beginnings = sorted({folded(text) for text in unrouted})
    return {key for _, key in spelt} | {named[one] for one in missing} | set(_begun(tx, connection, entity, beginnings))


def _named(tx: Connection, connection: str, entity: str, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    mine = (records.c.connection == connection, records.c.entity == entity)
    for start in range(0, len(keys), SOME):
        some = records.c.folded.in_(keys[start : start + SOME])
        for row in tx.execute(sa.select(records.c.folded, records.c.key).where(*mine, some)):
            yield row.folded, row.key


def _begun(tx: Connection, connection: str, entity: str, beginnings: Sequence[str]) -> Iterator[str]:
    mine = (records.c.connection == connection, records.c.entity == entity)
    for start in range(0, len(beginnings), SOME):
        some = [  # not BETWEEN: with a collation PostgreSQL does not parse it
            sa.and_(records.c.folded >= text, records.c.folded <= f"{text}\U0010ffff")
            for text in beginnings[start : start + SOME]
        ]
        yield from tx.execute(sa.select(records.c.key).where(*mine, sa.or_(*some))).scalars()
