"""Stock by item and location (ICILOC) on the wire."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from tandem.gateway.models.base import Exact, FlagOrNull, NumberOrNull, Record, Stamp, Text, WireIn


def _only(name: str, other: str) -> dict[str, Any]:
    return {
        "required": [name],
        "properties": {name: {"not": {"type": "null"}}, other: {"type": "null"}},
    }


_ONE_OF_TWO: dict[str, Any] = {"oneOf": [_only("Quantity", "CountedQuantity"), _only("CountedQuantity", "Quantity")]}


class AdjustmentIn(WireIn):
    """A stock adjustment: either a signed `Quantity` or what was counted."""

    model_config = ConfigDict(json_schema_extra=_ONE_OF_TWO)

    quantity: NumberOrNull | None = Field(None, description="Added to what is on hand; negative takes away")
    counted_quantity: NumberOrNull | None = Field(None, description="What is on hand from now on")
    reason: Text = ""
    reference: Text = Field("", description="The caller's document, kept on the stock movement")
    allow_negative: FlagOrNull = Field(default=False, description="Let the quantity on hand fall below zero")


class Stock(Record):
    """Quantities of one item at one location, in the stocking unit."""

    key: str = Field(description="Item and location joined by a bar")
    item_code: str
    location: str
    on_hand: Exact
    allocated: Exact
    on_order: Exact
    open_sales: Exact = Field(description="Computed from the open sales order lines")
    available: Exact = Field(description="On hand less Sage Pro's own allocations")
    available_computed: Exact = Field(description="On hand less open sales and work orders")
    gone: bool = Field(description="The location does not keep the item (no ICILOC row); open orders want it even so")
    updated_at: Stamp | None
