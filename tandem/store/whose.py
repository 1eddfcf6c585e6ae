"""Whose a row is: the four values that name a record everywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Table, and_

from tandem.entities.cargo import Message

AnyRow = Row[Any]
"""A row whose columns the type checker need not know."""

MOST = 5000
"""Values in one IN; both databases have a limit on parameters."""


class Whose(NamedTuple):
    """A record of one entity in one company, reached over one connection."""

    connection: str
    company: str
    entity: str
    key: str


def of(row: AnyRow | Message) -> Whose:
    """Whose a row or a message is."""
    return Whose(row.connection, row.company, row.entity, row.key)


def matching(table: Table, records: Iterable[Whose]) -> Iterator[ColumnElement[bool]]:
    """Conditions that a row of `table` belongs to one of these records, one for each (connection, company, entity).

    One statement each rather than one with OR: every database then goes by the index over the four columns. They come
    in sorted order, so that rows locked by them are always locked in the same order.
    """
    keys: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for record in sorted(set(records)):
        keys[record[:3]].append(record.key)
    for (connection, company, entity), some in keys.items():
        for start in range(0, len(some), MOST):
            yield and_(
                table.c.connection == connection,
                table.c.company == company,
                table.c.entity == entity,
                table.c.key.in_(some[start : start + MOST]),
            )
