"""Products (ICITEM) on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema

from tandem.gateway.models.base import (
    Day,
    Exact,
    ExactLong,
    Positive,
    PositiveOrNull,
    Record,
    Stamp,
    Text,
    WireIn,
    WireOut,
    nullable,
)

MOST_PRICES = 100
"""Dated prices that one item may have."""

ExactOrNull = Annotated[Exact | None, nullable({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"})]
DayOut = Annotated[Day, WithJsonSchema({"type": "string", "format": "date"})]


class DatedPriceIn(WireIn):
    """A price from a day on; no price list is the list price, no currency the company's."""

    price_code: Text = ""
    currency: Text = ""
    effective_from: Day
    price: Positive


class DatedPrice(WireOut):
    """A price from a day on, which begins at midnight where it is sold."""

    price_code: str = Field(description="Empty: the list price")
    currency: str
    effective_from: DayOut
    price: Exact


class ProductIn(WireIn):
    """What may be changed of an item; what is left out stays as it is."""

    description: Text | None = None
    description2: Text | None = None
    price: PositiveOrNull | None = Field(None, description="Only where the gateway is set to take prices")
    prices: list[DatedPriceIn] | None = Field(
        None, max_length=MOST_PRICES, description="Replaces all dated prices; only where prices are taken"
    )


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
    currency: str = Field(description="The company's, which Price is in")
    prices: list[DatedPrice] = Field(description="Prices that take effect on a day, earliest first")
    last_cost: ExactOrNull = Field(description="Null if includeCosts is false")
    average_cost: ExactOrNull
    standard_cost: ExactOrNull
    stock_unit: str
    sales_unit: str
    sales_factor: ExactLong
    on_hand: Exact
    updated_at: Stamp | None

    def without_costs(self) -> Product:
        """The same item, under the same tag, for those whom its cost is no business of."""
        return self.model_copy(update={"last_cost": None, "average_cost": None, "standard_cost": None})
