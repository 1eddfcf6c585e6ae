"""The routes, one module per resource."""

from __future__ import annotations

from fastapi import APIRouter

from tandem.gateway.api.routes import (
    accounts,
    customer_batches,
    customers,
    inventory,
    invoices,
    journals,
    order_batches,
    orders,
    products,
    receipts,
    shipments,
    system,
)

ROUTERS: tuple[APIRouter, ...] = (
    order_batches.router,
    orders.router,
    customer_batches.router,
    customers.router,
    products.router,
    inventory.router,
    shipments.router,
    invoices.router,
    receipts.router,
    journals.router,
    accounts.router,
    system.router,
)
"""In the order in which paths are matched."""
