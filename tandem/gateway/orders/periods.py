"""Orders dated in a closed fiscal period: held, or posted on the first open day with their own date in the notes."""

from __future__ import annotations

import re
from datetime import date
from typing import TypeVar

from tandem.gateway.company import periods
from tandem.gateway.company.calendar import Calendar
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Fault
from tandem.gateway.models import SalesOrderIn

O = TypeVar("O", bound=SalesOrderIn)  # noqa: E741 - an order

_MARK = re.compile(r"\n?\[order date (\d{4}-\d{2}-\d{2}), posted on the first open day\]\Z")
_NO_NOTES = "this company has no somast.notes that could keep the order's own date"


def period_faults(order: SalesOrderIn, calendar: Calendar, company: Company) -> list[Fault]:
    """The fault of an order whose date lies in a closed period and may not, or cannot, be moved."""
    unkept = "" if "notes" in company.tables.somast.c else _NO_NOTES
    return periods.period_faults(order.order_date, "OrderDate", "order", calendar, company, unkept=unkept)


def in_open_period(order: O, calendar: Calendar, company: Company) -> O:
    """The order as it can be posted: on the first open day, its own date in the notes, if its period is closed.

    Orders with `period_faults` must not come here.
    """
    day = periods.open_day(order.order_date, calendar, company)
    return order if day == order.order_date else moved(order, day)


def moved(order: O, day: date) -> O:
    """The order on another day; what its own was stands at the end of its notes."""
    notes = periods.marked(order.notes, order.order_date)
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
