"""Sales orders as callers send them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from tandem.gateway.models.address import Address
from tandem.gateway.models.base import (
    PRINTABLE,
    Day,
    DayOrNull,
    FlagOrNull,
    LongText,
    Number,
    NumberOrNull,
    Percent,
    Positive,
    PositiveOrNull,
    Required,
    Text,
    WireIn,
    nullable,
)

ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=PRINTABLE)]
"""The shop's own id of a record."""

CustomFields = Annotated[
    dict[str, Text],
    Field(max_length=100),
    nullable({"type": "object", "additionalProperties": {"type": ["string", "null"]}, "maxProperties": 100}),
]
"""The site's own columns by name; only those on the gateway's allow-list."""


class LineItemIn(WireIn):
    """One order line; ExtendedPrice is Quantity x UnitPrice less DiscountPercent, rounded half up to cents."""

    line_reference: ExternalId = Field(description="The caller's id of the line, unique within the order")
    item_code: Required = Field(description="Matched on the trimmed, case-folded key")
    description: Text = Field("", description="Taken from the item when left out")
    quantity: Positive
    unit_price: Number
    discount_percent: Percent = Decimal(0)
    extended_price: Number
    tax_amount: NumberOrNull = Decimal(0)
    taxable: FlagOrNull = False
    location: Text = Field("", description="The order's location when left out")


class SalesOrderIn(WireIn):
    """A sales order to be entered."""

    sales_order_no: Text = Field("", description="Used if it is free and fits; left out, Sage Pro's counter numbers")
    external_order_id: ExternalId = Field(description="The shop's order id; unique in the company")
    external_order_number: Text = ""
    customer_no: Required
    order_date: Day
    requested_date: DayOrNull | None = None
    currency: Text = Field("", description="The company's currency when left out")
    exchange_rate: PositiveOrNull | None = None
    purchase_order_no: Text = ""
    payment_terms: Text = Field("", description="The customer's terms when left out")
    ship_via: Text = ""
    location: Text = Field("", description="The gateway's default location when left out")
    tax_exempt_code: Text = ""
    release: FlagOrNull = Field(default=True, description="False keeps the order from the warehouse")
    notes: LongText = ""
    ship_to_address: Address
    bill_to_address: Address | None = None
    add_ship_to: FlagOrNull = Field(default=True, description="Add the ship-to to the customer if it is new")
    line_items: list[LineItemIn] = Field(min_length=1, max_length=5000)
    tax_amount: Number = Field(description="Sum of the lines' TaxAmount")
    total_amount: Number = Field(description="Sum of the lines' ExtendedPrice, plus TaxAmount")
    custom_fields: CustomFields = Field(default_factory=dict)


class SalesOrderUpdate(SalesOrderIn):
    """The whole new state of an order; `Cancel` voids what was not shipped."""

    cancel: FlagOrNull = False
