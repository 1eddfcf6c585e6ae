"""Content of records as numbers: a digest of each row, and their sum over the rows of a record.

A sum needs no order among rows and no memory of them, so tables can be read as they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Select, Table, select, type_coerce
from sqlalchemy.types import NullType

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import chunks
from tandem.gateway.company.tables import Tables
from tandem.gateway.watch.kinds import Kind, Part

GONE = 0
"""The content of a record that is not there."""
LARGEST = 2**63 - 1
"""Databases keep signed numbers of 64 bits."""

Contents = Mapping[str, int]
"""Content by key."""


def digest(table: str, values: Iterable[object]) -> int:
    """A number for one row; equal only for equal values (but for one chance in 2**63)."""
    text = "\x1f".join([table, *map(str, values)])
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") & LARGEST


def spelt(values: Sequence[object]) -> str:
    """A key as the gateway spells it: without the blanks that fill a column, parts joined by a bar."""
    return "|".join([str(value or "").rstrip() for value in values])


@contextmanager
def reading(company: Company) -> Iterator[Connection]:
    """The company of one moment; as it comes where the tables know no transactions: nothing waits for a watcher."""
    if company.policy.transactions:
        with company.read() as connection:
            yield connection
    else:
        with company.engine.connect() as connection:
            yield connection


class Tally:
    """Adds up the rows of one kind."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._sums: dict[str, int] = {}
        self._shared: dict[str, int] = {}

    def add(self, part: Part, rows: Iterable[Sequence[Any]]) -> None:
        """Rows of a part: its key columns, then its content."""
        width, table = len(part.key), part.table
        sums = self._sums if width == self._kind.depth else self._shared
        master = part is self._kind.parts[0]
        for row in rows:
            key = spelt(row[:width])
            counts = master or sums is self._shared or key in sums
            if counts or (
                part.alone and all(spelt([value]) for value in row[:width])
            ):  # others say nothing by themselves
                sums[key] = sums.get(key, 0) + digest(table, row[width:])

    def contents(self) -> dict[str, int]:
        """What was added up; never GONE."""
        shared = self._shared
        if not shared:
            return {key: _number(total) for key, total in self._sums.items()}
        return {key: _number(total + shared.get(key.rpartition("|")[0], 0)) for key, total in self._sums.items()}


def _number(total: int) -> int:
    return total % LARGEST + 1


def statement(part: Part, tables: Tables) -> Select[Any]:
    """All rows of a part as they stand in the database, key columns first: types would cost more than reading."""
    table: Table = getattr(tables, part.table)
    names = (*part.key, *part.columns(table))
    columns = [type_coerce(table.c[name], NullType()).label(f"c{number}") for number, name in enumerate(names)]
    return select(*columns).where(*part.where(table))


def of_roots(connection: Connection, tables: Tables, kind: Kind, roots: Iterable[str]) -> Contents:
    """Content of the records whose keys begin with these."""
    tally = Tally(kind)
    wanted = sorted(roots)
    for part in present(kind, tables):
        for some in chunks(wanted):
            root = getattr(tables, part.table).c[part.key[0]]
            tally.add(part, connection.execute(statement(part, tables).where(root.in_(some))))
    return tally.contents()


def present(kind: Kind, tables: Tables) -> Iterator[Part]:
    """The parts that the company has tables for."""
    return (part for part in kind.parts if tables.has(part.table))
