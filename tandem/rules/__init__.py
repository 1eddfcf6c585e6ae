"""Pure decisions: no clock, no file, no network; the same question always gets the same answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tandem.entities.declaration import Canonical
from tandem.entities.state import Outcome
from tandem.rules.circumstances import Circumstances, Facts
from tandem.rules.confirmations import plan as plan_confirmation
from tandem.rules.customers import plan as plan_customer
from tandem.rules.orders import plan as plan_order
from tandem.rules.products import plan as plan_product
from tandem.rules.shipments import plan as plan_shipment
from tandem.rules.stock import plan as plan_stock

Plan = Callable[[Any, Circumstances], Canonical | Outcome]
"""From the canonical record to the document for the target, or to the outcome if there is nothing to write."""

PLANS: dict[str, Plan] = {
    "order": plan_order,
    "customer": plan_customer,
    "shipment": plan_shipment,
    "stock": plan_stock,
    "product": plan_product,
    "confirmation": plan_confirmation,
}

__all__ = ["PLANS", "Circumstances", "Facts", "Plan"]
