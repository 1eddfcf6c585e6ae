"""The full pass: everything watched is read and compared, a slice at a time so that fast passes go on meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from tandem.gateway.company.company import Company
from tandem.gateway.watch.content import Contents, Tally, present, reading, spelt, statement
from tandem.gateway.watch.fast import OpenOrders
from tandem.gateway.watch.kinds import Kind, Part

SLICE = 5_000
"""Rows between two moments at which a fast pass may come in between; some 20 ms."""

Found = Callable[[Kind, Contents], None]


class FullPass:
    """Reads all of one moment; `found` is told the contents of each kind when it is whole."""

    def __init__(self, company: Company, kinds: Iterable[Kind], orders: OpenOrders, found: Found) -> None:
        self._company = company
        self._kinds = tuple(kinds)
        self._orders = orders
        self._found = found

    def run(self) -> Iterator[int]:
        """Works on while it is iterated; gives the rows of each slice."""
        self._orders.started()
        with reading(self._company) as connection:
            for kind in self._kinds:
                tally = Tally(kind)
                for part in present(kind, self._company.tables):
                    yield from self._add(connection, part, tally)
                self._found(kind, tally.contents())

    def _add(self, connection: Connection, part: Part, tally: Tally) -> Iterator[int]:
        items: defaultdict[str, set[str]] = defaultdict(set)
        result = connection.execution_options(stream_results=True).execute(statement(part, self._company.tables))
        for rows in result.partitions(SLICE):
            tally.add(part, rows)
            if part.header is not None:
                _note(items, part, rows)
            yield len(rows)
        if part.header is not None:
            self._orders.replace({document: frozenset(wanted) for document, wanted in items.items()})


def _note(items: defaultdict[str, set[str]], part: Part, rows: Sequence[Any]) -> None:
    """Which items each document wants; the document is the first column of the part's content."""
    for row in rows:
        items[str(row[len(part.key)]).strip()].add(spelt(row[:1]))
