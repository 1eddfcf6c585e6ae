"""From the forms of a sheet to functions; every fault found on the way is noted, none ends the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.mapping import assembly, forms, guards, nodes, single
from tandem.mapping.bench import Bench, Scope, Site
from tandem.mapping.forms import FORMS, form_of
from tandem.mapping.nodes import Node
from tandem.mapping.notation import Spot
from tandem.mapping.run import Place
from tandem.mapping.shapes import Shape
from tandem.mapping.suggest import one_of


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles the fields of one direction."""

    bench: Bench

    def block(self, fields: Mapping[str, Any], spot: Spot, prefix: str, shape: Shape, scope: Scope) -> Node:
        """A record: each of its fields, and a fault for each that its shape lacks or needs."""
        made = []
        for name, raw in fields.items():
            field = shape.field(name)
            if field is None:
                right = one_of(name, shape.fields)
                self.bench.source.fault((*spot, name), f"{shape.name} has no field {name!r}; {right}")
            else:
                made.append((name, self.field(raw, Site((*spot, name), f"{prefix}{name}", field, scope))))
        for name, field in shape.fields.items():
            if field.required and name not in fields:
                self.bench.source.fault(spot, f"lacks {name!r}, which {shape.name} needs")
        return nodes.block(made)

    def scope(self, fields: Mapping[str, Any], spot: Spot, prefix: str, shape: Shape, scope: Scope) -> Node:
        """A record read from a part of the source of its own, which notes what nobody reads there."""
        node = self.block(fields, spot, prefix, shape, scope)
        return guards.watched(node, scope) if self.bench.heard else node

    def field(self, raw: Any, site: Site) -> Node:
        """One field by its form."""
        form = form_of(self._named(raw, site), self.bench.source, site.spot)
        if form is None:
            return nodes.NOTHING
        node = MAKERS[type(form)](self, form, site)
        if form.when is None:
            return node
        condition = self.bench.reading(form.when, site.at("when"), site.scope)
        if condition is None:
            return nodes.NOTHING
        return guards.conditional(node, condition.get, Place(site.target, condition.source))

    def _named(self, raw: Any, site: Site) -> Any:
        """A block of free names needs no `fields:`."""
        free = site.field.inner is not None and site.field.inner.open and site.field.kind == "record"
        return {"fields": raw} if free and isinstance(raw, dict) and not set(raw) & set(FORMS) else raw


Maker = Callable[[Compiler, Any, Site], Node]

MAKERS: dict[type[forms.Form], Maker] = {
    forms.Value: single.value,
    forms.LookedUp: single.looked_up,
    forms.Linked: single.linked,
    forms.Decided: single.decided,
    forms.Constant: single.constant,
    forms.First: assembly.first,
    forms.Chain: assembly.chain,
    forms.Each: assembly.each,
    forms.Block: assembly.record,
}
"""One maker for each form of a field."""
