"""Changing a sales order: the whole new state comes in, the rows that differ are written, and only while they may."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from tandem.errors import CompanyError
from tandem.gateway import etag
from tandem.gateway.company.company import Company
from tandem.gateway.company.custom import custom_values, shown
from tandem.gateway.company.faults import Conflict, Fault, Faulty, NotFound, PeriodClosed, Rejection
from tandem.gateway.company.states import advance
from tandem.gateway.entering import named
from tandem.gateway.models import SalesOrder, SalesOrderUpdate
from tandem.gateway.orders.cancel import cancel
from tandem.gateway.orders.check import order_faults
from tandem.gateway.orders.differences import Difference, differences
from tandem.gateway.orders.entry import Outcome, Record
from tandem.gateway.orders.guarded import require_unlocked
from tandem.gateway.orders.masters import Masters
from tandem.gateway.orders.periods import changed_date
from tandem.gateway.orders.present import Parts, sales_order
from tandem.gateway.orders.read import OrderReader
from tandem.gateway.orders.replace import Replacement
from tandem.gateway.orders.settle import settled
from tandem.gateway.orders.trail import keep_trail


class OrderChange:
    """Changes and cancels sales orders of one company."""

    def __init__(self, company: Company, reader: OrderReader) -> None:
        self._company = company
        self._reader = reader

    def update(
        self,
        number: str,
        order: SalesOrderUpdate,
        *,
        if_match: str | None = None,
        version: str = "",
        record: Record | None = None,
    ) -> SalesOrder:
        """Bring an order to the state given; it is durable when this returns. The same state again writes nothing.

        Raises:
            NotFound: there is no such order.
            PreconditionFailed: the order is not the one that If-Match names.
            Faulty: with every fault of the new state.
            Conflict: picking has begun, or the order is closed; names what differs. Or a newer state was written.
            Locked: the order or its customer is in use at Sage Pro's screens.
            Busy: another writer holds the company.
        """
        with self._company.write() as connection:
            parts = self._parts(connection, number)
            before = sales_order(parts, self._company.policy.zone)
            etag.require(if_match, before.e_tag)
            _require_same_order(before, order)
            advance(connection, self._company, "orders", order.external_order_id, version)
            if self._apply(connection, parts, before, order):
                after = self._reader.get(connection, before.sales_order_no)
                keep_trail(connection, self._company, before, after)
            else:
                after = before
            if record is not None:
                record(connection, [(0, after)])
            return after

    def update_many(
        self, items: Sequence[tuple[str, SalesOrderUpdate, str | None, str]], record: Record | None = None
    ) -> list[Outcome]:
        """Change orders, each in a transaction of its own: one outcome for each, in their order.

        Args:
            items: Number, new state and If-Match of each, and the version of the state in the caller's system.
            record: Called in each transaction, with the place of the order in the list.
        """
        outcomes: list[Outcome] = []
        for index, (number, order, if_match, version) in enumerate(items):
            try:
                told = _at(index, record)
                outcomes.append(self.update(number, order, if_match=if_match, version=version, record=told))
            except IntegrityError:
                raise  # a race for an idempotency key is the caller's to settle
            except (Rejection, CompanyError, DBAPIError) as error:
                outcomes.append(named(error))
        return outcomes

    def _parts(self, connection: Connection, number: str) -> Parts:
        for shelf in (self._reader.open, self._reader.old):
            found = self._reader.parts(connection, shelf, [number.strip()] if number.strip() else [])
            if found:
                return found[0]
        raise NotFound(f"there is no sales order {number}, neither open nor in history")

    def _apply(self, connection: Connection, parts: Parts, before: SalesOrder, order: SalesOrderUpdate) -> bool:
        if order.cancel:
            return cancel(connection, self._company, parts, before)
        order = settled(before, order)
        masters = Masters.read(connection, self._company, [order])
        order, closed = changed_date(order, before.order_date, before.notes, masters.calendar, self._company)
        faults = [*order_faults(order, masters, self._company), *_identity_faults(before, order, masters)]
        if faults:
            raise Faulty([*faults, *closed])
        if closed:
            raise PeriodClosed(closed)
        custom = custom_values(self._company, self._company.tables.somast, order.custom_fields)
        order = order.model_copy(update={"custom_fields": {name: shown(value) for name, value in custom.items()}})
        found = differences(before, order, masters)
        if not found:
            return False
        _require_changeable(before, found)
        require_unlocked(parts.header, parts.lines)
        return Replacement(connection, self._company, parts, before, order, masters).write(found)


def _at(index: int, record: Record | None) -> Record | None:
    if record is None:
        return None
    return lambda connection, made: record(connection, [(index, order) for _, order in made])


def _require_same_order(before: SalesOrder, order: SalesOrderUpdate) -> None:
    if before.external_order_id is None:
        detail = f"sales order {before.sales_order_no} was entered in Sage Pro itself; change it there"
        raise Conflict("order-not-linked", detail)
    faults = []
    if order.external_order_id != before.external_order_id:
        message = f"must be {before.external_order_id}, the id that the order was entered with"
        given = order.external_order_id
        faults.append(Fault("ExternalOrderId", "tdorder.extid", "external-order-id-differs", message, given))
    if order.sales_order_no.strip() not in ("", before.sales_order_no):
        message = f"must be {before.sales_order_no} or be left out"
        faults.append(Fault("SalesOrderNo", "somast.sono", "number-differs", message, order.sales_order_no))
    if faults:
        raise Faulty(faults)


def _identity_faults(before: SalesOrder, order: SalesOrderUpdate, masters: Masters) -> list[Fault]:
    faults = []
    if order.customer_no.strip().upper() != before.customer_no.upper():
        message = f"must stay {before.customer_no}; cancel the order and enter it for the other customer"
        faults.append(Fault("CustomerNo", "somast.custno", "customer-differs", message, order.customer_no))
    if (order.currency.strip().upper() or masters.currency) != before.currency:
        message = f"must stay {before.currency}; cancel the order and enter it in the other currency"
        faults.append(Fault("Currency", "somast.currid", "currency-differs", message, order.currency))
    return faults


def _require_changeable(before: SalesOrder, found: Sequence[Difference]) -> None:
    shown = {"differences": [difference.as_dict() for difference in found]}
    number = before.sales_order_no
    if before.history or before.status in ("closed", "void"):
        raise Conflict("order-closed", f"sales order {number} is {before.status}; use a return", shown)
    begun = any(line.picking_quantity > 0 or line.shipped_quantity > 0 for line in before.line_items)
    if begun and any(difference.guarded for difference in found):
        raise Conflict("order-in-picking", f"the warehouse has begun on sales order {number}", shown)
