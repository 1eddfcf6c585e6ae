"""Customers (ARCUST) on the wire; columns that are not named here never leave the company."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tandem.gateway.models.address import Address, AddressOut, ShipTo
from tandem.gateway.models.base import (
    PRINTABLE,
    Exact,
    LongText,
    PositiveOrNull,
    Record,
    Required,
    Stamp,
    Text,
    WireIn,
)
from tandem.gateway.models.order import CustomFields

ExternalCustomerId = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=PRINTABLE)]
"""The shop's own id of a customer; a guest's may hold a whole e-mail address."""


class CustomerIn(WireIn):
    """A customer to be entered, or the new contact and address fields of one."""

    customer_no: Text = Field("", description="Used if it is free and fits; left out, made from the name")
    external_customer_id: ExternalCustomerId | None = Field(None, description="The shop's id; unique in the company")
    company: Required = Field(description="The name")
    contact: Text = ""
    email: Text = ""
    phone: Text = ""
    address: Address = Field(default_factory=Address)
    payment_terms: Text = ""
    currency: Text = Field("", description="The company's currency when left out")
    tax_exempt_code: Text = ""
    price_code: Text = ""
    territory: Text = ""
    sales_person: Text = ""
    credit_limit: PositiveOrNull | None = None
    notes: LongText = ""
    custom_fields: CustomFields = Field(default_factory=dict)


class ExternalIdIn(WireIn):
    """One more shop id for a customer."""

    external_customer_id: ExternalCustomerId


class Customer(Record):
    """A customer; `Balance` and `OnOrder` are kept by Sage Pro."""

    customer_no: str
    external_customer_id: str | None = Field(description="The first of the shop's ids")
    external_customer_ids: list[str]
    company: str
    contact: str
    email: str
    phone: str
    address: AddressOut
    payment_terms: str
    currency: str
    tax_exempt_code: str
    price_code: str
    territory: str
    sales_person: str
    credit_limit: Exact
    notes: str
    custom_fields: dict[str, str]
    balance: Exact
    on_order: Exact
    ship_tos: list[ShipTo]
    updated_at: Stamp | None
