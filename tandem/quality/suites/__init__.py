"""Suites as code: one module per entity, `inbound` over what its owner sent `outbound` over what goes out."""

from __future__ import annotations

from collections.abc import Callable

from tandem.quality.suites import confirmation, customer, inventory_reconciliation, order, product, shipment, stock
from tandem.quality.suites.suite import Suite

SUITES: dict[str, Callable[[], Suite]] = {
    "order.inbound": order.inbound,
    "order.outbound": order.outbound,
    "customer.inbound": customer.inbound,
    "customer.outbound": customer.outbound,
    "shipment.inbound": shipment.inbound,
    "shipment.outbound": shipment.outbound,
    "product.inbound": product.inbound,
    "product.outbound": product.outbound,
    "confirmation.inbound": confirmation.inbound,
    "confirmation.outbound": confirmation.outbound,
    "stock.inbound": stock.inbound,
    "stock.outbound": stock.outbound,
    "inventory_reconciliation": inventory_reconciliation.inventory_reconciliation,
}

__all__ = ["SUITES", "Suite"]
