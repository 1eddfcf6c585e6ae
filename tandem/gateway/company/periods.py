"""What becomes of a document whose date lies in a closed fiscal period: held, or moved to the first open day."""

from __future__ import annotations

from datetime import date

from tandem.gateway.company.calendar import Calendar
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Fault

_PLACE = "sycdfis.closed"


def period_faults(
    day: date, field: str, what: str, calendar: Calendar, company: Company, *, unkept: str = ""
) -> list[Fault]:
    """The fault of a date that lies in a closed period and may not, or cannot, be moved.

    Args:
        day: The document's date.
        field: The member that it came in.
        what: What the document is called.
        calendar: The company's periods.
        company: The company with its policy.
        unkept: Why the company could not keep the document's own date; empty if it can.
    """
    period = calendar.closed_on(day)
    if period is None:
        return []
    if company.policy.closed_period == "hold":
        remedy = f"open it in Sage Pro, or send the {what} under another date"
    elif calendar.first_open_day(period.last) is None:
        remedy = "no later period is open"
    else:
        remedy = unkept
    if not remedy:
        return []
    why = f"lies in fiscal period {period.name} ({period.first} to {period.last}), which is closed"
    return [Fault(field, _PLACE, "period-closed", f"{why}; {remedy}", day.isoformat())]


def open_day(day: date, calendar: Calendar, company: Company) -> date:
    """The day on which a document of this date is entered: its own, or the first open one if its period is closed.

    Dates with `period_faults` must not come here.
    """
    period = calendar.closed_on(day)
    moved = calendar.first_open_day(period.last) if period else None
    return day if moved is None or company.policy.closed_period == "hold" else moved


def mark(day: date, what: str = "order") -> str:
    """What the notes of a document say that was moved from its own date."""
    return f"[{what} date {day}, posted on the first open day]"


def marked(notes: str, day: date, what: str = "order") -> str:
    """The notes with that mark at their end."""
    return f"{notes}\n{mark(day, what)}" if notes else mark(day, what)
