"""Products: as either side sends them, and as they go to the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.quality.expect import between, filled, unique
from tandem.quality.frame import Row, number, shape, table, text
from tandem.quality.suites.suite import Suite


def inbound() -> Suite:
    """What must be there before a product is worth mapping, whichever side it comes from."""
    return Suite(
        name="product.inbound",
        rows=_read,
        expectations=[
            filled("ItemCode", "ItemCode (productId and sku in the shop) must be filled: the product is linked by it"),
            filled("Description", "Description (name in the shop) should be filled", severity="warning"),
            between("Price", 0, None, "Price should not be negative", severity="warning"),
            unique("ItemCode", "ItemCode (productId in the shop) must stand once in a batch", severity="critical"),
        ],
    )


def _read(record: Mapping[str, Any]) -> list[Row]:
    """An item of Sage Pro has an ItemCode, a product of the shop a sku; of a deleted one nothing is asked."""
    if record.get("isDeleted") is True:
        return []
    ours = "ItemCode" in record
    head = {
        "ItemCode": text(record, "ItemCode") if ours else text(record, "productId") if shape(record, "sku") else "",
        "Description": text(record, "Description" if ours else "name"),
        "Price": number(record, "Price" if ours else "unitPrice"),
    }
    return table(head, [], ids=[])


def outbound() -> Suite:
    """What the sheet must have made of a product before the other side is asked."""
    return Suite(
        name="product.outbound",
        rows=_written,
        expectations=[
            filled("fields", "must change something: an empty change says nothing"),
            between("unitPrice", 0, None, "unitPrice must not be negative"),
            filled("costless", "must carry no cost: it stays in Sage Pro"),
        ],
    )


def _written(payload: Mapping[str, Any]) -> list[Row]:
    head = {
        "fields": ", ".join(sorted(payload)),
        "unitPrice": number(payload, "unitPrice"),
        "costless": "" if any("cost" in name.casefold() for name in payload) else "yes",
    }
    return table(head, [], ids=[])
