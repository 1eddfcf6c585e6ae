"""Rows of an order as the gateway shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from tandem.gateway import etag
from tandem.gateway.company.custom import shown
from tandem.gateway.company.rows import Row
from tandem.gateway.company.stamps import moment_of_stamp, moment_of_text
from tandem.gateway.models import AddressOut, LineItem, OrderStatus, SalesOrder, ShipmentSummary
from tandem.gateway.orders.addresses import address_of
from tandem.gateway.orders.amounts import extended, total
from tandem.values import ZERO

VOID, CLOSED, DELETED = "V", "C", "X"
DELIVERY = "D"
RELEASED = "Y"


@dataclass(frozen=True, slots=True)
class Parts:
    """All rows of one order."""

    header: Row
    lines: Sequence[Row]
    addresses: Sequence[Row]
    companion: Row | None
    references: Mapping[int, Row]
    bill_to: Row | None
    shipments: Sequence[Row]
    custom: tuple[str, ...]
    history: bool


def sales_order(parts: Parts, zone: ZoneInfo) -> SalesOrder:
    """The order with its entity tag. Lines that were deleted are not shown; voided ones are, and say so."""
    header, companion = parts.header, parts.companion or {}
    lines = [_line(row, parts.references.get(row["tranlineno"], {})) for row in parts.lines if row["sostat"] != DELETED]
    made = SalesOrder(
        e_tag="",
        sales_order_no=header["sono"],
        external_order_id=companion.get("extid"),
        external_order_number=companion.get("extnumber", ""),
        customer_no=header["custno"],
        order_date=header["ordate"] or header["sodate"],
        requested_date=_requested(parts.lines),
        currency=header["currid"],
        exchange_rate=header["exchrat"] or Decimal(1),
        purchase_order_no=header["ponum"],
        payment_terms=header["pterms"],
        ship_via=header["shipvia"],
        location=header["defloc"],
        tax_exempt_code=header["exempt"],
        release=header["release"] == RELEASED,
        notes=header["notes"],
        ship_to_address=_ship_to(parts),
        bill_to_address=address_of(parts.bill_to) if parts.bill_to is not None else None,
        ship_to_no=header["cshipno"].strip(),
        line_items=lines,
        tax_amount=header["tax"],
        total_amount=total((*(line.extended_price for line in lines), header["tax"])),
        custom_fields={name: shown(header[name]) for name in parts.custom},
        status=status_of(header["sostat"], parts.lines, history=parts.history),
        open_amount=header["ordamt"],
        shipped_amount=header["shpamt"],
        history=parts.history,
        created_at=moment_of_stamp(header["adddate"], header["addtime"], zone),
        updated_at=moment_of_text(header["updated"], zone),
        shipments=_shipments(parts.shipments),
    )
    return etag.seal(made)


def status_of(sostat: str, lines: Sequence[Row], *, history: bool) -> OrderStatus:
    """What Sage Pro's status means; a blank one is open, or partial once anything was shipped."""
    if sostat in (VOID, DELETED):
        return "void"
    if sostat == CLOSED or history:
        return "closed"
    return "partial" if any(row["qtyshp"] for row in lines) else "open"


def ordered(row: Row) -> Decimal:
    """The quantity first ordered; a company without that column tells what is open and shipped."""
    quantity: Decimal = row["origqtyord"] or row["qtyord"] + row["qtyshp"]
    return quantity


def _line(row: Row, reference: Row) -> LineItem:
    quantity = ordered(row)
    return LineItem(
        line_no=row["tranlineno"],
        line_reference=reference.get("lineref", ""),
        item_code=row["item"],
        description=row["descrip"],
        quantity=quantity,
        unit_price=row["price"],
        discount_percent=row["disc"],
        extended_price=extended(quantity, row["price"], row["disc"]),
        tax_amount=reference.get("taxamt", ZERO),
        taxable=row["taxable"] == "Y",
        location=row["loctid"],
        open_quantity=row["qtyord"],
        original_quantity=quantity,
        shipped_quantity=row["qtyshp"],
        picking_quantity=row["shipqty"],
        void=row["sostat"] == VOID,
    )


def _requested(lines: Sequence[Row]) -> date | None:
    days = [row["rqdate"] for row in lines if row["rqdate"] is not None]
    return min(days, default=None)


def _ship_to(parts: Parts) -> AddressOut:
    row = next((row for row in parts.addresses if row["adtype"] == DELIVERY), None)
    if row is None:
        return AddressOut()
    address = address_of(row)
    if not address.contact and parts.companion is not None:
        address.contact = parts.companion["contact"]
    return address


def _shipments(rows: Sequence[Row]) -> list[ShipmentSummary]:
    by_number: dict[str, list[Row]] = {}
    for row in rows:
        by_number.setdefault(row["shipno"], []).append(row)
    return [
        ShipmentSummary(
            shipment_no=number,
            ship_date=lines[0]["shipdate"],
            ship_via=lines[0]["shipvia"],
            tracking_no=lines[0]["trackno"],
            voided=all(line["shpstat"] == VOID for line in lines),
        )
        for number, lines in by_number.items()
    ]
