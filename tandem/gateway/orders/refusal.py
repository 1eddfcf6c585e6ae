"""Why an order is not entered: entered before, faulty, in a closed period, or its customer is in use."""

from __future__ import annotations

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict, Faulty, Locked, PeriodClosed, Rejection
from tandem.gateway.models import SalesOrderIn
from tandem.gateway.orders.check import order_faults
from tandem.gateway.orders.masters import Masters
from tandem.gateway.orders.periods import period_faults


def refusal_of(order: SalesOrderIn, masters: Masters, company: Company) -> Rejection | None:
    """What keeps a new order from being entered; None if nothing does."""
    existing = masters.entered.get(order.external_order_id)
    if existing is not None:
        detail = f"external order {order.external_order_id} is sales order {existing}"
        return Conflict("duplicate-external-order", detail, {"existing": {"SalesOrderNo": existing}})
    faults = order_faults(order, masters, company)
    closed = period_faults(order, masters.calendar, company)
    if faults:
        return Faulty([*faults, *closed])
    if closed:
        return PeriodClosed(closed)
    customer = masters.customer(order)
    if customer is not None and customer["lckstat"]:
        return Locked(f"customer {customer['custno']} is in use at Sage Pro's screens")
    return None
