"""Entering sales orders step by step, each brought to its end before the next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tandem.errors import CompanyError
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Busy, Rejection
from tandem.gateway.company.numbering import Numbering, order_numbers
from tandem.gateway.entering import named
from tandem.gateway.models import SalesOrder, SalesOrderIn
from tandem.gateway.orders.entry import OrderEntry, Outcome, Record
from tandem.gateway.orders.masters import Masters
from tandem.gateway.orders.periods import in_open_period
from tandem.gateway.orders.read import OrderReader
from tandem.gateway.orders.refusal import refusal_of
from tandem.gateway.orders.staged import journal
from tandem.gateway.orders.staged.course import back_out, complete
from tandem.gateway.orders.staged.plan import Plan
from tandem.gateway.orders.staged.recovery import recover
from tandem.gateway.orders.written import entries_of, rows_of


def entry_of(company: Company, reader: OrderReader) -> OrderEntry | StagedEntry:
    """What enters orders into this company: in transactions, or step by step where its tables know none."""
    return OrderEntry(company, reader) if company.policy.transactions else StagedEntry(company, reader)


class StagedEntry:
    """Writes new sales orders where nothing is undone by itself; `company` brings to an end what was cut off."""

    def __init__(self, company: Company, reader: OrderReader, numbering: Numbering | None = None) -> None:
        self._company = company
        self._reader = reader
        self._numbering = numbering or order_numbers(company.tables, company.policy.company)
        company.mend = partial(recover, company=company)

    def create_many(self, orders: Sequence[SalesOrderIn], record: Record | None = None) -> list[Outcome]:
        """Enter orders, each for itself: one outcome for each, in their order, durable when this returns."""
        outcomes: list[Outcome] = []
        for index, order in enumerate(orders):
            try:
                outcomes.append(self._enter(index, order, record))
            except (Rejection, CompanyError, DBAPIError) as error:
                outcomes.append(named(error))
        return outcomes

    def _enter(self, index: int, order: SalesOrderIn, record: Record | None) -> SalesOrder:
        with self._company.step_by_step() as connection:
            plan = self._planned(connection, order)
            journal.begin(connection, self._company, plan)
            try:
                complete(connection, self._company, plan)
            except (Rejection, CompanyError):
                back_out(connection, self._company, plan)
                journal.close(connection, self._company, plan.stage_id, journal.BACKED_OUT)
                raise
            made = self._reader.by_number(connection, [plan.sono])[plan.sono]
            if record is not None:
                record(connection, [(index, made)])
            journal.close(connection, self._company, plan.stage_id, journal.DONE)
            return made

    def _planned(self, connection: Connection, order: SalesOrderIn) -> Plan:
        if order.external_order_id in self._company.unsettled:
            raise Busy(f"sales order {self._company.unsettled[order.external_order_id]} of this id is still under way")
        masters = Masters.read(connection, self._company, [order])
        refusal = refusal_of(order, masters, self._company)
        if refusal is not None:
            raise refusal
        order = in_open_period(order, masters.calendar, self._company)
        (entry,), ship_tos = entries_of(connection, self._company, self._numbering, [order], masters)
        return Plan.of(self._company.tables, rows_of(entry, masters, self._company), ship_tos)
