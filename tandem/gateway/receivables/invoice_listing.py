"""Lists of invoices by the moment of their last change, over open documents and history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, or_, select, true

from tandem.gateway.company.expressions import amount, is_blank, updated
from tandem.gateway.company.required import require
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.listing import Place, Slice, Window, by_number
from tandem.gateway.models import Invoice
from tandem.gateway.models.invoice import InvoiceStatus, InvoiceType
from tandem.gateway.receivables.documents import CREDIT_MEMO, INVOICE, Documents
from tandem.gateway.receivables.invoice_read import InvoiceReader
from tandem.gateway.receivables.posting import DELETED, VOID


@dataclass(frozen=True, slots=True)
class InvoiceQuery:
    """Which documents a list is to hold; the days belong to it."""

    window: Window
    status: InvoiceStatus | None = None
    type: InvoiceType | None = None
    customer_no: str | None = None
    sales_orders: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


def page(connection: Connection, reader: InvoiceReader, query: InvoiceQuery) -> Slice[Invoice]:
    """One page of invoices; one that stands in both open table and history is told once.

    A page may hold fewer than it could: what the database narrows to a status is looked at once more.

    Raises:
        Conflict: the company has no table of invoices, or none of external ids and one was asked for.
    """
    require(reader.company, "armast artran tdinv" if query.external_ids else "armast artran")
    numbers = _numbers_of(connection, reader, query.external_ids) if query.external_ids else None
    rows: list[Row] = []
    for table, _ in Documents(reader.company).shelves:
        for part in [None] if numbers is None else chunks(numbers):
            rows.extend(_keys(connection, reader, query, table, part))
    rows.sort(key=lambda row: (row["updated"], by_number(row["invno"])))
    cut = query.window.cut(rows, lambda row: Place(row["updated"], (row["invno"],)))
    return cut.map(lambda kept: _invoices(connection, reader, query, kept))


def _numbers_of(connection: Connection, reader: InvoiceReader, external_ids: Sequence[str]) -> list[str]:
    table = reader.company.tables.tdinv
    found: list[str] = []
    for part in chunks(sorted(set(external_ids))):
        found.extend(connection.scalars(select(table.c.invno).where(table.c.extid.in_(part))))
    return sorted(found)


def _keys(
    connection: Connection, reader: InvoiceReader, query: InvoiceQuery, table: Table, numbers: Sequence[str] | None
) -> list[Row]:
    stamp, company = updated(table), reader.company
    conditions = query.window.conditions(stamp, [table.c.invno], company.policy.zone)
    conditions += _filters(query, table)
    if numbers is not None:
        conditions.append(table.c.invno.in_(numbers))
    if query.status is not None:
        conditions.append(_may_have(reader, table, query.status))
    if table is not company.tables.armast:
        still_open = company.tables.armast
        conditions.append(~exists().where(still_open.c.invno == table.c.invno))
    statement = (
        select(table.c.invno.label("invno"), stamp.label("updated"))
        .where(*conditions)
        .order_by(stamp, table.c.invno)
        .limit(query.window.limit + 1)
    )
    return fetch(connection, statement)


def _filters(query: InvoiceQuery, table: Table) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.customer_no is not None:
        conditions.append(table.c.custno == query.customer_no.strip().upper())
    if query.sales_orders:
        conditions.append(table.c.ornum.in_([number.strip() for number in query.sales_orders]))
    if query.type is not None:
        wanted = CREDIT_MEMO if query.type == "creditMemo" else INVOICE
        conditions.append(func.coalesce(table.c.artype, "") == wanted)
    if query.first is not None:
        conditions.append(table.c.invdte >= query.first)
    if query.last is not None:
        conditions.append(table.c.invdte <= query.last)
    return conditions


def _may_have(reader: InvoiceReader, table: Table, status: InvoiceStatus) -> ColumnElement[bool]:
    """What every document of a status meets; `credited` and its neighbours are told apart when it is read."""
    void = func.coalesce(table.c.arstat, "").in_((VOID, DELETED))
    if status == "void":
        return void
    tables = reader.company.tables
    unposted: ColumnElement[bool] = ~true()
    if tables.has("ardist"):
        rows = tables.ardist
        unposted = exists().where(rows.c.tranno == table.c.invno, is_blank(rows.c.arsess))
    if status == "unposted":
        return and_(~void, unposted)
    whole = amount(table.c.balance) == amount(table.c.invamt)
    money = {
        "paid": amount(table.c.balance) == 0,
        "open": whole,
        "partPaid": and_(~whole, amount(table.c.balance) != 0),
        "credited": or_(whole, ~whole),
    }
    return and_(~void, ~unposted, money[status])


def _invoices(connection: Connection, reader: InvoiceReader, query: InvoiceQuery, rows: Sequence[Row]) -> list[Invoice]:
    found = reader.by_number(connection, [row["invno"] for row in rows])
    made = [found[row["invno"]] for row in rows]
    return made if query.status is None else [one for one in made if one.status == query.status]
