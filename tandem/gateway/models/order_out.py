"""Sales orders as they stand in the company."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from tandem.gateway.models.address import AddressOut
from tandem.gateway.models.base import Exact, ExactLong, Record, Stamp, WireOut
from tandem.gateway.models.shipment import ShipmentSummary

OrderStatus = Literal["open", "partial", "closed", "void"]


class LineItem(WireOut):
    """One order line; open, original, shipped and picking quantity are told apart."""

    line_no: int
    line_reference: str
    item_code: str
    description: str
    quantity: Exact = Field(description="First ordered")
    unit_price: Exact
    discount_percent: Exact
    extended_price: Exact
    tax_amount: Exact
    taxable: bool
    location: str
    open_quantity: Exact
    original_quantity: Exact
    shipped_quantity: Exact
    picking_quantity: Exact = Field(description="To be shipped now")
    void: bool = False


class SalesOrder(Record):
    """A sales order; `History` is true when it stands in Sage Pro's history tables."""

    sales_order_no: str
    external_order_id: str | None
    external_order_number: str
    customer_no: str
    order_date: date | None
    requested_date: date | None
    currency: str
    exchange_rate: ExactLong
    purchase_order_no: str
    payment_terms: str
    ship_via: str
    location: str
    tax_exempt_code: str
    release: bool
    notes: str
    ship_to_address: AddressOut
    bill_to_address: AddressOut | None
    ship_to_no: str
    line_items: list[LineItem]
    tax_amount: Exact
    total_amount: Exact
    custom_fields: dict[str, str]
    status: OrderStatus
    open_amount: Exact
    shipped_amount: Exact
    history: bool
    created_at: Stamp | None
    updated_at: Stamp | None
    shipments: list[ShipmentSummary]
