"""Documents that are only partly there, found by their control totals; nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import amount, is_blank
from tandem.gateway.company.rows import Row, fetch
from tandem.gateway.orders.staged import journal
from tandem.values import ZERO


@dataclass(frozen=True, slots=True)
class Partial:
    """One order that is only partly there, and how that shows."""

    sono: str
    extid: str
    what: str


def partial_documents(connection: Connection, company: Company) -> list[Partial]:
    """Orders that were cut off while they were entered, and orders of ours whose totals do not add up."""
    found = {partial.sono: partial for partial in _unbalanced(connection, company)}
    if company.tables.has("tdstage"):
        found |= {partial.sono: partial for partial in _cut_off(connection, company)}
    return sorted(found.values(), key=lambda partial: (len(partial.sono), partial.sono))


def _cut_off(connection: Connection, company: Company) -> Iterator[Partial]:
    line = company.tables.sotran
    for entry in journal.unfinished(connection, company):
        statement = select(func.count()).select_from(line).where(line.c.sono == entry.sono)
        there = connection.execute(statement).scalar_one()
        what = f"was cut off while it was entered: {there} of {entry.totals.lines} lines are there"
        yield Partial(entry.sono, entry.extid, what)


def _unbalanced(connection: Connection, company: Company) -> Iterator[Partial]:
    tables = company.tables
    header = tables.somast
    ours = (
        select(header.c.sono.label("sono"), tables.tdorder.c.extid.label("extid"), header.c.ordamt.label("ordamt"))
        .join_from(header, tables.tdorder, tables.tdorder.c.sono == header.c.sono)
        .where(is_blank(header.c.sostat), amount(header.c.shpamt) == 0)
    )
    counts, sums = _lines(connection, company)
    wanted: Counter[str] = Counter(connection.execute(select(tables.tdline.c.sono)).scalars())
    for row in fetch(connection, ours):
        sono = row["sono"]
        what = _fault(row, counts[sono], wanted[sono], sums.get(sono, ZERO))
        if what:
            yield Partial(sono, row["extid"], what)


def _lines(connection: Connection, company: Company) -> tuple[Counter[str], dict[str, Decimal]]:
    """How many lines each order has, and what the standing ones come to."""
    line = company.tables.sotran
    counts: Counter[str] = Counter()
    sums: dict[str, Decimal] = {}
    for sono, sostat, extprice in connection.execute(select(line.c.sono, line.c.sostat, line.c.extprice)):
        counts[sono] += 1
        if sostat == "":
            sums[sono] = sums.get(sono, ZERO) + extprice
    return counts, sums


def _fault(row: Row, there: int, wanted: int, goods: Decimal) -> str:
    if there < wanted:
        return f"{there} of {wanted} lines are there"
    if goods != row["ordamt"]:
        return f"somast.ordamt is {row['ordamt']:f}, its lines come to {goods:f}"
    return ""
