"""What a column can hold, checked before anything is written: nothing is cut, rounded or replaced on the quiet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import Table

from tandem.gateway.company.faults import Fault
from tandem.gateway.company.layout import Column
from tandem.gateway.company.spec import Kind
from tandem.gateway.company.tables import shape_of

CODE_PAGE = "cp1252"
_SHOWN = 80
_FIRST_DAY = date(1901, 1, 1)  # SQL Server's blank date is the day of 1900


def text_fault(table: Table, column: str, field: str, value: str) -> Fault | None:
    """What keeps a text out of its column: no such column here, too long, or not in code page 1252."""
    if not value:
        return None
    place = f"{table.info['name']}.{column}"
    shape = shape_of(table).columns.get(column)
    if shape is None:
        return Fault(field, place, "no-such-column", "this company has no column for it; leave it out", value[:_SHOWN])
    if 0 < shape.width < len(value.rstrip()):
        message = f"has {len(value.rstrip())} characters, the column holds {shape.width}"
        return Fault(field, place, "too-long", message, value[:_SHOWN])
    if shape.kind is Kind.WIDE or value.isascii():
        return None
    return _code_page_fault(field, place, value)


def _code_page_fault(field: str, place: str, value: str) -> Fault | None:
    strange = sorted({letter for letter in value if not _fits(letter)})
    if not strange:
        return None
    named = ", ".join(f"{letter!r} (U+{ord(letter):04X})" for letter in strange[:5])
    message = f"holds {named}, which code page 1252 does not have; send it in letters that fit"
    return Fault(field, place, "not-in-code-page", message, value[:_SHOWN])


def _fits(letter: str) -> bool:
    try:
        letter.encode(CODE_PAGE)
    except UnicodeEncodeError:
        return False
    return True


def number_fault(table: Table, column: str, field: str, value: Decimal) -> Fault | None:
    """What keeps a number out of its column: too many decimals or too many digits."""
    shape = shape_of(table).columns.get(column)
    if shape is None:
        return None
    place = f"{table.info['name']}.{column}"
    if decimals(value) > shape.scale:
        message = f"has {decimals(value)} decimals, the column holds {shape.scale}"
        return Fault(field, place, "too-many-decimals", message, f"{value:f}"[:_SHOWN])
    if value and value.adjusted() >= _whole_digits(shape):
        message = f"is too large: the column holds {_whole_digits(shape)} digits before the point"
        return Fault(field, place, "too-large", message, f"{value:f}"[:_SHOWN])
    return None


def day_fault(field: str, place: str, day: date | None) -> Fault | None:
    """What keeps a date out of its column: it lies before the first that every database tells from a blank one."""
    if day is None or day >= _FIRST_DAY:
        return None
    return Fault(field, place, "date-out-of-range", f"must not lie before {_FIRST_DAY}", day.isoformat())


def _whole_digits(shape: Column) -> int:
    return shape.width - shape.scale


def decimals(value: Decimal) -> int:
    """How many decimals a number really needs: 12.500 needs one."""
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def width_of(table: Table, column: str) -> int:
    """How many characters a column holds at this site; 0 for any number."""
    return shape_of(table).columns[column].width


def scale_of(table: Table, column: str) -> int:
    """How many decimals a column holds at this site."""
    return shape_of(table).columns[column].scale


def first(*faults: Fault | None) -> Iterator[Fault]:
    """The first fault there is, so that one member is complained of once."""
    found = next((fault for fault in faults if fault is not None), None)
    if found is not None:
        yield found
