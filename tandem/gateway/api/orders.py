"""Requests about sales orders: how they are carried out, and what is wrong with one that will not be."""

from __future__ import annotations

from typing import TypeVar

from tandem.gateway.api.carrying import Carrying, Kind, Write
from tandem.gateway.api.context import Context
from tandem.gateway.company.faults import Fault
from tandem.gateway.models import SalesOrder, SalesOrderIn, SalesOrderUpdate
from tandem.gateway.orders.check import order_faults
from tandem.gateway.orders.masters import Masters

D = TypeVar("D")
Change = tuple[str, SalesOrderUpdate, str | None, str]
"""Number, new state, If-Match, and the version of that state in the caller's system, blank if it names none."""


def carrying(here: Context, write: Write[D, SalesOrder], status: int, *, whole: bool) -> Carrying[D, SalesOrder]:
    """What carries requests about orders out."""
    kind = Kind("SalesOrderNo", "sales_order_no", here.reader.get)
    return Carrying(here, kind, write, status=status, whole=whole)


def faults_of_order(here: Context, order: SalesOrderIn) -> list[Fault]:
    """Every fault of an order that is not going to be written; of a change, its own number is none."""
    if isinstance(order, SalesOrderUpdate):
        order = order.model_copy(update={"sales_order_no": ""})
    with here.company.read() as connection:
        return order_faults(order, Masters.read(connection, here.company, [order]), here.company)
