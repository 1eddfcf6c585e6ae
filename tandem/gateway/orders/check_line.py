"""The faults of one order line."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Fault
from tandem.gateway.company.limits import first, number_fault, text_fault
from tandem.gateway.company.rows import Row
from tandem.gateway.models import LineItemIn
from tandem.gateway.orders.amounts import extended
from tandem.gateway.orders.masters import Masters

_NUMBERS = (
    ("Quantity", "quantity", "sotran", "qtyord"),
    ("UnitPrice", "unit_price", "sotran", "price"),
    ("DiscountPercent", "discount_percent", "sotran", "disc"),
    ("ExtendedPrice", "extended_price", "sotran", "extprice"),
    ("TaxAmount", "tax_amount", "tdline", "taxamt"),
)


def is_stocked(item: Row) -> bool:
    """Whether an item has stock at all; freight, tips and the like have none."""
    return bool(item["stkcode"] != "N")


def line_faults(
    line: LineItemIn, field: str, item: Row | None, masters: Masters, company: Company, order_location: str
) -> Iterator[Fault]:
    """All faults of one line."""
    if item is None:
        message = "no item has this code"
        yield Fault(f"{field}.ItemCode", "sotran.item", "unknown-item", message, line.item_code)
    yield from _location_faults(line, field, item, masters, order_location)
    description = line.description or (item["itmdesc"] if item else "")
    yield from first(text_fault(company.tables.sotran, "descrip", f"{field}.Description", description))
    yield from first(text_fault(company.tables.tdline, "lineref", f"{field}.LineReference", line.line_reference))
    yield from _number_faults(line, field, company)


def _location_faults(
    line: LineItemIn, field: str, item: Row | None, masters: Masters, order_location: str
) -> Iterator[Fault]:
    location = masters.location(line.location, order_location)
    if location is None:
        if line.location.strip():
            message = "no location has this id"
            yield Fault(f"{field}.Location", "icloct.loctid", "unknown-location", message, line.location)
        return
    if item is None or not is_stocked(item):
        return
    for table, rows in (("iciloc", masters.stock), ("iciqty", masters.bins)):
        if (item["item"], location) not in rows:
            message = f"item {item['item']} has no row in {table} for {location}; set it up there in Sage Pro"
            yield Fault(f"{field}.Location", f"{table}.loctid", "not-stocked-there", message, location)


def _number_faults(line: LineItemIn, field: str, company: Company) -> Iterator[Fault]:
    faults: list[Fault] = []
    for name, member, table, column in _NUMBERS:
        at = getattr(company.tables, table)
        faults.extend(first(number_fault(at, column, f"{field}.{name}", getattr(line, member))))
    yield from faults
    if line.quantity == 0:
        yield Fault(f"{field}.Quantity", "sotran.qtyord", "zero-quantity", "must not be zero; leave the line out", "0")
    if not 0 <= line.discount_percent <= 100:
        message = "must lie between 0 and 100"
        given = f"{line.discount_percent:f}"
        yield Fault(f"{field}.DiscountPercent", "sotran.disc", "discount-out-of-range", message, given)
    elif not faults:
        yield from _formula_fault(line, field)


def _formula_fault(line: LineItemIn, field: str) -> Iterator[Fault]:
    right = extended(line.quantity, line.unit_price, line.discount_percent)
    if line.extended_price != right:
        message = (
            f"must be {right:f}: {line.quantity:f} x {line.unit_price:f} less {line.discount_percent:f} % "
            "rounded half up to cents"
        )
        given = f"{line.extended_price:f}"
        yield Fault(f"{field}.ExtendedPrice", "sotran.extprice", "extended-price-differs", message, given)
