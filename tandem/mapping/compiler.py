"""From the forms of a sheet to functions; every fault found on the way is noted, none ends the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.mapping import forms, gathering, nodes
from tandem.mapping.bench import Bench, Reading, Scope
from tandem.mapping.notation import Spot
from tandem.mapping.nodes import Ending, Node
from tandem.mapping.run import Place
from tandem.mapping.shapes import OPEN, Field, Shape
from tandem.mapping.suggest import one_of

NOTHING: Node = lambda _record, _run: None  # noqa: E731 - stands for a field whose fault is noted


@dataclass(frozen=True, slots=True)
class Site:
    """Where a field stands: in the file, in the target, in the source."""

    spot: Spot
    target: str
    field: Field
    scope: Scope

    def at(self, *parts: str | int) -> Spot:
        """A part of the field in the file."""
        return (*self.spot, *parts)


class Compiler:
    """Compiles the fields of one direction."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def direction(self, content: Mapping[str, Any], spot: Spot, target: Shape, scope: Scope) -> Node:
        """A whole direction: one block over the source record."""
        return self._block(content, spot, "", target, scope)

    def _block(self, fields: Mapping[str, Any], spot: Spot, prefix: str, shape: Shape, scope: Scope) -> Node:
        made = []
        for name, raw in fields.items():
            field = shape.field(name)
            if field is None:
                self.bench.source.fault((*spot, name), f"{shape.name} has no field {name!r}; {one_of(name, shape.fields)}")
                continue
            site = Site((*spot, name), f"{prefix}{name}", field, scope)
            made.append((name, self._field(raw, site)))
        for name, field in shape.fields.items():
            if field.required and name not in fields:
                self.bench.source.fault(spot, f"lacks {name!r}, which {shape.name} needs")
        return self._watched(nodes.block(made), scope)

    def _watched(self, node: Node, scope: Scope) -> Node:
        if not self.bench.heard or scope.whole:
            return node
        prefix = scope.prefix.replace("[]", "")
        ignored = {name.removeprefix(prefix).split(".")[0] for name in self.bench.ignored if name.startswith(prefix)}
        return nodes.watched(node, frozenset(scope.known | ignored), scope.prefix)

    def _field(self, raw: Any, site: Site) -> Node:
        form = forms.form_of(self._custom(raw, site), self.bench.source, site.spot)
        if form is None:
            return NOTHING
        node = _MAKERS[type(form)](self, form, site)
        if form.when is None:
            return node
        condition = self.bench.reading(form.when, site.at("when"), site.scope)
        if condition is None:
            return NOTHING
        return nodes.conditional(node, condition.get, Place(site.target, condition.source))

    def _custom(self, raw: Any, site: Site) -> Any:
        """A block of free names needs no `fields:`."""
        free = site.field.inner is not None and site.field.inner.open and site.field.kind == "record"
        return {"fields": raw} if free and isinstance(raw, dict) and not set(raw) & set(forms.FORMS) else raw

    def _ended(self, form: forms.Filled, reading: Reading, site: Site, before: tuple[Any, ...] = ()) -> Node:
        place = Place(site.target, reading.source)
        required = site.field.required if form.required is None else form.required
        steps = (*before, *self.bench.steps(form.apply, site.spot, place, {}))
        if isinstance(form.default, dict | list):
            self.bench.source.fault(site.at("default"), "needs one text, number or truth value")
        return nodes.finished(reading.get, Ending(place, steps, site.field.kind, form.default, required))

    def _value(self, form: forms.Value, site: Site) -> Node:
        reading = self._read(form.is_, site)
        if reading is None:
            return NOTHING
        self.bench.sketch(Place(site.target, reading.source))
        return self._ended(form, reading, site, (nodes.in_zone,) if form.zone else ())

    def _read(self, read: str | tuple[Any, ...], site: Site) -> Reading | None:
        if isinstance(read, str):
            return self.bench.reading(read, site.at("is") if site.spot in self._spots(site) else site.spot, site.scope)
        drafts = len(self.bench.outline)
        parts = [
            self._field(part, Site(site.at("is", index), site.target, Field(), site.scope))
            for index, part in enumerate(read)
        ]
        sources = [line.source for line in self.bench.outline[drafts:]]
        del self.bench.outline[drafts:]
        return Reading(gathering.together(parts), ", ".join(sources))

    def _spots(self, site: Site) -> set[Spot]:
        return {spot[:-1] for spot in self.bench.source.lines if spot and spot[-1] == "is"}
