"""Document numbers. How a site numbers is its own affair, so a strategy may stand in for Sage Pro's counter."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, Table, func, select, update

from tandem.errors import CompanyError
from tandem.gateway.company.faults import Conflict
from tandem.gateway.company.policy import InvoiceNumbers
from tandem.gateway.company.rows import chunks
from tandem.gateway.company.tables import Tables

LAST_NUMBER = 9_999_999_999
_FIRST_BLOCK = 20
_LARGEST_BLOCK = 500


class Numbering(Protocol):
    """Gives out document numbers inside the caller's write transaction."""

    def take(self, connection: Connection, count: int, *, avoid: Collection[str] = ()) -> list[str]:
        """So many free numbers, none of them in `avoid`.

        Raises:
            CompanyError: this company cannot number its documents; nothing was written.
        """


class Counter:
    """Sage Pro's counter: SYSDATA in the system database and its mirror in the company.

    `int1` is the last number used. A number that a document already has, open or in history, is passed over.
    Rows whose `pass2` starts with D are disabled.
    """

    def __init__(
        self, counter: Table, mirror: Table, *, sysid: str, documents: Sequence[ColumnElement[str]], width: int
    ) -> None:
        self._counter = counter
        self._mirror = mirror
        self._sysid = sysid
        self._documents = documents
        self._limit = min(LAST_NUMBER, 10**width - 1)

    def take(self, connection: Connection, count: int, *, avoid: Collection[str] = ()) -> list[str]:
        """So many free numbers; counter and mirror are moved in the caller's transaction.

        Raises:
            CompanyError: the counter row or its mirror is missing, or no number is free.
        """
        if count == 0:
            return []
        last = self._last(connection, self._counter)
        self._last(connection, self._mirror)
        free: list[str] = []
        for block in self._blocks(last, count):
            used = self._used(connection, block) | set(avoid)
            free.extend(number for number in block if number not in used)
            if len(free) >= count:
                taken = free[:count]
                self._move(connection, last, int(taken[-1]))
                return taken
        raise CompanyError(f"{self._place(self._counter)}: every number up to {self._limit} is in use")

    def _place(self, table: Table) -> str:
        return f"{table.info['name']}.int1 of sysid {self._sysid}"

    def _enabled(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        return table.c.sysid == self._sysid, ~func.coalesce(table.c.pass2, "").like("D%")

    def _last(self, connection: Connection, table: Table) -> int:
        locked = select(table.c.int1).where(*self._enabled(table)).with_hint(table, "WITH (UPDLOCK, HOLDLOCK)", "mssql")
        last = connection.execute(locked).scalars().first()
        if last is None:
            raise CompanyError(
                f"{table.info['name']} has no enabled row with sysid {self._sysid}: "
                "add the counter row in Sage Pro's system maintenance"
            )
        return int(last)

    def _blocks(self, last: int, count: int) -> Iterator[list[str]]:
        size, tried, current = max(count, _FIRST_BLOCK), 0, last
        while tried < self._limit:
            size = min(size, self._limit - tried)
            block = [self._after(current, step) for step in range(size)]
            yield [str(number) for number in block]
            current, tried = block[-1], tried + size
            size = min(size * 2, max(count, _LARGEST_BLOCK))

    def _after(self, last: int, step: int) -> int:
        return (last + step) % self._limit + 1 if last <= self._limit else step + 1

    def _used(self, connection: Connection, block: Sequence[str]) -> set[str]:
        used: set[str] = set()
        for document in self._documents:
            for piece in chunks(block):
                used.update(connection.execute(select(document).where(document.in_(piece))).scalars())
        return used

    def _move(self, connection: Connection, last: int, taken: int) -> None:
        moved = connection.execute(
            update(self._counter).where(*self._enabled(self._counter), self._counter.c.int1 == last).values(int1=taken)
        )
        if moved.rowcount != 1:
            raise CompanyError(f"{self._place(self._counter)} changed {moved.rowcount} rows instead of one")
        connection.execute(update(self._mirror).where(*self._enabled(self._mirror)).values(int1=taken))


def order_numbers(tables: Tables, company: str) -> Counter:
    """Sage Pro's own numbering of sales orders."""
    return Counter(
        tables.sysdata,
        tables.sosysd,
        sysid=f"SO{company}",
        documents=(tables.somast.c.sono, tables.soymst.c.sono),
        width=tables.layout.tables["somast"].columns["sono"].width,
    )


class Unknown:
    """The numbering of a site that has not said how it numbers: nothing is numbered."""

    def __init__(self, why: str) -> None:
        self._why = why

    def take(self, connection: Connection, count: int, *, avoid: Collection[str] = ()) -> list[str]:
        """No number.

        Raises:
            Conflict: always, unless none is asked for; says which setting is missing.
        """
        if count == 0:
            return []
        raise Conflict("numbering-unknown", self._why)


class Lettered:
    """Running numbers of our own behind a letter, such as R000000012: Sage Pro's counters give out digits alone.

    The column is one of a companion table and holds no other numbers.
    """

    def __init__(self, letter: str, column: ColumnElement[str], width: int) -> None:
        self._letter = letter
        self._column = column
        self._digits = width - len(letter)

    def take(self, connection: Connection, count: int, *, avoid: Collection[str] = ()) -> list[str]:
        """The numbers after the highest; whoever else takes one waits until this transaction has ended.

        Raises:
            CompanyError: they are used up.
        """
        table = self._column.table
        highest = select(func.max(self._column))
        last = connection.execute(highest.with_hint(table, "WITH (UPDLOCK, HOLDLOCK)", "mssql")).scalar_one()
        start = int(str(last).strip()[len(self._letter) :]) if last else 0
        if start + count >= 10**self._digits:
            raise CompanyError(f"{table.info['name']}: the numbers behind {self._letter} are used up")
        return [f"{self._letter}{start + step:0{self._digits}d}" for step in range(1, count + 1)]


_INVOICES_UNSET = (
    "how this company numbers its invoices is not known here, so none is entered: if int1 of the AR row of SYSDATA is "
    "the last invoice number, set TANDEM_SAGEPRO_INVOICE_NUMBERS=sysdata"
)


def invoice_numbers(tables: Tables, company: str, strategy: InvoiceNumbers) -> Numbering:
    """The numbering of invoices and credit memos that the site has chosen."""
    if strategy == "none":
        return Unknown(_INVOICES_UNSET)
    return Counter(
        tables.sysdata,
        tables.arsysd if tables.has("arsysd") else tables.sysdata,
        sysid=f"AR{company}",
        documents=tuple(getattr(tables, name).c.invno for name in ("armast", "arymst") if tables.has(name)),
        width=tables.layout.tables["armast"].columns["invno"].width,
    )
