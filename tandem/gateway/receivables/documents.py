"""Documents of receivables (ARMAST, ARYMST) by number, with what is entered against them and not posted yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, Table, exists, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import updated
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.orders.amounts import total
from tandem.gateway.receivables.posting import DELETED, VOID, Distributions
from tandem.values import ZERO

INVOICE, CREDIT_MEMO, OPEN_CREDIT = "", "C", "O"
HEADER = (
    "invno custno invdte artype arstat ornum ponum refno invamt paidamt balance bbal pterms pdisc pdays pnet tax "
    "loctid currid exchrat notes currhist lckstat"
)


def is_void(row: Row) -> bool:
    """Whether a document counts no more."""
    return row["arstat"] in (VOID, DELETED)


@dataclass(slots=True)
class Documents:
    """The receivables of one company, open and in history; what stands in both is told as in the open table."""

    company: Company
    shelves: list[tuple[Table, Table]] = field(init=False)

    def __post_init__(self) -> None:
        tables = self.company.tables
        pairs = (("armast", "artran"), ("arymst", "arytrn"))
        self.shelves = [(getattr(tables, h), getattr(tables, t)) for h, t in pairs if tables.has(h) and tables.has(t)]

    def headers(self, connection: Connection, numbers: Iterable[str], *, lock: bool = False) -> dict[str, Row]:
        """The headers of these documents; under a lock those of the open table, which may be paid or credited."""
        found: dict[str, Row] = {}
        for place, (table, _) in enumerate(self.shelves):
            for part in chunks(sorted(set(numbers) - found.keys() - {""})):
                statement: Select[Any] = select(*labelled(table, HEADER), updated(table).label("updated")).where(
                    table.c.invno.in_(part)
                )
                if lock:
                    statement = statement.with_hint(table, "WITH (UPDLOCK)", "mssql")
                for row in fetch(connection, statement, table):
                    found.setdefault(row["invno"], {**row, "history": bool(place)})
        return found

    def header(self, connection: Connection, number: str) -> Row | None:
        """The header of one document that is to be paid or credited, locked until the transaction ends."""
        return self.headers(connection, [number.strip()], lock=True).get(number.strip())

    def lines(self, connection: Connection, columns: str, key: str, values: Sequence[str]) -> list[Row]:
        """Lines by their document (`invno`) or order (`sono`), of each document once."""
        rows: list[Row] = []
        for _, table in self.shelves:
            for part in chunks(sorted(set(values))):
                statement = select(*labelled(table, columns)).where(table.c[key].in_(part))
                if table is not self.shelves[0][1]:
                    still_open = self.shelves[0][0]
                    statement = statement.where(~exists().where(still_open.c.invno == table.c.invno))
                rows.extend(fetch(connection, statement.order_by(table.c.invno, table.c.tranlineno), table))
        return rows

    def memos(self, connection: Connection, numbers: Sequence[str]) -> dict[str, list[Row]]:
        """The credit memos that take these invoices back, by invoice; void ones are left out."""
        table = self.company.tables.tdinv
        applies: dict[str, str] = {}
        if self.company.tables.has("tdinv"):
            for part in chunks(sorted(set(numbers) - {""})):
                statement = select(table.c.invno, table.c.applies).where(table.c.applies.in_(part))
                applies |= {row[0]: row[1] for row in connection.execute(statement)}
        found: dict[str, list[Row]] = {}
        for number, row in self.headers(connection, applies).items():
            if not is_void(row):
                found.setdefault(applies[number], []).append(row)
        return found

    def pending(self, connection: Connection, numbers: Iterable[str]) -> dict[str, Decimal]:
        """What receipts and applications that are not posted yet will take off the balance of these documents."""
        moves = self._moves(connection, sorted(set(numbers) - {""}))
        posted = Distributions.read(connection, self.company, (move["tranno"] for move in moves))
        found: dict[str, Decimal] = {}
        for move in moves:
            if not posted.posting(move["tranno"]).posted:
                found[move["invno"]] = total((found.get(move["invno"], ZERO), move["amount"]))
        return found

    def left(self, connection: Connection, header: Row) -> Decimal:
        """What of a document is open once all that is entered against it is posted."""
        balance: Decimal = header["balance"]
        return balance - self.pending(connection, [header["invno"]]).get(header["invno"], ZERO)

    def _moves(self, connection: Connection, numbers: Sequence[str]) -> list[Row]:
        tables, rows = self.company.tables, list[Row]()
        if not tables.has("tdrcpt") or not tables.has("tdappl"):
            return rows
        receipts, applications = tables.tdrcpt, tables.tdappl
        for part in chunks(numbers):
            asked: list[tuple[Mapping[str, Any], Table, str, int]] = [
                ({"tranno": receipts.c.rcptno, "invno": receipts.c.invno}, receipts, "invno", 1),
                ({"tranno": applications.c.applno, "invno": applications.c.invno}, applications, "invno", 1),
                ({"tranno": applications.c.applno, "invno": applications.c.rcptno}, applications, "rcptno", -1),
            ]
            for names, table, key, sign in asked:
                columns = [column.label(name) for name, column in names.items()]
                statement = select(*columns, table.c.amount.label("amount")).where(table.c[key].in_(part))
                rows.extend({**row, "amount": sign * row["amount"]} for row in fetch(connection, statement))
        return rows
