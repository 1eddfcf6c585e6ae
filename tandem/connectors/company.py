"""What the connector knows of the gateway: its resources as data, and the shape of the company behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from tandem.connectors.protocol import Record, WriteItem
from tandem.connectors.records import broken, record_of

BASE = "/api/v1/sagepro"


VERSION_WIDTH = 255
"""Characters that the gateway keeps of a version."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource of the gateway.

    `by_key`, `by_reference` and `matches` name repeatable filters of its list, `made` the field that says when the
    record came to be, `always` what every list asks for. `item` is the member of a batch that holds the record;
    empty: it is not written in batches.
    """

    key: str
    made: str = "UpdatedAt"
    item: str = ""
    by_key: str = ""
    reference: str = ""
    by_reference: str = ""
    matches: Mapping[str, str] = field(default_factory=dict)
    always: tuple[tuple[str, str], ...] = ()

    def references_of(self, record: Record) -> set[str]:
        """Our references that the record carries; a customer may have several."""
        several = record.get(f"{self.reference}s")
        one = record.get(self.reference)
        return {str(value) for value in (several if isinstance(several, list) else [one]) if value is not None}

    def envelope(self, item: WriteItem) -> Record:
        """One entry of a batch."""
        target = {} if item.target is None else {self.key: item.target, "SourceVersion": _version(item)}
        return {"IdempotencyKey": item.key, **target, self.item: dict(item.payload)}


def _version(item: WriteItem) -> str:
    """The version as the gateway takes it; blank, which asks nothing, if it cannot be told."""
    version = item.version or ""
    return version if len(version) <= VERSION_WIDTH and version.isascii() and version.isprintable() else ""


RESOURCES = {
    "orders": Resource(
        key="SalesOrderNo",
        made="CreatedAt",
        item="Order",
        reference="ExternalOrderId",
        by_reference="externalOrderId",
        always=(("includeHistory", "true"),),  # what was shipped and purged is there all the same
    ),
    "customers": Resource(
        key="CustomerNo",
        item="Customer",
        reference="ExternalCustomerId",
        by_reference="externalCustomerId",
        matches={"Email": "email"},
    ),
    "shipments": Resource(key="ShipmentNo", made="ShipDate", by_key="shipmentNo"),
    "products": Resource(
        key="ItemCode",
        item="Product",
        by_key="itemCode",
        matches={"ItemCode": "itemCode"},
        always=(("includeCosts", "false"),),  # cost stays where it is: what was never read cannot get out
    ),
    "inventory": Resource(key="Key"),
    "accounts": Resource(key="Account"),
}


@dataclass(frozen=True, slots=True)
class CompanySchema:
    """Widths and decimals of the company's columns by `table.column`, and its currency."""

    widths: Mapping[str, int]
    scales: Mapping[str, int]
    currency: str = ""

    @classmethod
    def of(cls, body: Record) -> Self:
        """Out of the gateway's answer.

        Raises:
            Refused: the answer does not have the agreed form.
        """
        widths: dict[str, int] = {}
        scales: dict[str, int] = {}
        for table, columns in record_of(body.get("Tables"), "schema.Tables").items():
            for name, column in record_of(columns, f"schema.Tables.{table}").items():
                shape = record_of(column, f"schema.Tables.{table}.{name}")
                _note(widths, f"{table}.{name}", shape.get("Width"))
                _note(scales, f"{table}.{name}", shape.get("Scale"))
        return cls(widths, scales, str(body.get("Currency") or ""))

    def scale(self, column: str) -> int:
        """Decimals that the company keeps in a column.

        Raises:
            Refused: the gateway does not tell them.
        """
        if column not in self.scales:
            raise broken(f"schema.Tables.{column}.Scale", "is missing")
        return self.scales[column]


def _note(sizes: dict[str, int], column: str, size: Any) -> None:
    if isinstance(size, int) and not isinstance(size, bool):
        sizes[column] = size
