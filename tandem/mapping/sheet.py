"""One sheet: the directions of one entity, each compiled against what it may read and fill."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.entities.cargo import TraceLine
from tandem.entities.declaration import Entity
from tandem.mapping.bench import Bench
from tandem.mapping.compiler import Compiler
from tandem.mapping.nodes import Node
from tandem.mapping.notation import Source, Spot
from tandem.mapping.shapes import OPEN, Shape, Targets, shape_of

IGNORE = "ignore"
"""Names the source fields that a direction leaves alone on purpose; all other unread ones are noted."""

_INWARD = re.compile(r"from_([a-z]+)(?:_[a-z]+)?")
_OUTWARD = re.compile(r"to_([a-z]+)")
_COMPANION = re.compile(r"([a-z]+)_from_([a-z]+)")


@dataclass(frozen=True, slots=True)
class Direction:
    """A compiled direction and its outline: one line for each target field."""

    node: Node
    outline: tuple[TraceLine, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a direction may fill and read."""

    target: Shape
    source: Shape | None = None
    heard: bool = False


def terms_of(direction: str, entity: Entity, targets: Targets) -> Terms | None:
    """What a direction of this name may fill and read; None for a name that means nothing.

    `from_<system>` fills the canonical model, also as `from_<system>_<another entity>` out of that one's record;
    `to_<system>` reads the document and fills the payload; `<companion>_from_<system>` fills what the rules look at.
    """
    if _INWARD.fullmatch(direction):
        return Terms(shape_of(entity.model), heard=direction.count("_") == 1)
    if found := _OUTWARD.fullmatch(direction):
        target = targets.get((found.group(1), entity.name), OPEN)
        return Terms(target, source=shape_of(entity.document or entity.model))
    if found := _COMPANION.fullmatch(direction):
        return Terms(OPEN)
    return None


def compile_direction(bench: Bench, content: Any, spot: Spot, terms: Terms) -> Direction:
    """One direction; what is wrong with it stands in the source's faults."""
    if not isinstance(content, dict) or not content:
        bench.source.fault(spot, "needs a block of fields")
        return Direction(lambda _record, _run: {}, ())
    fields = {name: raw for name, raw in content.items() if name != IGNORE}
    bench.ignored = _ignored(bench.source, content.get(IGNORE, []), (*spot, IGNORE))
    bench.heard = terms.heard
    node = Compiler(bench).scope(fields, spot, "", terms.target, bench.scope("", terms.source))
    return Direction(node, tuple(bench.outline))


def _ignored(source: Source, names: Any, spot: Spot) -> frozenset[str]:
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return frozenset(names)
    source.fault(spot, "needs a list of field names such as [tags, lineItems.productId]")
    return frozenset()


def origins_of(entity: Entity, inward: Mapping[str, Direction]) -> dict[str, str]:
    """What the shop calls each canonical field, by the path that it has in the document."""
    prefix = "" if entity.document in (None, entity.model) else f"{entity.name}."
    found: dict[str, str] = {}
    for direction in inward.values():
        for line in direction.outline:
            if line.source:
                found.setdefault(prefix + line.target, line.source)
    return found
