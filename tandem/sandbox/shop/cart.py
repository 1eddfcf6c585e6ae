"""What a customer hands over at the checkout: goods, addresses, means of payment; no totals."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from tandem.values import decimal_of

Exact = Annotated[Decimal, BeforeValidator(decimal_of)]
Positive = Annotated[Exact, Field(ge=0)]

ADDRESS_FIELDS = (
    "firstName", "lastName", "company", "address1", "address2", "address3", "city", "region", "postalCode",
    "country", "phone", "email",
)  # fmt: skip


class Form(BaseModel):
    """Names on the wire are camelCase; an unknown one is refused."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class Tax(Form):
    """One tax on a line; `rate` is a fraction, 0.0825 for 8.25 %."""

    title: str = "Sales tax"
    rate: Positive
    jurisdiction: str = ""


class Discount(Form):
    """So much off, as money or as percent of what it applies to."""

    code: str = ""
    amount: Positive | None = None
    percent: Annotated[Exact, Field(ge=0, le=100)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Discount:
        if (self.amount is None) == (self.percent is None):
            raise ValueError("a discount has either an amount or a percent")
        return self


class Part(Form):
    """What a bundle holds, with its list price; `quantity` is per bundle."""

    line_id: str = ""
    sku: str = Field(min_length=1)
    name: str | None = None
    quantity: Exact = Decimal(1)
    unit_price: Exact | None = None


class Line(Form):
    """One line of goods; what is absent comes from the catalogue.

    `line_total` and `tax_amount` are the shop's own figures and the order's totals follow them; `planted` puts
    wrong values into the finished line, and no total follows.
    """

    line_id: str = ""
    sku: str = Field(min_length=1)
    product_id: str | None = None
    name: str | None = None
    quantity: Exact = Decimal(1)
    unit: str | None = None
    unit_price: Exact | None = None
    discounts: tuple[Discount, ...] = ()
    taxes: tuple[Tax, ...] | None = Field(None, description="Absent: those of the cart; none on a gift card")
    line_total: Exact | None = None
    tax_amount: Exact | None = None
    requires_shipping: bool | None = None
    gift_card: bool | None = None
    parts: tuple[Part, ...] = ()
    planted: dict[str, Any] = Field(default_factory=dict)


class Shipping(Form):
    """A way of shipping and its price before its own discount."""

    method: str = "ground"
    title: str = ""
    amount: Positive = Decimal(0)
    discount: Positive = Decimal(0)
    taxes: tuple[Tax, ...] | None = None


class Fee(Form):
    """Tip, duty, surcharge, or whatever the shop calls it."""

    kind: str = Field(min_length=1)
    title: str = ""
    amount: Exact
    taxes: tuple[Tax, ...] = ()


class Tender(Form):
    """A means of payment; without an amount it takes what is left to pay."""

    method: str = "creditCard"
    kind: Literal["authorization", "capture", "sale", "giftCard", "storeCredit"] = "sale"
    status: Literal["pending", "success", "failure"] = "success"
    amount: Positive | None = None
    currency: str | None = None
    gateway: str = ""


class Cart(Form):
    """Everything that makes an order.

    `payments` absent: one sale by `payment_method` over the whole total; empty: nothing is paid yet (terms).
    `planted` replaces and `omitted` removes fields of the finished order, for orders that are meant to be wrong.
    """

    order_id: str | None = None
    order_number: str | None = None
    order_date: datetime | None = None
    customer_id: str | None = None
    email: str | None = None
    status: Literal["open", "onHold"] = "open"
    is_test: bool = False
    source: str = "web"
    currency: str | None = None
    shop_currency: str | None = None
    exchange_rate: Exact | None = Field(None, gt=0, description="Shop currency for one unit of currency")
    taxes_included: bool = False
    tax_rounding: Literal["line", "document"] = "line"
    tax_exempt: bool = False
    tax_exempt_code: str | None = None
    taxes: tuple[Tax, ...] = ()
    bundle_money: Literal["parent", "parts"] = "parent"
    lines: tuple[Line, ...] = Field(min_length=1, max_length=10_000)
    discounts: tuple[Discount, ...] = ()
    shipping: tuple[Shipping, ...] = ()
    fees: tuple[Fee, ...] = ()
    payment_method: str | None = None
    payments: tuple[Tender, ...] | None = None
    shipping_address: dict[str, str] | None = None
    billing_address: dict[str, str] | None = None
    customer_group: str | None = None
    purchase_order_no: str = ""
    note: str = ""
    tags: dict[str, str] = Field(default_factory=dict)
    custom_fields: dict[str, Any] = Field(default_factory=dict)
    planted: dict[str, Any] = Field(default_factory=dict)
    omitted: tuple[str, ...] = ()
    lines_made: int = Field(0, description="Line ids given so far; none is used twice")


def address_of(given: dict[str, str] | None) -> dict[str, str]:
    """The address with every field there."""
    return dict.fromkeys(ADDRESS_FIELDS, "") | (given or {})
