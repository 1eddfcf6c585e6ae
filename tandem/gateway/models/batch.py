"""Batches: each item its own transaction and its own result, in the order sent."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from tandem.gateway.models.base import Exact, WireIn, WireOut
from tandem.gateway.models.problem import Problem

BATCH_LIMIT = 500
_VERSION = (
    "The version of this state in the caller's own system, a counter or an ISO 8601 time: a change that names an older "
    "one than was written before is refused with 409 newer-state-written"
)


def _items(*, versioned: bool = False, **members: str) -> WithJsonSchema:
    """The items of a batch: of this shape, but any other is taken too and gets its own problem in Results."""
    properties: dict[str, Any] = {
        name: {"$ref": f"#/components/schemas/{kind}"} if kind[0].isupper() else {"type": kind}
        for name, kind in members.items()
    }
    if versioned:
        properties["SourceVersion"] = {"type": "string", "maxLength": 255, "description": _VERSION}
    item = {"type": "object", "properties": properties, "required": list(members)}
    text = "Each item is judged by itself: one that is not of this shape gets its own problem in Results."
    return WithJsonSchema(
        {
            "type": "array",
            "items": {"anyOf": [item, {}]},
            "minItems": 1,
            "maxItems": BATCH_LIMIT,
            "description": text,
        }
    )


_Items = Annotated[list[Any], Field(min_length=1, max_length=BATCH_LIMIT)]


class SalesOrderBatch(WireIn):
    """Sales orders to be entered."""

    items: Annotated[_Items, _items(IdempotencyKey="string", Order="SalesOrderIn")]


class SalesOrderUpdateBatch(WireIn):
    """The new states of sales orders."""

    items: Annotated[
        _Items, _items(versioned=True, SalesOrderNo="string", IdempotencyKey="string", Order="SalesOrderUpdate")
    ]


class CustomerBatch(WireIn):
    """Customers to be entered."""

    items: Annotated[_Items, _items(IdempotencyKey="string", Customer="CustomerIn")]


class CustomerUpdateBatch(WireIn):
    """The new contact and address fields of customers."""

    items: Annotated[
        _Items, _items(versioned=True, CustomerNo="string", IdempotencyKey="string", Customer="CustomerIn")
    ]


class ProductBatch(WireIn):
    """The new descriptions and prices of products."""

    items: Annotated[_Items, _items(versioned=True, ItemCode="string", IdempotencyKey="string", Product="ProductIn")]


class AdjustmentBatch(WireIn):
    """Stock adjustments."""

    items: Annotated[
        _Items, _items(IdempotencyKey="string", ItemCode="string", Location="string", Adjustment="AdjustmentIn")
    ]


class InvoiceBatch(WireIn):
    """Invoices and credit memos to be entered."""

    items: Annotated[_Items, _items(IdempotencyKey="string", Invoice="InvoiceIn")]


class ReceiptBatch(WireIn):
    """Receipts to be entered."""

    items: Annotated[_Items, _items(IdempotencyKey="string", Receipt="ReceiptIn")]


class JournalBatch(WireIn):
    """Journals to be entered."""

    items: Annotated[_Items, _items(IdempotencyKey="string", Journal="JournalIn")]


class BackOrder(WireOut):
    """What of an order's line nothing on hand covers."""

    line_no: int
    item_code: str
    location: str
    quantity: Exact


class BatchResult(WireOut):
    """What became of one item."""

    index: int
    status: int = Field(description="The HTTP status that the item would have had alone")
    sales_order_no: str | None = None
    customer_no: str | None = None
    item_code: str | None = None
    location: str | None = None
    invoice_no: str | None = None
    receipt_no: str | None = None
    journal_no: str | None = None
    back_orders: list[BackOrder] | None = Field(None, description="Open goods of an order that are not there by now")
    e_tag: str | None = None
    replayed: bool = Field(default=False, description="The answer of an earlier request with the same key")
    problem: Problem | None = None


class BatchResults(WireOut):
    """One result for each item sent."""

    results: list[BatchResult]
