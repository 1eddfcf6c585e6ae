"""The shop's records: the JSON of each as one text, and beside it the columns by which it is found.

`body` is what the wire shows. Where wrong values were planted, `honest` is the record as the shop knows it and
`overlay` the difference: the shop goes on working with the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from tandem.sandbox.database import metadata
from tandem.sandbox.shop.wire import instant
from tandem.values import dumps, round_to

SCALE = 6
"""Decimals of a number in a column by which it is found; the record itself keeps all it has."""


class Kind(StrEnum):
    """How a column compares."""

    TEXT = "text"
    INSTANT = "instant"
    NUMBER = "number"
    FLAG = "flag"


TEXT, INSTANT, NUMBER, FLAG = Kind.TEXT, Kind.INSTANT, Kind.NUMBER, Kind.FLAG
TYPES = {TEXT: Text, INSTANT: Text, NUMBER: BigInteger, FLAG: Boolean}


@dataclass(frozen=True)
class Resource:
    """A kind of record; `columns` are the fields by which a list can be filtered and sorted."""

    name: str
    key: str
    prefix: str
    columns: Mapping[str, Kind]
    unique: tuple[str, ...] = ()
    indexed: tuple[str, ...] = ()

    @property
    def event(self) -> str:
        """What its events begin with."""
        return self.name if self is INVENTORY else self.name.removesuffix("s")

    @property
    def table(self) -> Table:
        """Where its records are."""
        return metadata.tables[self.name]

    def row(self, record: Mapping[str, Any], overlay: Overlay | None = None) -> dict[str, Any]:
        """The record as a row."""
        cells = {name: cell(kind, record.get(name)) for name, kind in self.columns.items()}
        body = dumps(record)
        if not overlay:
            return cells | {"body": body, "honest": None, "overlay": ""}
        return cells | {"body": dumps(planted(record, overlay)), "honest": body, "overlay": dumps(overlay)}


Overlay = Mapping[str, Any]
"""What the wire shows instead of the truth: `replace`, `omit`, and `lines` by their id."""


def planted(record: Mapping[str, Any], overlay: Overlay) -> dict[str, Any]:
    """The record as the wire shows it."""
    made = dict(record)
    if "lines" in overlay:
        made["lineItems"] = [line | overlay["lines"].get(line["lineId"], {}) for line in record["lineItems"]]
    made |= overlay.get("replace", {})
    return {name: value for name, value in made.items() if name not in overlay.get("omit", ())}


def cell(kind: Kind, value: Any) -> Any:
    """A value of a record as its column holds it; one of the wrong type cannot be searched for."""
    if value is None:
        return None
    try:
        match kind:
            case Kind.TEXT:
                return str(value)
            case Kind.INSTANT:
                return instant(value)
            case Kind.NUMBER:
                return scaled(value)
            case Kind.FLAG:
                return bool(value)
    except (TypeError, ValueError, ArithmeticError):
        return None


def scaled(value: Decimal) -> int:
    """A number as the whole number that stands in its column."""
    return int(round_to(Decimal(value), SCALE).scaleb(SCALE))


def _resource(
    name: str, key: str, prefix: str, columns: dict[str, Kind], *, unique: str = "", indexed: tuple[str, ...] = ()
) -> Resource:
    made = Resource(name, key, prefix, {key: TEXT, **columns}, (unique,) if unique else (), indexed)
    Table(
        name,
        metadata,
        *(Column(c, TYPES[kind], primary_key=c == key) for c, kind in made.columns.items()),
        Column("body", Text, nullable=False),
        Column("honest", Text),
        Column("overlay", Text, nullable=False),
        Column("cart", Text, nullable=False),
        *(Index(f"{name}_{c}", c, unique=True) for c in made.unique),
        *(Index(f"{name}_{c}", c) for c in indexed),
        Index(f"{name}_changed", "updatedDate", key),
    )
    return made


ORDERS = _resource(
    "orders", "orderId", "ord",
    {
        "orderNumber": TEXT, "customerId": TEXT, "email": TEXT, "status": TEXT, "source": TEXT, "currency": TEXT,
        "purchaseOrderNo": TEXT, "customerGroup": TEXT, "isTest": FLAG, "orderDate": INSTANT, "updatedDate": INSTANT,
        "totalAmount": NUMBER,
    },
    unique="orderNumber", indexed=("orderDate", "customerId"),
)  # fmt: skip
CUSTOMERS = _resource(
    "customers", "customerId", "cus",
    {
        "email": TEXT, "company": TEXT, "lastName": TEXT, "group": TEXT, "isDeleted": FLAG, "createdDate": INSTANT,
        "updatedDate": INSTANT,
    },
    indexed=("email",),
)  # fmt: skip
PRODUCTS = _resource(
    "products", "productId", "prd",
    {
        "sku": TEXT, "name": TEXT, "isDeleted": FLAG, "unitPrice": NUMBER, "createdDate": INSTANT,
        "updatedDate": INSTANT,
    },
    indexed=("sku",),
)  # fmt: skip
INVENTORY = _resource(
    "inventory", "inventoryId", "inv",
    {"sku": TEXT, "productId": TEXT, "locationId": TEXT, "available": NUMBER, "updatedDate": INSTANT},
    indexed=("sku",),
)  # fmt: skip
FULFILLMENTS = _resource(
    "fulfillments", "fulfillmentId", "ful",
    {
        "externalKey": TEXT, "orderId": TEXT, "status": TEXT, "locationId": TEXT, "createdDate": INSTANT,
        "updatedDate": INSTANT,
    },
    unique="externalKey", indexed=("orderId",),
)  # fmt: skip
REFUNDS = _resource(
    "refunds", "refundId", "ref",
    {"orderId": TEXT, "status": TEXT, "createdDate": INSTANT, "updatedDate": INSTANT},
    indexed=("orderId",),
)  # fmt: skip

RESOURCES = {one.name: one for one in (ORDERS, CUSTOMERS, PRODUCTS, INVENTORY, FULFILLMENTS, REFUNDS)}

notification = Table(
    "notification",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("orderId", Text, nullable=False, index=True),
    Column("fulfillmentId", Text, nullable=False),
    Column("to", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sentAt", Text, nullable=False),
)
"""The mails that the shop sent to its customers."""
