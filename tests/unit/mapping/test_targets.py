"""What `targets.yaml` says of the systems is what they take: the gateway's own models, and the stand-in's forms."""

from __future__ import annotations

from pydantic import BaseModel

from tandem.gateway.models import CustomerIn
from tandem.gateway.models.order import SalesOrderUpdate
from tandem.mapping.notation import read
from tandem.mapping.shapes import Field, Shape, shape_of, targets_of
from tandem.sandbox.shop.fulfilments import Fulfilment
from tandem.sandbox.shop.inventory import Level

from .conftest import MAPPINGS

TARGETS = targets_of(read(MAPPINGS / "targets.yaml", MAPPINGS))
OURS = {"cancelled"}
"""Asks the connector to cancel; it never reaches the store."""


def names(shape: Shape) -> dict[str, object]:
    return {name: _inner(field) for name, field in shape.fields.items()}


def _inner(field: Field) -> object:
    if field.inner is None or field.inner.open:
        return None
    return names(field.inner)


def wire(model: type[BaseModel]) -> dict[str, object]:
    """The fields of a model by the names that stand on the wire."""
    shape = shape_of(model)
    found: dict[str, object] = {}
    for name, info in model.model_fields.items():
        inner = _model_in(info.annotation)
        found[info.alias or name] = wire(inner) if inner else _inner(shape.fields[name])
    return found


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = [found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))]
    return inner[0] if inner else None


def test_the_gateways_orders():
    assert names(TARGETS["sagepro", "order"]) == wire(SalesOrderUpdate)


def test_the_gateways_customers():
    assert names(TARGETS["sagepro", "customer"]) == wire(CustomerIn)


def test_the_shops_fulfilments():
    ours = names(TARGETS["clarity", "shipment"])
    assert {name: inner for name, inner in ours.items() if name not in OURS} == wire(Fulfilment)


def test_what_the_gateway_requires_is_required():
    for target, model in (("order", SalesOrderUpdate), ("customer", CustomerIn)):
        needed = {info.alias for info in model.model_fields.values() if info.is_required()}
        ours = {name for name, field in TARGETS["sagepro", target].fields.items() if field.required}
        blocks = {name for name, field in TARGETS["sagepro", target].fields.items() if field.inner}
        assert needed - blocks <= ours


def test_the_shops_levels():
    assert names(TARGETS["clarity", "stock"]) == wire(Level)
