"""Shipments: made by the warehouse in Sage Pro, a fulfilment with tracking in the shop."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from tandem.entities.declaration import Canonical, Companion, Entity, Route, StillOpen, System


class ShipmentLine(Canonical):
    """So many of one line of the sales order; `line_id` is the shop's, empty for a line that the shop never had."""

    line_id: str = ""
    line_no: int
    sku: str
    quantity: Decimal


class Shipment(Canonical):
    """A parcel or a pallet that left the warehouse; `order_id` is empty for an order that is not the shop's."""

    shipment_no: str = Field(min_length=1)
    sales_order_no: str = Field(min_length=1)
    order_id: str = ""
    shipped_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    carrier: str = ""
    tracking: str = ""
    location: str = ""
    voided: bool = False
    lines: tuple[ShipmentLine, ...]
    updated_at: str | None = None


class ShopLine(Canonical):
    """A line of the shop's order as it is now; one of its pieces is `pack` pieces in Sage Pro."""

    line_id: str = Field(min_length=1)
    sku: str = ""
    quantity: Decimal
    fulfilled: Decimal = Decimal(0)
    pack: Decimal = Field(default=Decimal(1), gt=0)
    tax: Decimal = Decimal(0)


class ToldLine(Canonical):
    """So many of one line in a fulfilment that the shop has."""

    line_id: str
    quantity: Decimal


class ToldFulfilment(Canonical):
    """A fulfilment that the shop has already; `reference` is our own name for it, the shipment's number."""

    fulfilment_id: str
    reference: str = ""
    cancelled: bool = False
    lines: tuple[ToldLine, ...] = ()


class ShopOrder(Canonical):
    """The shop's order beside a shipment; the sheet makes it by the direction `order_from_clarity`."""

    order_id: str = Field(min_length=1)
    status: str
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    lines: tuple[ShopLine, ...]
    fulfilments: tuple[ToldFulfilment, ...] = ()


class FulfilmentLine(Canonical):
    """What the shop is told of one of its lines; `tax` is this shipment's share of the line's tax."""

    line_id: str
    quantity: Decimal
    tax: Decimal = Decimal(0)


class Fulfilment(Canonical):
    """The shipment as the shop can take it: capped at what is open there; made by `rules.shipments.plan`."""

    shipment: Shipment
    lines: tuple[FulfilmentLine, ...]
    notify: bool = True
    cancelled: bool = False
    notes: tuple[str, ...] = ()


SHIPMENT = Entity(
    name="shipment",
    model=Shipment,
    document=Fulfilment,
    status="voided",
    routes=(
        Route(
            source=System.SAGEPRO,
            target=System.CLARITY,
            read="shipments",
            write="fulfillments",
            key="ShipmentNo",
            version="UpdatedAt",
            updated="UpdatedAt",
            number="TrackingNo",
            reference="externalKey",
            target_number="fulfillmentId",
            target_status="status",
            companions={"order": Companion(system=System.CLARITY, resource="orders", key="order_id")},
            live_poll=True,
            still_open=StillOpen(resource="orders", only=("status", "open"), by="salesOrderNo"),
            under="order_id",
            events=frozenset({"shipment.created", "shipment.updated", "shipment.voided"}),
        ),
    ),
)
