"""When receipts were last changed, by the stamps of every row that tells of them; and lists by that moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, union_all

from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import updated
from tandem.gateway.company.rows import chunks
from tandem.gateway.listing import Window


@dataclass(frozen=True, slots=True)
class ReceiptQuery:
    """Which receipts a list is to hold; the days belong to it."""

    window: Window
    customer_no: str | None = None
    invoices: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


def stamps_of(connection: Connection, company: Company, numbers: Sequence[str]) -> dict[str, str]:
    """The last change of these receipts, as text in the company's own time."""
    own, found = company.tables.tdrcpt, dict[str, str]()
    for part in chunks(numbers):
        rows = _changes(company, [own.c.rcptno.in_(part)]).subquery()
        statement = select(rows.c.rcptno, func.max(rows.c.updated)).group_by(rows.c.rcptno)
        found |= {row[0]: row[1] for row in connection.execute(statement)}
    return found


def keys_of(company: Company, query: ReceiptQuery) -> Select[Any]:
    """Number and last change of the receipts of a page, and of one more."""
    rows = _changes(company, _filters(company, query)).subquery()
    groups = select(rows.c.rcptno, func.max(rows.c.updated).label("updated")).group_by(rows.c.rcptno).subquery()
    return (
        select(groups)
        .where(*query.window.conditions(groups.c.updated, [groups.c.rcptno], company.policy.zone))
        .order_by(groups.c.updated, groups.c.rcptno)
        .limit(query.window.limit + 1)
    )


def _changes(company: Company, conditions: Sequence[ColumnElement[bool]]) -> Any:
    """Own row, the open credit of an unapplied receipt, the cash row of another; stamps of each."""
    tables = company.tables
    own = tables.tdrcpt
    parts = [select(own.c.rcptno, updated(own).label("updated")).where(*conditions)]
    for name in ("armast", "arymst"):
        if tables.has(name):
            table = getattr(tables, name)
            joined = own.join(table, and_(table.c.invno == own.c.rcptno, own.c.invno == ""))
            parts.append(select(own.c.rcptno, updated(table).label("updated")).select_from(joined).where(*conditions))
    for name in ("arcash", "arycsh"):
        if tables.has(name):
            table = getattr(tables, name)
            same = and_(table.c.invno == own.c.invno, table.c.refno == own.c.cashref, own.c.invno != "")
            parts.append(
                select(own.c.rcptno, updated(table).label("updated"))
                .select_from(own.join(table, same))
                .where(*conditions)
            )
    return union_all(*parts)


def _filters(company: Company, query: ReceiptQuery) -> list[ColumnElement[bool]]:
    own = company.tables.tdrcpt
    conditions: list[ColumnElement[bool]] = []
    if query.customer_no is not None:
        conditions.append(own.c.custno == query.customer_no.strip().upper())
    for values, column in (
        (query.invoices, own.c.invno),
        (query.external_ids, own.c.extid),
        (query.references, own.c.refno),
    ):
        if values:
            conditions.append(column.in_(values))
    if query.first is not None:
        conditions.append(own.c.rcptdate >= query.first)
    if query.last is not None:
        conditions.append(own.c.rcptdate <= query.last)
    return conditions
