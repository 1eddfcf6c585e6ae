"""What a changed order differs in from the order as it stands, member by member.

A `guarded` difference touches lines or addresses: once the warehouse has begun, nobody may change those from outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tandem.gateway.models import Address, AddressOut, LineItem, LineItemIn, SalesOrder, SalesOrderUpdate
from tandem.gateway.orders.addresses import COLUMNS, columns_of, is_blank
from tandem.gateway.orders.masters import Masters

Value = str | Decimal | bool | date | None
_ADDRESS_NAMES = {member: "".join(part.capitalize() for part in member.split("_")) for member in COLUMNS}


@dataclass(frozen=True, slots=True)
class Difference:
    """One member that differs."""

    field: str
    before: Value
    after: Value
    guarded: bool = True
    reference: str = ""

    def as_dict(self) -> dict[str, str | None]:
        """The entry of the problem document's `differences`."""
        return {"field": self.field, "before": _text(self.before), "after": _text(self.after)}


def _text(value: Value) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return None if value is None else str(value)


def differences(before: SalesOrder, after: SalesOrderUpdate, masters: Masters) -> list[Difference]:
    """Everything in which the order would change."""
    found = [*_header(before, after, masters), *_addresses(before, after), *_lines(before, after, masters)]
    return [difference for difference in found if difference.before != difference.after]


def _header(before: SalesOrder, after: SalesOrderUpdate, masters: Masters) -> Iterator[Difference]:
    yield Difference("OrderDate", before.order_date, after.order_date)
    yield Difference("RequestedDate", before.requested_date, after.requested_date or after.order_date)
    yield Difference("ExchangeRate", before.exchange_rate, after.exchange_rate or Decimal(1))
    yield Difference("TaxExemptCode", before.tax_exempt_code, after.tax_exempt_code.strip())
    yield Difference("TaxAmount", before.tax_amount, after.tax_amount)
    yield Difference("Release", before.release, after.release)
    texts = {
        "PurchaseOrderNo": (before.purchase_order_no, after.purchase_order_no),
        "Notes": (before.notes, after.notes),
        "ExternalOrderNumber": (before.external_order_number, after.external_order_number),
        "Location": (before.location, masters.location(after.location) or ""),
        "PaymentTerms": (before.payment_terms, after.payment_terms),
        "ShipVia": (before.ship_via, after.ship_via),
    }
    for field, (old, new) in texts.items():
        yield Difference(field, old.rstrip(), new.rstrip(), guarded=False)
    for name, value in after.custom_fields.items():
        yield Difference(f"CustomFields.{name}", before.custom_fields.get(name, ""), value, guarded=False)


def _addresses(before: SalesOrder, after: SalesOrderUpdate) -> Iterator[Difference]:
    if not is_blank(after.ship_to_address):
        yield from _address("ShipToAddress", before.ship_to_address, after.ship_to_address)
    if after.bill_to_address is not None:
        yield from _address("BillToAddress", before.bill_to_address or AddressOut(), after.bill_to_address)


def _address(field: str, before: AddressOut, after: Address) -> Iterator[Difference]:
    old, new = columns_of(before), columns_of(after)
    for member, column in COLUMNS.items():
        yield Difference(f"{field}.{_ADDRESS_NAMES[member]}", old[column], new[column])


def _lines(before: SalesOrder, after: SalesOrderUpdate, masters: Masters) -> Iterator[Difference]:
    known = {line.line_reference: line for line in before.line_items if line.line_reference}
    given = {line.line_reference: line for line in after.line_items}
    for reference, line in known.items():
        if reference not in given:
            shown = f"{line.quantity:f} x {line.item_code}"
            yield Difference(f"LineItems[{reference}]", shown, None, reference=reference)
    for reference, new in given.items():
        old = known.get(reference)
        if old is None:
            shown = f"{new.quantity:f} x {new.item_code}"
            yield Difference(f"LineItems[{reference}]", None, shown, reference=reference)
        else:
            yield from _line(old, new, after, masters)


def _line(old: LineItem, new: LineItemIn, order: SalesOrderUpdate, masters: Masters) -> Iterator[Difference]:
    item = masters.item(new.item_code)
    members: dict[str, tuple[Value, Value]] = {
        "ItemCode": (old.item_code, item["item"] if item else new.item_code),
        "Description": (old.description, new.description.rstrip() or (item["itmdesc"] if item else "")),
        "Quantity": (old.quantity, new.quantity),
        "UnitPrice": (old.unit_price, new.unit_price),
        "DiscountPercent": (old.discount_percent, new.discount_percent),
        "TaxAmount": (old.tax_amount, new.tax_amount),
        "Taxable": (old.taxable, new.taxable),
        "Location": (old.location, masters.location(new.location, order.location) or ""),
    }
    reference = old.line_reference
    for name, (before, after) in members.items():
        yield Difference(f"LineItems[{reference}].{name}", before, after, reference=reference)
