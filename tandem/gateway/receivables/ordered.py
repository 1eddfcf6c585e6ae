"""The sales order that an invoice is of, and how much of each of its lines may still be invoiced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.orders.present import DELETED as LINE_DELETED
from tandem.gateway.orders.present import ordered as quantity_ordered
from tandem.gateway.receivables.documents import CREDIT_MEMO, Documents, is_void
from tandem.values import ZERO

_HEADER = "sono custno shipvia fob ponum pterms pdisc pdays pnet disc taxrate glarec salesmn terr defloc currid"
_LINE = (
    "sono tranlineno item descrip qtyord origqtyord qtyshp price cost loctid stkcode glsale umeasur umfact sostat "
    "salesmn terr"
)
_STOCKED = "Y"


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order as its invoices see it."""

    header: Row
    lines: Mapping[int, Row]
    references: Mapping[str, int]

    @classmethod
    def read(cls, connection: Connection, company: Company, number: str) -> Ordered | None:
        """The order, open or in history, its header locked until the transaction ends; None if there is none."""
        tables, number = company.tables, number.strip()
        for header, line in ((tables.somast, tables.sotran), (tables.soymst, tables.soytrn)):
            found = _rows(connection, header, _HEADER, number, locked=True)
            if found:
                rows = _rows(connection, line, _LINE, number)
                references = _rows(connection, tables.tdline, "tranlineno lineref", number)
                return cls(
                    found[0],
                    {row["tranlineno"]: row for row in rows if row["sostat"] != LINE_DELETED},
                    {row["lineref"]: row["tranlineno"] for row in references if row["lineref"]},
                )
        return None

    def line_of(self, reference: str, number: int | None) -> int | None:
        """The order's line that an invoice's line means: the one it names, else the one of the same reference."""
        return number if number is not None else self.references.get(reference)


def _rows(connection: Connection, table: Table, columns: str, number: str, *, locked: bool = False) -> list[Row]:
    statement: Select[Any] = select(*labelled(table, columns)).where(table.c.sono == number)
    if locked:  # two invoices of one order are looked at one after the other
        statement = statement.with_hint(table, "WITH (UPDLOCK)", "mssql")
    return fetch(connection, statement, table)


def may_be_invoiced(line: Row) -> Decimal:
    """What of a line may be invoiced in all: goods as shipped, a service as ordered."""
    quantity: Decimal = line["qtyshp"] if line["stkcode"] == _STOCKED else quantity_ordered(line)
    return quantity


@dataclass(frozen=True, slots=True)
class Billed:
    """By order line, how much stands on invoices that count and how much credit memos took back, both above zero."""

    invoiced: Mapping[int, Decimal]
    returned: Mapping[int, Decimal]


NOTHING = Billed({}, {})


def billed(connection: Connection, documents: Documents, order: Ordered) -> Billed:
    """What of an order is invoiced and credited, whoever entered it.

    A document of Sage Pro's own names no line of the order: its items are counted on their lines, the earliest first.
    """
    number = order.header["sono"]
    rows = documents.lines(connection, "invno tranlineno item sono qtyshp artype arstat", "sono", [number])
    headers = documents.headers(connection, (row["invno"] for row in rows))
    rows = [row for row in rows if not is_void(row) and not is_void(headers.get(row["invno"], row))]
    placed = _placed(connection, documents.company, sorted({row["invno"] for row in rows}))
    invoices = [row for row in rows if row["artype"] != CREDIT_MEMO]
    memos = [{**row, "qtyshp": -row["qtyshp"]} for row in rows if row["artype"] == CREDIT_MEMO]
    shipped = {line: may_be_invoiced(row) for line, row in order.lines.items()}
    invoiced = _by_line(order, invoices, placed, shipped)
    return Billed(invoiced, _by_line(order, memos, placed, invoiced))


def _by_line(
    order: Ordered, rows: Sequence[Row], placed: Mapping[tuple[str, int], int], limits: Mapping[int, Decimal]
) -> dict[int, Decimal]:
    found, unplaced = dict.fromkeys(order.lines, ZERO), dict[str, Decimal]()
    for row in rows:
        line = placed.get((row["invno"], row["tranlineno"]))
        if line in found:
            found[line] += row["qtyshp"]
        elif line is None:
            unplaced[row["item"]] = unplaced.get(row["item"], ZERO) + row["qtyshp"]
    for item, quantity in unplaced.items():
        _place(order, item, quantity, found, limits)
    return found


def _placed(connection: Connection, company: Company, invoices: Sequence[str]) -> dict[tuple[str, int], int]:
    """The order's line of each invoice line that was entered here; 0 where it belongs to none."""
    table = company.tables.tdinvl
    found: dict[tuple[str, int], int] = {}
    for part in chunks(invoices):
        statement = select(table.c.invno, table.c.tranlineno, table.c.soline).where(table.c.invno.in_(part))
        found |= {(invno, number): line for invno, number, line in connection.execute(statement)}
    return found


def _place(
    order: Ordered, item: str, quantity: Decimal, found: dict[int, Decimal], limits: Mapping[int, Decimal]
) -> None:
    lines = [number for number in sorted(order.lines) if order.lines[number]["item"] == item]
    for number in lines:
        room = max(ZERO, limits[number] - found[number])
        taken = quantity if number == lines[-1] else min(quantity, room)
        found[number] += taken
        quantity -= taken
