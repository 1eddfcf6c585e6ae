"""The faults of an invoice's lines: unknown items, amounts that do not fit, more than was shipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Fault
from tandem.gateway.company.limits import first, number_fault, scale_of, text_fault, width_of
from tandem.gateway.company.rows import Row
from tandem.gateway.models import InvoiceIn, InvoiceLineIn
from tandem.gateway.orders.amounts import in_base
from tandem.gateway.receivables.basis import Basis
from tandem.gateway.receivables.ordered import Billed, Ordered, may_be_invoiced
from tandem.values import ZERO

_NUMBERS = (
    ("Quantity", "quantity", "qtyshp"),
    ("UnitPrice", "unit_price", "price"),
    ("DiscountPercent", "discount_percent", "disc"),
    ("ExtendedPrice", "extended_price", "extprice"),
)


def line_faults(given: InvoiceIn, basis: Basis, company: Company) -> Iterator[Fault]:
    """All faults of all lines."""
    highest = 10 ** width_of(company.tables.artran, "transeq") - 1 if "transeq" in company.tables.artran.c else 9999
    if len(given.line_items) > highest:
        message = f"has {len(given.line_items)} lines; the company numbers {highest}"
        yield Fault("LineItems", "artran.transeq", "too-many-lines", message)
    counts, seen = Counter(line.line_reference for line in given.line_items), set[str]()
    for index, line in enumerate(given.line_items):
        field = f"LineItems[{index}]"
        if counts[line.line_reference] > 1 and line.line_reference in seen:
            message = "stands on another line of this document too; each line needs its own"
            yield Fault(f"{field}.LineReference", "tdinvl.lineref", "duplicate-line", message, line.line_reference)
        seen.add(line.line_reference)
        yield from _one(line, field, given, basis, company)
    if basis.order is not None:
        yield from _quantity_faults(given, basis, basis.order)


def _one(line: InvoiceLineIn, field: str, given: InvoiceIn, basis: Basis, company: Company) -> Iterator[Fault]:
    tables = company.tables
    if line.item_code not in basis.items:
        message = "no item has this code"
        yield Fault(f"{field}.ItemCode", "icitem.item", "unknown-item", message, line.item_code)
    for member, name, column in _NUMBERS:
        yield from first(number_fault(tables.artran, column, f"{field}.{member}", getattr(line, name)))
    rate = given.exchange_rate or Decimal(1)
    for member, amount, column in (
        ("UnitPrice", line.unit_price, "bprice"),
        ("ExtendedPrice", line.extended_price, "bextpri"),
    ):
        if column in tables.artran.c and rate != 1:
            twin = in_base(amount, rate, scale_of(tables.artran, column))
            yield from first(number_fault(tables.artran, column, f"{field}.{member}", twin))
    yield from first(number_fault(tables.tdinvl, "taxamt", f"{field}.TaxAmount", line.tax_amount))
    yield from first(text_fault(tables.artran, "descrip", f"{field}.Description", line.description))
    yield from first(text_fault(tables.artran, "loctid", f"{field}.Location", line.location))
    credit = given.type == "creditMemo"
    if line.quantity > 0 if credit else line.quantity <= 0:
        message = "must not be above zero on a credit memo" if credit else "must be above zero on an invoice"
        yield Fault(f"{field}.Quantity", "artran.qtyshp", "wrong-sign", message, f"{line.quantity:f}")
    if line.sales_order_line is not None and basis.order is not None and line.sales_order_line not in basis.order.lines:
        message = f"order {basis.order.header['sono']} has no such line"
        yield Fault(
            f"{field}.SalesOrderLine", "sotran.tranlineno", "unknown-order-line", message, str(line.sales_order_line)
        )


def _quantity_faults(given: InvoiceIn, basis: Basis, order: Ordered) -> Iterator[Fault]:
    """More than was shipped, or than was invoiced, by order line over all lines; goods on no line of the order."""
    asked: dict[int, Decimal] = {}
    for index, line in enumerate(given.line_items):
        number = order.line_of(line.line_reference, line.sales_order_line)
        if number is None and given.type == "invoice" and basis.stocked(line.item_code):
            message = "is an item of stock, so it needs the line of the order that it was shipped for"
            field = f"LineItems[{index}].SalesOrderLine"
            yield Fault(field, "sotran.tranlineno", "line-missing", message, line.item_code)
        if number is None or number not in order.lines:
            continue
        asked[number] = asked.get(number, ZERO) + line.quantity
        found = _beyond(given, basis.billed, order.lines[number], number, asked[number])
        if found is not None:
            code, message = found
            yield Fault(f"LineItems[{index}].Quantity", "artran.qtyshp", code, message, f"{line.quantity:f}")


def _beyond(given: InvoiceIn, billed: Billed, ordered: Row, number: int, asked: Decimal) -> tuple[str, str] | None:
    """Code and message for a quantity of an order line that is too much; None if it is not."""
    invoiced, returned, may = billed.invoiced[number], billed.returned[number], may_be_invoiced(ordered)
    if given.type == "creditMemo":
        if returned - asked <= invoiced:
            return None
        return (
            "more-than-invoiced",
            f"{invoiced:f} of line {number} of the order are invoiced and {returned:f} are credited already",
        )
    if invoiced + asked <= may:
        return None
    how = "shipped" if ordered["stkcode"] == "Y" else "ordered"
    return (
        "more-than-shipped",
        f"{may:f} of line {number} of the order are {how} and {invoiced:f} are invoiced already",
    )
