"""Lists of sales orders by the moment of their last change, over open orders and, if asked for, history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, false, func, select

from tandem.gateway.company.expressions import amount, updated
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.listing import Place, Slice, Window, by_number
from tandem.gateway.models import OrderStatus, SalesOrder
from tandem.gateway.orders.present import CLOSED, DELETED, VOID
from tandem.gateway.orders.read import OrderReader, Shelf


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which orders a list is to hold; `open` takes in those that are shipped in part."""

    window: Window
    status: OrderStatus | None = None
    customer_no: str | None = None
    external_ids: tuple[str, ...] = ()
    include_history: bool = False


def page(connection: Connection, reader: OrderReader, query: OrderQuery) -> Slice[SalesOrder]:
    """One page of orders; an order that stands in both open table and history is told once.

    Raises:
        Busy: an order that was asked for, or would stand here, is only partly there.
    """
    unsettled = reader.company.unsettled
    reader.require_settled({unsettled[key] for key in query.external_ids if key in unsettled})
    numbers = _numbers_of(connection, reader, query.external_ids) if query.external_ids else None
    shelves = [reader.open, reader.old] if query.include_history else [reader.open]
    rows: list[Row] = []
    for shelf in shelves:
        if numbers is None:
            rows.extend(_keys(connection, reader, query, shelf, None))
        else:
            for part in chunks(numbers):
                rows.extend(_keys(connection, reader, query, shelf, part))
    rows.sort(key=lambda row: (row["updated"], by_number(row["sono"])))
    cut = query.window.cut(rows, lambda row: Place(row["updated"], (row["sono"],)))
    return cut.map(lambda kept: _orders(connection, reader, kept))


def _numbers_of(connection: Connection, reader: OrderReader, external_ids: Sequence[str]) -> list[str]:
    table = reader.company.tables.tdorder
    found: list[str] = []
    for part in chunks(sorted(set(external_ids))):
        found.extend(connection.execute(select(table.c.sono).where(table.c.extid.in_(part))).scalars())
    return sorted(found)


def _keys(
    connection: Connection, reader: OrderReader, query: OrderQuery, shelf: Shelf, numbers: Sequence[str] | None
) -> list[Row]:
    table = shelf.header
    stamp = updated(table)
    conditions = query.window.conditions(stamp, [table.c.sono], reader.company.policy.zone)
    if numbers is not None:
        conditions.append(table.c.sono.in_(numbers))
    if query.customer_no is not None:
        conditions.append(table.c.custno == query.customer_no.strip().upper())
    if query.status is not None:
        conditions.append(_has_status(shelf, query.status))
    if shelf.history:
        still_open = reader.open.header
        conditions.append(~exists().where(still_open.c.sono == table.c.sono))
    statement = (
        select(table.c.sono.label("sono"), stamp.label("updated"))
        .where(*conditions)
        .order_by(stamp, table.c.sono)
        .limit(query.window.limit + 1)
    )
    return fetch(connection, statement)


def _has_status(shelf: Shelf, status: OrderStatus) -> ColumnElement[bool]:
    sostat = func.coalesce(shelf.header.c.sostat, "")
    is_void = sostat.in_((VOID, DELETED))
    if status == "void":
        return is_void
    if shelf.history:
        return ~is_void if status == "closed" else false()
    if status == "closed":
        return sostat == CLOSED
    is_open = ~sostat.in_((VOID, DELETED, CLOSED))
    if status == "open":
        return is_open
    line = shelf.line
    shipped = exists().where(line.c.sono == shelf.header.c.sono, amount(line.c.qtyshp) != 0)
    return is_open & shipped


def _orders(connection: Connection, reader: OrderReader, rows: Sequence[Row]) -> list[SalesOrder]:
    numbers = [row["sono"] for row in rows]
    found = reader.by_number(connection, numbers)
    return [found[number] for number in numbers]
