"""The fast pass: what bears a stamp not much older than the newest one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, func, select, type_coerce
from sqlalchemy.types import NullType

from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import updated
from tandem.gateway.company.rows import chunks
from tandem.gateway.company.tables import shape_of
from tandem.gateway.watch.content import present, spelt
from tandem.gateway.watch.kinds import Kind, Part

_FORMAT = "%Y-%m-%d %H:%M:%S"


class Marks:
    """From which stamp on each table is to be looked at, in the company's own time.

    That is the present moment less the overlap (whole seconds, clocks that differ a little, transactions that take
    their time), and less what the newest stamp was behind when it came: all clocks of a company may be slow. It does
    not rest on the newest stamp itself, which a batch import gives to everything, and a wrong clock to next year.
    """

    def __init__(self, company: Company, overlap: float) -> None:
        self._company = company
        self._overlap = timedelta(seconds=overlap)
        self._newest: dict[str, str] = {}
        self._behind: dict[str, timedelta] = {}

    def floor(self, connection: Connection, table: Table) -> str:
        """The mark of a table now; what is missed for a clock that differs by more, the full pass finds.

        When clocks go back, so does this.
        """
        now = self._company.clock().astimezone(self._company.policy.zone).replace(tzinfo=None)
        name: str = table.info["name"]
        newest = str(connection.scalar(select(func.max(updated(table)))) or "")
        moment = _moment(newest)
        if moment and newest > self._newest.get(name, newest):
            self._behind[name] = max(now - moment, timedelta())
        self._newest[name] = newest
        return (now - self._behind.get(name, timedelta()) - self._overlap).strftime(_FORMAT)


class OpenOrders:
    """Which items each open order wants: a line that was taken out is noticed by its order's stamp."""

    def __init__(self) -> None:
        self._items: dict[str, frozenset[str]] = {}
        self._fresh: dict[str, frozenset[str]] | None = None

    def started(self) -> None:
        """A full pass began; what is changed from now on is newer than what it brings."""
        self._fresh = {}

    def replace(self, items: Mapping[str, frozenset[str]]) -> None:
        """What the full pass has found."""
        self._items = {**items, **(self._fresh or {})}
        self._fresh = None

    def changed(self, now: Mapping[str, frozenset[str]]) -> set[str]:
        """Takes over what these orders want now; gives the items that any of them wants or did."""
        items: set[str] = set()
        for order, wanted in now.items():
            items |= wanted | self._items.get(order, frozenset())
            if self._fresh is not None:
                self._fresh[order] = wanted
            if wanted:
                self._items[order] = wanted
            else:
                self._items.pop(order, None)
        return items


class FastPass:
    """Finds the records that may have changed, by their stamps."""

    def __init__(self, company: Company, kinds: Iterable[Kind], *, overlap: float) -> None:
        self._tables = company.tables
        self._kinds = tuple(kinds)
        self._marks = Marks(company, overlap)
        self.orders = OpenOrders()

    def start(self, connection: Connection) -> None:
        """Take the newest stamps for a beginning; to be called before the full pass that covers what is older."""
        names = {part.header or part.table for kind in self._kinds for part in self._followed(kind)}
        for name in sorted(names):
            self._marks.floor(connection, getattr(self._tables, name))

    def roots(self, connection: Connection, kind: Kind) -> set[str]:
        """The beginnings of keys under which something bears a stamp from the overlap or newer."""
        found: set[str] = set()
        for part in self._followed(kind):
            table: Table = getattr(self._tables, part.table)
            if part.header is None:
                found |= self._since_mark(connection, table, part.key[0])
            else:
                header = getattr(self._tables, part.header)
                documents = self._since_mark(connection, header, part.document)
                found |= self.orders.changed(self._wanted(connection, part, documents))
        return found

    def _followed(self, kind: Kind) -> Iterator[Part]:
        return (part for part in present(kind, self._tables) if part.followed)

    def _since_mark(self, connection: Connection, table: Table, column: str) -> set[str]:
        if not shape_of(table).columns.keys() & {"lckdate", "adddate"}:
            return set()
        query = select(table.c[column]).where(updated(table) >= self._marks.floor(connection, table))
        return set(connection.scalars(query))

    def _wanted(self, connection: Connection, part: Part, documents: Iterable[str]) -> dict[str, frozenset[str]]:
        """The items on open lines of these orders; an order without any has none."""
        table: Table = getattr(self._tables, part.table)
        wanted: dict[str, set[str]] = {document: set() for document in documents}
        for some in chunks(sorted(wanted)):
            item = type_coerce(table.c[part.key[0]], NullType())
            query = select(table.c[part.document], item).where(table.c[part.document].in_(some), *part.where(table))
            for document, value in connection.execute(query):
                wanted[document].add(spelt([value]))
        return {document: frozenset(items) for document, items in wanted.items()}


def _moment(stamp: str) -> datetime | None:
    """A stamp as the company's wall clock; None for one that is blank or was not written by a clock."""
    try:
        return datetime.strptime(stamp.strip(), _FORMAT)  # noqa: DTZ007 (local time is the point)
    except ValueError:
        return None
