"""Customers: as the shop sends them, and as they go to Sage Pro."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.quality.expect import filled, matching, unique
from tandem.quality.frame import Row, fingerprint, shape, table, text
from tandem.quality.suites.suite import EMAIL, Suite

ADDRESS_SHAPE = "email should be an address such as ann@example.com"


def inbound() -> Suite:
    """What must be there before a customer is worth mapping."""
    return Suite(
        name="customer.inbound",
        rows=_sent,
        expectations=[
            filled("customerId", "customerId must be filled: the customer is linked by it"),
            filled("name", "company, or firstName and lastName, must be filled: a customer of Sage Pro needs a name"),
            matching("email", EMAIL, ADDRESS_SHAPE, severity="warning"),
            unique("email.owner", "email should belong to one customer only: equal addresses are linked to one record"),
        ],
    )


def _sent(record: Mapping[str, Any]) -> list[Row]:
    """Of a deleted customer nothing is written, so nothing is asked."""
    if record.get("isDeleted") is True:
        return []
    head = {
        "customerId": text(record, "customerId"),
        "name": shape(record, "company") or shape(record, "lastName") or shape(record, "firstName") or "",
        "email": shape(record, "email"),
        "email.owner": fingerprint(record, "email"),
    }
    return table(head, [], ids=[])


def outbound() -> Suite:
    """What the sheet must have made of a customer before the gateway is asked."""
    return Suite(
        name="customer.outbound",
        rows=_written,
        expectations=[
            filled("ExternalCustomerId", "ExternalCustomerId must be filled: the customer is found again by it"),
            filled("Company", "Company must be filled: Sage Pro lists customers by it"),
            filled("Address.Country", "Address.Country should be filled", severity="warning"),
        ],
    )


def _written(payload: Mapping[str, Any]) -> list[Row]:
    head = {
        "ExternalCustomerId": text(payload, "ExternalCustomerId"),
        "Company": shape(payload, "Company") or "",
        "Address.Country": text(payload, "Address.Country"),
    }
    return table(head, [], ids=[])
