"""Confirmations: the number of a sales order, written to the shop's order that it was entered for."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tandem.entities.declaration import Canonical, Companion, Entity, Route, System


class Confirmation(Canonical):
    """A sales order of Sage Pro and, if it is one of the shop's, the shop's id of it."""

    sales_order_no: str = Field(min_length=1)
    order_id: str = ""
    updated_at: datetime | None = None


class Numbered(Canonical):
    """What the shop's order says of its number in Sage Pro, read beside the sales order."""

    number: str = ""


CONFIRMATION = Entity(
    name="confirmation",
    model=Confirmation,
    document=Confirmation,
    drain="confirmations/confirmations",
    routes=(
        Route(
            source=System.SAGEPRO,
            target=System.CLARITY,
            read="orders",
            write="orders",
            key="SalesOrderNo",
            version="UpdatedAt",
            updated="UpdatedAt",
            number="ExternalOrderId",
            target_number="orderId",
            companions={
                "order": Companion(system=System.CLARITY, resource="orders", key="order_id", match="orderId"),
            },
            events=frozenset(),
        ),
    ),
)
