"""Documents without the person: what is left when somebody asks to be forgotten."""

from __future__ import annotations

from typing import Any

_IMPERSONAL = frozenset(
    {
        *("orderid", "ordernumber", "version", "lineid", "lineno", "sku", "productid", "customerid", "unit"),
        *("paymentid", "parentid", "fulfillmentid", "bundleparentlineid", "externalkey", "itemcode"),
        *("linereference", "salesorderno", "shipmentno", "customerno", "shiptono", "externalorderid"),
        *("externalordernumber", "externalcustomerid", "currency", "shopcurrency", "status", "kind", "method"),
        *("orderdate", "requesteddate", "updateddate", "createddate", "processedat", "cancelledat"),
        *("shippedat", "shipdate", "timestamp", "etag", "type", "location", "locationid", "paymentterms"),
        *("shipvia", "class", "productline"),
    }
)
"""Fields whose text says nothing of a person. Everything that is not named here goes: a list of personal fields would
miss the one that a shop has added."""

_FREE = frozenset({"customfields", "custom", "tags"})
"""Objects whose field names are a shop's own and prove nothing."""


def anonymous(value: Any, field: str = "") -> Any:
    """The document with its shape, numbers, amounts and identifiers, and no other text."""
    if isinstance(value, dict):
        free = field.casefold() in _FREE
        return {name: anonymous(inner, "" if free else name) for name, inner in value.items()}
    if isinstance(value, list):
        return [anonymous(inner, field) for inner in value]
    if isinstance(value, str):
        return value if field.casefold() in _IMPERSONAL and not personal(value) else ""
    return value


def personal(text: str | None) -> bool:
    """Whether an identifier is an e-mail address or made of one (a guest has no other)."""
    return text is not None and "@" in text
