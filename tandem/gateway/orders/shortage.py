"""What orders want that is not there: back-orders, in the terms that Sage Pro's own tables have for them.

Sage Pro keeps no mark that we know the values of (`sotran.boline` is unread): a line is back-ordered by its quantities,
`qtyord` open and nothing left on hand for it. Whoever ordered first is served first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import amount
from tandem.gateway.company.limits import scale_of
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.inventory.stock import wanting
from tandem.gateway.orders.masters import Place
from tandem.values import ZERO, round_to


@dataclass(frozen=True, slots=True)
class Short:
    """So much of one line that nothing on hand covers."""

    line_no: int
    item_code: str
    location: str
    quantity: Decimal


def shortages(connection: Connection, company: Company, numbers: Sequence[str]) -> dict[str, list[Short]]:
    """What these orders, taken as the newest, want beyond what is on hand; only orders that lack something."""
    lines = _lines(connection, company, numbers)
    items = sorted({line["item"] for line in lines})
    lacking = _lacking(connection, company, items)
    found: dict[str, list[Short]] = {}
    for line in sorted(lines, key=lambda line: (line["sono"], line["tranlineno"]), reverse=True):
        place = (line["item"], line["loctid"])
        quantity = min(line["qtyord"], lacking.get(place, ZERO))
        if quantity > 0:
            lacking[place] -= quantity
            found.setdefault(line["sono"], []).insert(0, Short(line["tranlineno"], *place, quantity))
    return found


def _lines(connection: Connection, company: Company, numbers: Sequence[str]) -> list[Row]:
    """The open lines of goods of these orders."""
    table, rows = company.tables.sotran, []
    for part in chunks(sorted(set(numbers))):
        statement = select(*labelled(table, "sono tranlineno item loctid qtyord stkcode")).where(table.c.sono.in_(part))
        rows += fetch(connection, statement.where(*wanting(table)), table)
    return [row for row in rows if row["stkcode"] != "N"]


def _lacking(connection: Connection, company: Company, items: Sequence[str]) -> dict[Place, Decimal]:
    """What all open orders want beyond what is on hand and not promised to work orders."""
    wanted, lacking = _wanted(connection, company, items), {}
    table = company.tables.iciloc
    for part in chunks(items):
        statement = select(*labelled(table, "item loctid lonhand lwoaloc")).where(table.c.item.in_(part))
        for row in fetch(connection, statement, table):
            place = (row["item"], row["loctid"])
            lacking[place] = wanted.get(place, ZERO) - max(row["lonhand"] - row["lwoaloc"], ZERO)
    return lacking


def _wanted(connection: Connection, company: Company, items: Sequence[str]) -> Mapping[Place, Decimal]:
    """Open quantities by item and location.

    The database adds them up: an item may have thousands of open lines, and this is asked with every batch of orders.
    It adds floats, so the sum is brought back to the column's decimals, which it is exact to below 10^9.
    """
    table = company.tables.sotran
    scale = scale_of(table, "qtyord")
    found = {}
    for part in chunks(items):
        total = func.sum(amount(table.c.qtyord)).label("total")
        statement = select(table.c.item, table.c.loctid, total).where(table.c.item.in_(part), *wanting(table))
        for row in connection.execute(statement.group_by(table.c.item, table.c.loctid)):
            found[row.item, row.loctid] = round_to(Decimal(str(row.total)), scale)
    return found
