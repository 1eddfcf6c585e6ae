"""What an order changes in rows of others, computed anew from the orders themselves: doing it twice changes nothing.

A difference that is added could be added twice by whoever takes over after a cut; a sum cannot.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, Table, func, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import is_blank
from tandem.gateway.orders.amounts import total
from tandem.gateway.orders.balances import bin_rows, set_bin, set_onorder, set_stock, stock_rows
from tandem.gateway.orders.masters import Place
from tandem.gateway.orders.staged.plan import Plan
from tandem.values import ZERO

_NO_ORDERS = ("B", "D")
"""Types of documents in SOMAST that are no orders: bids, and what one site excludes along with them."""


def set_balances(connection: Connection, company: Company, plan: Plan, *, counted: bool) -> None:
    """Bring the customer's open amount and, by setting, the allocated stock to what the open orders come to.

    Args:
        connection: Each statement is durable at once.
        company: Where to.
        plan: The order, which is not released yet.
        counted: Whether it counts.

    Raises:
        Locked: the customer or an item is in use at Sage Pro's screens, and its row would have to change.
    """
    amount = _others_amount(connection, company, plan) + (plan.totals.amount if counted else ZERO)
    table = company.tables.arcust
    standing = connection.execute(select(table.c.onorder).where(table.c.custno == plan.custno)).scalar_one()
    if standing != amount:
        set_onorder(connection, company, {plan.custno: amount})
    if company.policy.allocate:
        for place, own in sorted(_wanted(plan).items()):
            _allocate(connection, company, place, _others_quantity(connection, company, plan, place), own, counted)


def _others_amount(connection: Connection, company: Company, plan: Plan) -> Decimal:
    table = company.tables.somast
    mine = (table.c.custno == plan.custno, table.c.sono != plan.sono, *_is_order(table))
    return total(connection.execute(select(table.c.ordamt).where(*mine)).scalars())


def _others_quantity(connection: Connection, company: Company, plan: Plan, place: Place) -> Decimal:
    line, header = company.tables.sotran, company.tables.somast
    statement = (
        select(line.c.qtyord)
        .join_from(line, header, header.c.sono == line.c.sono)
        .where(line.c.item == place[0], line.c.loctid == place[1], line.c.sono != plan.sono)
        .where(is_blank(line.c.sostat), line.c.stkcode != "N", *_is_order(header))
    )
    return total(connection.execute(statement).scalars())


def _is_order(header: Table) -> tuple[ColumnElement[bool], ...]:
    return is_blank(header.c.sostat), func.coalesce(header.c.sotype, "").not_in(_NO_ORDERS)


def _wanted(plan: Plan) -> dict[Place, Decimal]:
    found: dict[Place, Decimal] = {}
    for row in plan.lines:
        if row["stkcode"] != "N":
            place = (row["item"], row["loctid"])
            found[place] = found.get(place, ZERO) + row["qtyord"]
    return found


def _allocate(
    connection: Connection, company: Company, place: Place, others: Decimal, own: Decimal, counted: bool
) -> None:
    target = others + (own if counted else ZERO)
    for row in stock_rows(connection, company, [place[0]]).get(place, [])[:1]:
        if row["lsoaloc"] != target:
            set_stock(connection, company, place, row, target)
    bins = bin_rows(connection, company, [place[0]]).get(place, [])
    for row in bins[:1]:
        first = target - total(other["qsoaloc"] for other in bins[1:])
        if row["qsoaloc"] != first:
            set_bin(connection, company, place, row, first)
