"""Customers: registered in the shop or a guest of one order; a record of ARCUST in Sage Pro."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tandem.entities.address import Address
from tandem.entities.declaration import Canonical, Entity, Match, Route, System


class Customer(Canonical):
    """A customer; `customer_id` is the shop's id, or `guest:` and the normalised e-mail address."""

    customer_id: str = Field(min_length=1)
    email: str = ""
    name: str = Field(min_length=1)
    company: str = ""
    phone: str = ""
    address: Address
    group: str = ""
    currency: str = ""
    payment_method: str = ""
    tax_exempt_code: str = ""
    guest: bool = False
    deleted: bool = False
    updated_at: datetime | None = None
    custom: dict[str, str] = Field(default_factory=dict)


CUSTOMER = Entity(
    name="customer",
    model=Customer,
    document=Customer,
    routes=(
        Route(
            source=System.CLARITY,
            target=System.SAGEPRO,
            read="customers",
            write="customers",
            key="customerId",
            version="updatedDate",
            updated="updatedDate",
            number="email",
            reference="ExternalCustomerId",
            target_number="CustomerNo",
            match=Match(field="Email"),
            events=frozenset({"customer.created", "customer.updated", "customer.redacted"}),
            erases=frozenset({"customer.redacted"}),
        ),
    ),
)
