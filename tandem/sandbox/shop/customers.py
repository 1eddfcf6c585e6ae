"""The desk where customers register, change their data, and have it erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from tandem.sandbox.shop.cart import ADDRESS_FIELDS, Form, address_of
from tandem.sandbox.shop.core import ShopCore
from tandem.sandbox.shop.refusal import ShopError, parsed
from tandem.sandbox.shop.tables import CUSTOMERS, ORDERS
from tandem.sandbox.shop.transaction import Record
from tandem.sandbox.shop.wire import read_moment

ERASED = ""


class Registration(Form):
    """What a customer tells the shop; an id is given where none is brought."""

    customer_id: str | None = None
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""
    group: str = ""
    currency: str = ""
    payment_method: str = ""
    tax_exempt_code: str = ""
    billing_address: dict[str, str] = Field(default_factory=dict)
    addresses: tuple[dict[str, str], ...] = ()
    is_deleted: bool = False
    created_date: str | None = None
    updated_date: str | None = None
    custom_fields: dict[str, Any] = Field(default_factory=dict)


class CustomerDesk(ShopCore):
    """Customers with an account; a guest has none."""

    def register_customer(
        self, details: Mapping[str, Any], *, at: datetime | None = None, keep_existing: bool = False
    ) -> Record:
        """Opens an account; `keep_existing` answers one with the same id as it stands.

        Raises:
            ShopError: a field cannot be used, or the id is taken.
        """
        form = parsed(Registration, details)
        with self.writing() as tx:
            found = tx.find(CUSTOMERS, form.customer_id) if form.customer_id else None
            if found and keep_existing:
                return found
            if found:
                message = f"customer {form.customer_id} is there already"
                raise ShopError(409, "duplicate-customer", message, field="customerId")
            record = form.model_dump(by_alias=True)
            record["customerId"] = form.customer_id or tx.id_of(CUSTOMERS)
            record["billingAddress"] = address_of(form.billing_address)
            record["addresses"] = [address_of(address) for address in form.addresses]
            record["updatedDate"] = tx.stamp
            if form.created_date:
                at = read_moment(form.created_date, self.zone, "createdDate")
            record["createdDate"] = self.stamp(at) if at else tx.stamp
            tx.add(CUSTOMERS, record)
            tx.emit("customer.created", CUSTOMERS, record)
        return record

    def change_customer(self, customer_id: str, fields: Mapping[str, Any]) -> Record:
        """Replaces fields of an account.

        Raises:
            ShopError: no such customer, or a field cannot be used.
        """
        with self.writing() as tx:
            record = tx.need(CUSTOMERS, customer_id)
            made = parsed(Registration, record | dict(fields) | {"customerId": customer_id})
            record |= made.model_dump(by_alias=True)
            record["billingAddress"] = address_of(made.billing_address)
            record["addresses"] = [address_of(address) for address in made.addresses]
            record["updatedDate"] = tx.stamp
            tx.save(CUSTOMERS, record)
            tx.emit("customer.updated", CUSTOMERS, record)
        return record

    def delete_customer(self, customer_id: str) -> Record:
        """Closes an account; the record stays and is marked."""
        return self.change_customer(customer_id, {"isDeleted": True})

    def redact_customer(self, customer_id: str) -> Record:
        """Erases what tells who the customer is, in the account and on every order; amounts stay.

        Raises:
            ShopError: no such customer.
        """
        with self.writing() as tx:
            record = tx.need(CUSTOMERS, customer_id)
            names = ("email", "firstName", "lastName", "company", "phone", "taxExemptCode")
            record |= dict.fromkeys(names, ERASED)
            record |= {
                "billingAddress": address_of(None), "addresses": [], "customFields": {}, "isDeleted": True,
                "updatedDate": tx.stamp,
            }  # fmt: skip
            tx.save(CUSTOMERS, record)
            for order in tx.where(ORDERS, "customerId", [customer_id]):
                order |= {"email": ERASED, "note": ERASED, "updatedDate": tx.stamp, "version": order["version"] + 1}
                for name in ("shippingAddress", "billingAddress"):
                    kept = {"country": order[name]["country"], "region": order[name]["region"]}
                    order[name] = dict.fromkeys(ADDRESS_FIELDS, ERASED) | kept
                tx.save(ORDERS, order)
                tx.forget_mails(order["orderId"])
            tx.emit("customer.redacted", CUSTOMERS, record)
        return record
