"""Pure decisions: no clock, no file, no network; the same question always gets the same answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tandem.entities.declaration import Canonical
from tandem.entities.state import Outcome
from tandem.rules.circumstances import Circumstances, Facts
from tandem.rules.customers import plan as plan_customer
from tandem.rules.orders import plan as plan_order
from tandem.rules.shipments import plan as plan_shipment

Plan = Callable[[Any, Circumstances], Canonical | Outcome]
"""From the canonical record to the document for the target, or to the outcome if there is nothing to write."""

PLANS: dict[str, Plan] = {
    "order": plan_order,
    "customer": plan_customer,
    "shipment": plan_shipment,
}

__all__ = ["PLANS", "Circumstances", "Facts", "Plan"]
