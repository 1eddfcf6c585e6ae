"""Every fault of an order at once: what Sage Pro would refuse, what it would cut, what does not add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import Table

from tandem.gateway.company.company import Company
from tandem.gateway.company.currency import code_of, currency_faults
from tandem.gateway.company.custom import custom_faults
from tandem.gateway.company.faults import Fault
from tandem.gateway.company.limits import day_fault, first, number_fault, text_fault, width_of
from tandem.gateway.models import Address, LineItemIn, SalesOrderIn
from tandem.gateway.orders.addresses import COLUMNS, columns_of
from tandem.gateway.orders.amounts import CENTS, in_base, total
from tandem.gateway.orders.check_line import line_faults
from tandem.gateway.orders.masters import Masters

_TEXTS = (
    ("PurchaseOrderNo", "purchase_order_no", "ponum"),
    ("PaymentTerms", "payment_terms", "pterms"),
    ("ShipVia", "ship_via", "shipvia"),
    ("TaxExemptCode", "tax_exempt_code", "exempt"),
    ("Notes", "notes", "notes"),
    ("Currency", "currency", "currid"),
)
_WIRE = {"addrstate": "State", "zip": "PostalCode"}


def order_faults(order: SalesOrderIn, masters: Masters, company: Company) -> list[Fault]:
    """All faults of an order, in the order of its members."""
    return [
        *_header_faults(order, masters, company),
        *_currency_faults(order, masters, company.tables.somast),
        *_address_faults(order, company),
        *_lines_faults(order, masters, company),
        *_total_faults(order, company.tables.somast),
        *custom_faults(company, company.tables.somast, order.custom_fields),
    ]


def _header_faults(order: SalesOrderIn, masters: Masters, company: Company) -> Iterator[Fault]:
    table = company.tables.somast
    if masters.customer(order) is None:
        message = "no customer has this number; create it first"
        yield Fault("CustomerNo", "arcust.custno", "unknown-customer", message, order.customer_no)
    yield from _number_faults(order, masters, table)
    for field, member, column in _TEXTS:
        yield from first(text_fault(table, column, field, getattr(order, member)))
    yield from first(
        text_fault(company.tables.tdorder, "extnumber", "ExternalOrderNumber", order.external_order_number)
    )
    if masters.location(order.location) is None:
        message = f"no location has this id; the company has {', '.join(sorted(masters.locations)) or 'none'}"
        named = order.location or masters.default_location
        yield Fault("Location", "icloct.loctid", "unknown-location", message, named)
    if not order.release and "release" not in table.c:
        message = "cannot be false: this company cannot keep an order from its warehouse"
        yield Fault("Release", "somast.release", "no-such-column", message, "false")
    for field, day in (("OrderDate", order.order_date), ("RequestedDate", order.requested_date)):
        yield from first(day_fault(field, "somast.ordate", day))


def _number_faults(order: SalesOrderIn, masters: Masters, table: Table) -> Iterator[Fault]:
    number = order.sales_order_no.strip()
    if not number:
        return
    fault = text_fault(table, "sono", "SalesOrderNo", number)
    if fault is not None:
        yield fault
    elif number in masters.used_numbers:
        message = "is in use; leave it out to let Sage Pro's counter number the order"
        yield Fault("SalesOrderNo", "somast.sono", "number-in-use", message, number)


def _currency_faults(order: SalesOrderIn, masters: Masters, table: Table) -> Iterator[Fault]:
    found = list(currency_faults(order.currency, order.exchange_rate, masters.currency, "somast"))
    yield from found
    foreign = code_of(order.currency, masters.currency) != masters.currency
    if foreign and not found and order.exchange_rate is not None:
        yield from _base_faults(order, order.exchange_rate, table)


def _base_faults(order: SalesOrderIn, rate: Decimal, table: Table) -> Iterator[Fault]:
    goods = total(line.extended_price for line in order.line_items)
    highest = max(abs(line.unit_price) for line in order.line_items)
    yield from first(
        number_fault(table, "exchrat", "ExchangeRate", rate),
        number_fault(table, "bordamt", "ExchangeRate", in_base(goods, rate, CENTS)),
        number_fault(table, "bordamt", "ExchangeRate", in_base(highest, rate, CENTS)),
    )


def _address_faults(order: SalesOrderIn, company: Company) -> Iterator[Fault]:
    tables = company.tables
    given = order.ship_to_address
    places = [tables.soaddr, tables.arcadr] if order.add_ship_to else [tables.soaddr]
    yield from _one_address(given, "ShipToAddress", places, keeps_contact="contact" in tables.soaddr.c)
    if "contact" not in tables.soaddr.c:  # then the companion table keeps it
        yield from first(text_fault(tables.tdorder, "contact", "ShipToAddress.Contact", given.contact))
    if order.bill_to_address is not None:
        yield from _one_address(order.bill_to_address, "BillToAddress", [tables.tdaddr])


def _one_address(address: Address, field: str, places: list[Table], *, keeps_contact: bool = True) -> Iterator[Fault]:
    members = {column: member for member, column in COLUMNS.items()}
    for column, value in columns_of(address).items():
        if column == "contact" and not keeps_contact:
            continue
        name = _WIRE.get(column) or members[column].capitalize()
        yield from first(*(text_fault(place, column, f"{field}.{name}", value) for place in places))


def _lines_faults(order: SalesOrderIn, masters: Masters, company: Company) -> Iterator[Fault]:
    references = Counter(line.line_reference for line in order.line_items)
    highest = 10 ** width_of(company.tables.sotran, "transeq") - 1
    if len(order.line_items) > highest:
        message = f"has {len(order.line_items)} lines; the company numbers {highest}"
        yield Fault("LineItems", "sotran.transeq", "too-many-lines", message)
    seen: set[str] = set()
    for index, line in enumerate(order.line_items):
        field = f"LineItems[{index}]"
        yield from _reference_faults(line, field, references, seen)
        yield from line_faults(line, field, masters.item(line.item_code), masters, company, order.location)


def _reference_faults(line: LineItemIn, field: str, counts: Counter[str], seen: set[str]) -> Iterator[Fault]:
    reference = line.line_reference
    if counts[reference] > 1 and reference in seen:
        message = "stands on another line of this order too; each line needs its own"
        yield Fault(f"{field}.LineReference", "tdline.lineref", "duplicate-line", message, reference)
    seen.add(reference)


def _total_faults(order: SalesOrderIn, table: Table) -> Iterator[Fault]:
    tax = total(line.tax_amount for line in order.line_items)
    goods = total(line.extended_price for line in order.line_items)
    if order.tax_amount != tax:
        message = f"must be {tax:f}, the sum of the lines' TaxAmount"
        yield Fault("TaxAmount", "somast.tax", "tax-differs", message, f"{order.tax_amount:f}")
    else:
        yield from first(number_fault(table, "tax", "TaxAmount", order.tax_amount))
    if order.total_amount != total((goods, order.tax_amount)):
        message = f"must be {total((goods, order.tax_amount)):f}: lines {goods:f} plus tax {order.tax_amount:f}"
        yield Fault("TotalAmount", "somast.ordamt", "total-differs", message, f"{order.total_amount:f}")
    else:
        yield from first(number_fault(table, "ordamt", "TotalAmount", goods))
