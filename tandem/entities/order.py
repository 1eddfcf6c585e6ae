"""Orders: placed in the shop, entered as a sales order (SOMAST, SOTRAN, SOADDR) in Sage Pro."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from tandem.entities.address import Address
from tandem.entities.declaration import Canonical, Entity, Parent, Route, System
from tandem.entities.takes import Lines, Takes


class OrderLine(Canonical):
    """One line as the shop sold it; `total` is after `discount`, without tax unless prices include it."""

    line_id: str = Field(min_length=1)
    sku: str = Field(min_length=1)
    name: str = ""
    quantity: Decimal
    pack: Decimal = Decimal(1)
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    total: Decimal
    requires_shipping: bool = True
    gift_card: bool = False
    bundle_parent: str | None = None


class Charge(Canonical):
    """Shipping or a fee: `kind` is shipping, tip, duty, surcharge or whatever the shop calls it."""

    kind: str
    name: str = ""
    method: str = ""
    amount: Decimal
    discount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)


class Payment(Canonical):
    """One movement of money at a payment provider."""

    payment_id: str
    method: str
    kind: Literal["authorization", "capture", "sale", "void", "refund", "giftCard", "storeCredit"]
    status: Literal["pending", "success", "failure"]
    amount: Decimal
    currency: str
    transaction_id: str = ""
    parent_id: str | None = None


class Order(Canonical):
    """An order; totals are the shop's own and authoritative."""

    order_id: str = Field(min_length=1)
    number: str
    placed_at: datetime
    business_date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    updated_at: datetime | None = None
    version: str | None = None
    status: Literal["open", "onHold", "cancelled", "completed"]
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    is_test: bool = False
    source: str = ""
    customer_key: str = Field(min_length=1)
    customer_id: str | None = None
    customer_group: str = ""
    email: str = ""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    shop_currency: str = Field(pattern=r"^[A-Z]{3}$")
    exchange_rate: Decimal | None = None
    taxes_included: bool = False
    tax_exempt_code: str = ""
    tax_exempt: bool = False
    lines: tuple[OrderLine, ...]
    charges: tuple[Charge, ...] = ()
    payments: tuple[Payment, ...] = ()
    payment_method: str = ""
    subtotal: Decimal
    discount_total: Decimal = Decimal(0)
    shipping_total: Decimal = Decimal(0)
    fee_total: Decimal = Decimal(0)
    tax_total: Decimal = Decimal(0)
    total: Decimal
    ship_to: Address
    bill_to: Address
    purchase_order: str = ""
    note: str = ""
    custom: dict[str, str] = Field(default_factory=dict)


class DocumentLine(Canonical):
    """One line of the sales order to be written; `kind` is goods, gift_card, rounding or a charge's kind.

    `free` marks goods that the customer gets for nothing, as opposed to goods without a price.
    """

    line_id: str
    kind: str
    sku: str = ""
    description: str = ""
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    amount: Decimal
    tax: Decimal = Decimal(0)
    taxable: bool = False
    free: bool = False


class OrderDocument(Canonical):
    """What the order becomes in Sage Pro, with every cent placed; made by `rules.orders.plan`."""

    order: Order
    lines: tuple[DocumentLine, ...]
    tax: Decimal
    total: Decimal
    location: str = ""
    payment_terms: str = ""
    release: bool = True
    cancelled: bool = False
    notes: tuple[str, ...] = ()


ORDER = Entity(
    name="order",
    model=Order,
    document=OrderDocument,
    amount="total",
    currency="currency",
    status="status",
    routes=(
        Route(
            source=System.CLARITY,
            target=System.SAGEPRO,
            read="orders",
            write="orders",
            key="orderId",
            version="version",
            updated="updatedDate",
            number="orderNumber",
            reference="ExternalOrderId",
            target_number="SalesOrderNo",
            target_amount="TotalAmount",
            target_currency="Currency",
            target_status="Status",
            parents=(Parent(entity="customer", key="customer_key", sheet="from_clarity_order"),),
            events=frozenset({"order.created", "order.updated", "order.cancelled", "order.paid"}),
            takes=Takes(
                record=Lines(
                    lines="lineItems",
                    line="lineId",
                    sku="sku",
                    quantity="quantity",
                    part_of="bundleParentLineId",
                    pack=("unit", "units"),
                    unless={"status": frozenset({"cancelled"}), "isTest": frozenset({True})},
                ),
                document=Lines(
                    lines="lines",
                    line="line_id",
                    sku="sku",
                    quantity="quantity",
                    location="location",
                    unless={"cancelled": frozenset({True})},
                ),
                payload=Lines(
                    lines="LineItems",
                    line="LineReference",
                    sku="ItemCode",
                    quantity="Quantity",
                    location="Location",
                    unless={"Cancel": frozenset({True})},
                ),
            ),
        ),
    ),
)
