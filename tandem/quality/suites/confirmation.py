"""Confirmations: sales orders as the gateway reads them, and the word that the shop gets of their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.quality.expect import filled, matching, unique
from tandem.quality.frame import Row, table, text, text_or_none
from tandem.quality.suites.suite import Suite


def inbound() -> Suite:
    """What must be there before the shop can be told a number."""
    return Suite(
        name="confirmation.inbound",
        rows=_read,
        expectations=[
            filled("SalesOrderNo", "SalesOrderNo must be filled: it is what the shop is told"),
            unique("SalesOrderNo", "SalesOrderNo must stand once in a batch", severity="critical"),
            unique("ExternalOrderId", "ExternalOrderId must stand once in a batch", severity="critical"),
        ],
    )


def _read(record: Mapping[str, Any]) -> list[Row]:
    head = {
        "SalesOrderNo": text(record, "SalesOrderNo"),
        "ExternalOrderId": text_or_none(record, "ExternalOrderId"),
    }
    return table(head, [], ids=[])


def outbound() -> Suite:
    """What the sheet must have made of it: a number, and nothing that the shop's own order is."""
    return Suite(
        name="confirmation.outbound",
        rows=_written,
        expectations=[
            filled("said", "must say something: customFields or tags"),
            matching("members", r"^(?:customFields|tags|, )+$", "must touch customFields and tags only"),
            filled("values", "must say something: a name in customFields or tags without a value says nothing"),
        ],
    )


def _written(payload: Mapping[str, Any]) -> list[Row]:
    said = [payload.get(name) for name in ("customFields", "tags")]
    values = [value for part in said if isinstance(part, Mapping) for value in part.values()]
    head = {
        "said": "yes" if any(said) else "",
        "members": ", ".join(sorted(payload)),
        "values": "yes" if values and all(value not in (None, "") for value in values) else "",
    }
    return table(head, [], ids=[])
