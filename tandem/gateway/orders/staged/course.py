"""An order under way: completed row by row, or backed out row by row, from wherever it stands.

Until its release the header is void (sostat V, which every reader of Sage Pro passes over), not released (release N)
and without an amount, and so are the lines. The release is one row: the header's.
"""

from __future__ import annotations

from enum import Enum, auto

from sqlalchemy import ColumnElement, Connection, Table, func, select, update

from tandem.errors import CompanyError
from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import is_blank
from tandem.gateway.company.rows import Row, changed, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.orders.present import VOID
from tandem.gateway.orders.staged.balances import set_balances
from tandem.gateway.orders.staged.plan import Plan, Totals
from tandem.gateway.orders.staged.steps import ensure, is_ours, take_away
from tandem.values import ZERO

_HELD_HEADER: Row = {"sostat": VOID, "release": "N", "ordamt": ZERO, "bordamt": ZERO}
_HELD_LINE: Row = {"sostat": VOID}


class Standing(Enum):
    """How far an order has come."""

    ABSENT = auto()
    HELD = auto()
    RELEASED = auto()


def standing(connection: Connection, company: Company, plan: Plan) -> Standing:
    """How far an order has come; one in history, which only month end brings there, was released."""
    tables = company.tables
    for table in (tables.somast, tables.soymst):
        if is_ours(connection, table, plan.header):
            held = (table.c.sono == plan.sono, *_held(table))
            return Standing.HELD if connection.execute(select(table.c.sono).where(*held)).first() else Standing.RELEASED
    return Standing.ABSENT


def _held(table: Table) -> tuple[ColumnElement[bool], ...]:
    """As it was inserted: nobody at Sage Pro's screens has had a hand in it since."""
    untouched = (is_blank(table.c.lckuser),) if "lckuser" in table.c else ()
    return table.c.sostat == VOID, *untouched


def complete(connection: Connection, company: Company, plan: Plan, *, late: bool = False) -> None:
    """Bring an order from wherever it stands to its release; a released one stays as it is.

    Args:
        connection: Each statement is durable at once.
        company: Where to.
        plan: The order.
        late: It was cut off before: the release is stamped with this moment, so that lists by time show it now.

    Raises:
        Busy: its number, or that of its ship-to, was taken by somebody else.
        Locked: the customer or an item is in use at Sage Pro's screens.
        CompanyError: the lines in the table do not come to the control totals.
    """
    if standing(connection, company, plan) is Standing.RELEASED:
        return
    for name, row in plan.rows:
        ensure(connection, getattr(company.tables, name), _as_held(name, row))
    _check(connection, company, plan)
    set_balances(connection, company, plan, counted=True)
    _release(connection, company, plan, late)


def _as_held(name: str, row: Row) -> Row:
    held = {"somast": _HELD_HEADER, "sotran": _HELD_LINE}.get(name, {})
    return {**row, **held}


def _check(connection: Connection, company: Company, plan: Plan) -> None:
    table = company.tables.sotran
    rows = fetch(connection, select(*labelled(table, "qtyord extprice")).where(table.c.sono == plan.sono))
    found, wanted = Totals.of(rows), plan.totals
    if found != wanted:
        raise CompanyError(f"sales order {plan.sono} has {found} in sotran, which must be {wanted}")


def _release(connection: Connection, company: Company, plan: Plan, late: bool) -> None:
    tables = company.tables
    line, header = tables.sotran, tables.somast
    for row in plan.lines:
        own = (line.c.sono == plan.sono, line.c.tranlineno == row["tranlineno"], line.c.sostat == VOID)
        connection.execute(update(line).where(*own).values(sostat=row.get("sostat", "")))
    final = {name: plan.header.get(name, "") for name in _HELD_HEADER if name in plan.header or name == "sostat"}
    stamp = company.stamp().touched() if late else {}
    released = update(header).where(header.c.sono == plan.sono, *_held(header))
    if connection.execute(released.values(changed(header, {**final, **stamp}))).rowcount != 1:
        raise CompanyError(f"sales order {plan.sono} was changed in Sage Pro before it was released")


def back_out(connection: Connection, company: Company, plan: Plan) -> None:
    """Take away what there is of an order that is not released; its number stays used.

    Raises:
        CompanyError: it is released, or was changed at Sage Pro's screens.
        Locked: the customer or an item is in use at Sage Pro's screens, and its row would have to change.
    """
    tables = company.tables
    if standing(connection, company, plan) is Standing.RELEASED:
        raise CompanyError(f"sales order {plan.sono} stands released and cannot be backed out")
    set_balances(connection, company, plan, counted=False)
    for name, row in reversed(plan.rows):
        table = getattr(tables, name)
        if name != "arcadr" or not _used(connection, company, plan, row):
            take_away(connection, table, row, *(_held(table) if name == "somast" else ()))


def _used(connection: Connection, company: Company, plan: Plan, ship_to: Row) -> bool:
    """Whether another order has come to name a ship-to that this one added."""
    for table in (company.tables.somast, company.tables.soymst):
        named = (table.c.custno == ship_to["custno"], table.c.cshipno == ship_to["cshipno"], table.c.sono != plan.sono)
        if connection.execute(select(func.count()).select_from(table).where(*named)).scalar_one():
            return True
    return False
