"""Products (ICITEM) on the wire."""

from __future__ import annotations

from pydantic import Field

from tandem.gateway.models.base import Exact, ExactLong, PositiveOrNull, Record, Stamp, Text, WireIn


class ProductIn(WireIn):
    """What may be changed of an item; what is left out stays as it is."""

    description: Text | None = None
    description2: Text | None = None
    price: PositiveOrNull | None = Field(None, description="Only where the gateway is set to take prices")


class Product(Record):
    """An item of the company."""

    item_code: str
    description: str
    description2: str
    class_: str = Field(alias="Class")
    product_line: str
    stocked: bool
    status: str
    price: Exact
    last_cost: Exact
    average_cost: Exact
    standard_cost: Exact
    stock_unit: str
    sales_unit: str
    sales_factor: ExactLong
    on_hand: Exact
    updated_at: Stamp | None
