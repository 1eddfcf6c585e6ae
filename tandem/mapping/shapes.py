"""What a sheet may fill and read: the fields of canonical models and of the payloads that the systems take."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from tandem.mapping.notation import Source

Kind = Literal["text", "number", "moment", "record", "list", "any"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a shape; `inner` is the shape of a record or of the items of a list."""

    kind: Kind = "any"
    required: bool = False
    inner: Shape | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Named fields; an open shape takes any name, each like `others`."""

    name: str
    fields: Mapping[str, Field] = dataclasses.field(default_factory=dict)
    open: bool = False
    others: Field = Field()

    def field(self, name: str) -> Field | None:
        """One field; None if there is no such name."""
        return self.fields.get(name, self.others if self.open else None)

    def missing(self, path: tuple[str, ...]) -> tuple[Shape, str] | None:
        """Where a path leaves this shape: the shape that lacks the name, and the name; None if it stays inside."""
        here = self
        for name in path:
            if here.open:
                return None
            if name not in here.fields:
                return here, name
            found = here.fields[name]
            here = found.inner or Shape(f"the {found.kind} {name!r}", open=found.kind == "any")
        return None


OPEN = Shape("anything", open=True)


@cache
def shape_of(model: type[BaseModel]) -> Shape:
    """The shape of a model."""
    fields = {name: _field(info.annotation, required=info.is_required()) for name, info in model.model_fields.items()}
    return Shape(model.__name__, fields)


def _field(annotation: Any, *, required: bool) -> Field:
    annotation = _bare(annotation)
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Field("record", required, shape_of(annotation))
    if origin in (tuple, list):
        return Field("list", required, _field(get_args(annotation)[0], required=True).inner)
    if origin is dict:
        return Field(
            "record", required, Shape("dict", open=True, others=_field(get_args(annotation)[1], required=False))
        )
    kinds: dict[Any, Kind] = {str: "text", Literal: "text", Decimal: "number", datetime: "moment"}
    return Field(kinds.get(origin or annotation, "any"), required)


def _bare(annotation: Any) -> Any:
    """Without `None`."""
    if get_origin(annotation) in (Union, types.UnionType):
        others = [part for part in get_args(annotation) if part is not type(None)]
        return _bare(others[0]) if len(others) == 1 else Any
    return annotation


Targets = Mapping[tuple[str, str], Shape]
"""Payloads by system and entity."""


def targets_of(source: Source) -> dict[tuple[str, str], Shape]:
    """The payloads that `targets.yaml` describes; what is wrong with it stands in the source's faults."""
    found: dict[tuple[str, str], Shape] = {}
    for system, entities in _block(source, source.content, ()).items():
        for entity, fields in _block(source, entities, (system,)).items():
            found[system, entity] = _shape(source, fields, (system, entity))
    return found


def _shape(source: Source, fields: Any, spot: tuple[str | int, ...]) -> Shape:
    rows = _block(source, fields, spot)
    return Shape(str(spot[-1]), {name: _target(source, row, (*spot, name)) for name, row in rows.items()})


def _target(source: Source, row: Any, spot: tuple[str | int, ...]) -> Field:
    if row in ("optional", "required"):
        return Field(required=row == "required")
    if row == "open":
        return Field("record", inner=OPEN)
    if isinstance(row, dict) and len(row) == 1 and next(iter(row)) in ("each", "fields"):
        word, inner = next(iter(row.items()))
        return Field("list" if word == "each" else "record", inner=_shape(source, inner, (*spot, word)))
    source.fault(spot, "needs required, optional, open, {each: {...}} or {fields: {...}}")
    return Field()


def _block(source: Source, content: Any, spot: tuple[str | int, ...]) -> dict[str, Any]:
    if isinstance(content, dict):
        return content
    source.fault(spot, "needs a block of named entries")
    return {}
