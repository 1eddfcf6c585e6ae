"""All rows of new orders, before any of them is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from tandem.gateway.company.company import Company
from tandem.gateway.company.numbering import Numbering
from tandem.gateway.company.rows import Row
from tandem.gateway.models import SalesOrderIn
from tandem.gateway.orders import compose
from tandem.gateway.orders.amounts import total
from tandem.gateway.orders.compose import Entry
from tandem.gateway.orders.compose_line import lines
from tandem.gateway.orders.masters import Masters
from tandem.gateway.orders.shipto import ShipTos


@dataclass(frozen=True, slots=True)
class OrderRows:
    """The rows of one order by table: SOMAST, SOADDR, SOTRAN, TDORDER, TDLINE and, with a bill-to, TDADDR."""

    header: Row
    address: Row
    lines: list[Row]
    companion: Row
    references: list[Row]
    bill_to: Row | None


def entries_of(
    connection: Connection, company: Company, numbering: Numbering, orders: Sequence[SalesOrderIn], masters: Masters
) -> tuple[list[Entry], list[Row]]:
    """The orders with their numbers and ship-tos, and the ship-tos that are new; only the counter is moved.

    Raises:
        CompanyError: the company cannot number orders, or a customer's ship-tos are used up.
    """
    customers = [masters.customers[order.customer_no.strip().upper()] for order in orders]
    given = [order.sales_order_no.strip() for order in orders]
    counted = iter(numbering.take(connection, given.count(""), avoid=frozenset(given)))
    ship_tos = ShipTos.read(connection, company, list(zip(orders, customers, strict=True)))
    stamp = company.stamp()
    entries = [
        Entry(order, customer, number or next(counted), stamp=stamp, **ship_tos.of(order, customer))
        for order, customer, number in zip(orders, customers, given, strict=True)
    ]
    return entries, ship_tos.added


def rows_of(entry: Entry, masters: Masters, company: Company) -> OrderRows:
    """The rows of one order; its customer's `onorder` counts it from now on."""
    header = compose.header(entry, masters, company)
    entry.customer["onorder"] = total((entry.customer["onorder"], header["ordamt"]))
    numbers = range(1, len(entry.order.line_items) + 1)
    companion, references, bill_to = compose.companions(entry, numbers, company)
    return OrderRows(
        header=header,
        address=compose.address(entry),
        lines=lines(entry, masters, company),
        companion=companion,
        references=references,
        bill_to=bill_to,
    )
