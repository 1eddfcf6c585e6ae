"""Entering sales orders: many at once in few statements, each as if it stood alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Connection

from tandem.gateway import entering
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Rejection
from tandem.gateway.company.numbering import Numbering, order_numbers
from tandem.gateway.company.rows import insert_all
from tandem.gateway.models import SalesOrder, SalesOrderIn
from tandem.gateway.orders.balances import allocate, set_onorder
from tandem.gateway.orders.check_line import is_stocked
from tandem.gateway.orders.compose import Entry
from tandem.gateway.orders.grouping import Numbered, groups
from tandem.gateway.orders.masters import Masters, Place
from tandem.gateway.orders.periods import in_open_period
from tandem.gateway.orders.read import OrderReader
from tandem.gateway.orders.refusal import refusal_of
from tandem.gateway.orders.written import entries_of, rows_of
from tandem.values import ZERO

Outcome = entering.Outcome[SalesOrder]
Record = entering.Record[SalesOrder]


class OrderEntry:
    """Writes new sales orders by Sage Pro's own rules."""

    def __init__(self, company: Company, reader: OrderReader, numbering: Numbering | None = None) -> None:
        self._company = company
        self._reader = reader
        self._numbering = numbering or order_numbers(company.tables, company.policy.company)
        self._entering = entering.Entering(company, groups, self._write)

    def create(self, order: SalesOrderIn, record: Record | None = None) -> SalesOrder:
        """Enter one order; it is durable when this returns.

        Raises:
            Faulty: with every fault of the order.
            Conflict: the external order id has been entered; names the order.
            Locked: the customer is in use at Sage Pro's screens.
            Busy: another writer holds the company.
            CompanyError: the company cannot number orders, or refuses the write.
        """
        outcome = self.create_many([order], record)[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def create_many(self, orders: Sequence[SalesOrderIn], record: Record | None = None) -> list[Outcome]:
        """Enter orders, each for itself: one outcome for each, in their order, durable when this returns."""
        return self._entering.many(orders, record)

    def _write(self, connection: Connection, group: list[Numbered]) -> dict[int, SalesOrder | Rejection]:
        masters = Masters.read(connection, self._company, [order for _, order in group])
        refused = {index: refusal_of(order, masters, self._company) for index, order in group}
        accepted = [
            (index, in_open_period(order, masters.calendar, self._company))
            for index, order in group
            if refused[index] is None
        ]
        outcomes: dict[int, SalesOrder | Rejection] = {i: no for i, no in refused.items() if no is not None}
        if accepted:
            outcomes.update(self._insert(connection, accepted, masters))
        return outcomes

    def _insert(
        self, connection: Connection, accepted: list[Numbered], masters: Masters
    ) -> list[tuple[int, SalesOrder]]:
        orders = [order for _, order in accepted]
        entries, ship_tos = entries_of(connection, self._company, self._numbering, orders, masters)
        tables, company = self._company.tables, self._company
        made = [rows_of(entry, masters, company) for entry in entries]
        insert_all(connection, tables.arcadr, ship_tos)
        insert_all(connection, tables.somast, [rows.header for rows in made])
        insert_all(connection, tables.soaddr, [rows.address for rows in made])
        insert_all(connection, tables.sotran, [line for rows in made for line in rows.lines])
        insert_all(connection, tables.tdorder, [rows.companion for rows in made])
        insert_all(connection, tables.tdline, [reference for rows in made for reference in rows.references])
        insert_all(connection, tables.tdaddr, [rows.bill_to for rows in made if rows.bill_to is not None])
        owing = {entry.customer["custno"]: entry.customer["onorder"] for entry in entries}
        set_onorder(connection, company, owing)
        if company.policy.allocate:
            allocate(connection, company, _taken(entries, masters))
        found = self._reader.by_number(connection, [entry.sono for entry in entries])
        return [(index, found[entry.sono]) for (index, _), entry in zip(accepted, entries, strict=True)]


def _taken(entries: Sequence[Entry], masters: Masters) -> dict[Place, Decimal]:
    taken: dict[Place, Decimal] = {}
    for entry in entries:
        for line in entry.order.line_items:
            item = masters.items[line.item_code]
            if is_stocked(item):
                place = (item["item"], masters.location(line.location, entry.order.location) or "")
                taken[place] = taken.get(place, ZERO) + line.quantity
    return taken
