"""The entities that Tandem carries; adding one is one line here (docs/add-an-entity.md)."""

from __future__ import annotations

from tandem.entities.confirmation import CONFIRMATION
from tandem.entities.customer import CUSTOMER
from tandem.entities.declaration import Entity, Route, System
from tandem.entities.order import ORDER
from tandem.entities.product import PRODUCT
from tandem.entities.shipment import SHIPMENT
from tandem.entities.stock import STOCK

__all__ = ["ENTITIES", "Entity", "Route", "System", "woken_by"]

ENTITIES: dict[str, Entity] = {e.name: e for e in (CUSTOMER, ORDER, SHIPMENT, PRODUCT, STOCK, CONFIRMATION)}


def woken_by(source: System, event_type: str) -> tuple[Entity, Route] | None:
    """The entity and route that an event of this type wakes; None for a type that nobody declared."""
    for entity in ENTITIES.values():
        for route in entity.routes:
            if route.source == source and event_type in route.events:
                return entity, route
    return None
