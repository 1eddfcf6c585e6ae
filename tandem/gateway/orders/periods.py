"""Orders dated in a closed fiscal period: held, or posted on the first open day with their own date in the notes."""

from __future__ import annotations

import re
from datetime import date
from typing import TypeVar

from tandem.gateway.company.calendar import Calendar, Period
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Fault
from tandem.gateway.models import SalesOrderIn

O = TypeVar("O", bound=SalesOrderIn)  # noqa: E741 - an order

_PLACE = "sycdfis.closed"
_MARK = re.compile(r"\n?\[order date (\d{4}-\d{2}-\d{2}), posted on the first open day\]\Z")


def period_faults(order: SalesOrderIn, calendar: Calendar, company: Company) -> list[Fault]:
    """The fault of an order whose date lies in a closed period and may not, or cannot, be moved."""
    period = calendar.closed_on(order.order_date)
    if period is None:
        return []
    why = f"lies in fiscal period {period.name} ({period.first} to {period.last}), which is closed"
    remedy = _obstacle(order, calendar, company, period)
    if remedy is None:
        return []
    return [Fault("OrderDate", _PLACE, "period-closed", f"{why}; {remedy}", order.order_date.isoformat())]


def _obstacle(order: SalesOrderIn, calendar: Calendar, company: Company, period: Period) -> str | None:
    if company.policy.closed_period == "hold":
        return "open it in Sage Pro, or send the order under another date"
    if calendar.first_open_day(period.last) is None:
        return "no later period is open"
    if "notes" not in company.tables.somast.c:
        return "this company has no somast.notes that could keep the order's own date"
    return None


def in_open_period(order: O, calendar: Calendar, company: Company) -> O:
    """The order as it can be posted: on the first open day, its own date in the notes, if its period is closed.

    Orders with `period_faults` must not come here.
    """
    period = calendar.closed_on(order.order_date)
    day = calendar.first_open_day(period.last) if period else None
    if day is None or company.policy.closed_period == "hold":
        return order
    return moved(order, day)


def moved(order: O, day: date) -> O:
    """The order on another day; what its own was stands at the end of its notes."""
    mark = f"[order date {order.order_date}, posted on the first open day]"
    notes = f"{order.notes}\n{mark}" if order.notes else mark
    return order.model_copy(update={"order_date": day, "notes": notes})


def changed_date(
    order: O, standing: date | None, notes: str, calendar: Calendar, company: Company
) -> tuple[O, list[Fault]]:
    """The new state of an order that stands under a date and with notes, and what forbids its new date.

    An order that was moved when it was entered, and comes again under its own date, stays where it is.
    """
    if order.order_date == standing:
        return order, []
    found = _MARK.search(notes.rstrip())
    if found is not None and standing is not None and date.fromisoformat(found[1]) == order.order_date:
        return moved(order, standing), []
    faults = period_faults(order, calendar, company)
    return (order if faults else in_open_period(order, calendar, company)), faults
