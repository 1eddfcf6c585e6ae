"""What orders want that is not there: back-orders, in the terms that Sage Pro's own tables have for them.

Sage Pro keeps no mark that we know the values of (`sotran.boline` is unread): a line is back-ordered by its quantities,
`qtyord` open and nothing left on hand for it. Whoever ordered first is served first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, and_, func, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import amount
from tandem.gateway.company.limits import scale_of
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.inventory.stock import wanting
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
    lines = [line for part in chunks(sorted(set(numbers))) for line in _lines(connection, company, part)]
    lacking = {(line["item"], line["loctid"]): _lacking(company, line) for line in lines}
    found: dict[str, list[Short]] = {}
    for line in sorted(lines, key=lambda line: (line["sono"], line["tranlineno"]), reverse=True):
        place = (line["item"], line["loctid"])
        quantity = min(line["qtyord"], lacking[place])
        if quantity > 0:
            lacking[place] -= quantity
            found.setdefault(line["sono"], []).insert(0, Short(line["tranlineno"], *place, quantity))
    return found


def _lines(connection: Connection, company: Company, numbers: Sequence[str]) -> list[Row]:
    """The open lines of goods of these orders, each with what is there and what all open orders want of it.

    One statement, for it is asked with every batch. The database adds up: an item may have thousands of open lines.
    """
    lines, levels = company.tables.sotran, company.tables.iciloc
    mine = lines.alias("mine")
    here = [mine.c.sono.in_(numbers), *wanting(mine)]
    same = lines.alias("same")
    items = select(same.c.item).where(same.c.sono.in_(numbers), *wanting(same))
    total = select(lines.c.item, lines.c.loctid, func.sum(amount(lines.c.qtyord)).label("total"))
    total = total.where(lines.c.item.in_(items), *wanting(lines)).group_by(lines.c.item, lines.c.loctid)
    wanted = total.subquery("wanted")
    columns = [mine.c[name].label(name) for name in ("sono", "tranlineno", "item", "loctid", "qtyord", "stkcode")]
    statement = (
        select(*columns, *labelled(levels, "lonhand lwoaloc"), wanted.c.total)
        .join(levels, and_(levels.c.item == mine.c.item, levels.c.loctid == mine.c.loctid))
        .join(wanted, and_(wanted.c.item == mine.c.item, wanted.c.loctid == mine.c.loctid))
        .where(*here)
    )
    return [row for row in fetch(connection, statement) if row["stkcode"] != "N"]


def _lacking(company: Company, line: Row) -> Decimal:
    """What all open orders want of a line's item beyond what is on hand and not promised to work orders.

    The database adds floats, so the sum is brought back to the column's decimals, which it is exact to below 10^9.
    """
    wanted = round_to(Decimal(str(line["total"])), scale_of(company.tables.sotran, "qtyord"))
    there: Decimal = line["lonhand"] - line["lwoaloc"]
    return wanted - max(there, ZERO)
