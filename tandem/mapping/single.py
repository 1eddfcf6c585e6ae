"""Makers of the forms that give one value: each checks what the form names and gives the function that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tandem.mapping import forms, gathering, nodes
from tandem.mapping.bench import Reading, Site
from tandem.mapping.functions import Step
from tandem.mapping.nodes import Ending, Node
from tandem.mapping.run import Place
from tandem.mapping.shapes import Field
from tandem.mapping.suggest import one_of

if TYPE_CHECKING:
    from tandem.mapping.compiler import Compiler


def ended(compiler: Compiler, form: forms.Filled, reading: Reading, site: Site, before: tuple[Step, ...] = ()) -> Node:
    """A value with the functions, the default and the demand of its form."""
    place = Place(site.target, reading.source)
    required = site.field.required if form.required is None else form.required
    steps = compiler.bench.steps(form.apply, site.spot, place, {})
    if isinstance(form.default, dict | list):
        compiler.bench.source.fault(site.at("default"), "needs one text, number or truth value")
    plain = isinstance(form, forms.Value) and isinstance(form.is_, str)
    ending = Ending(place, (*before, *steps), site.field.kind, form.default, required, plain)
    return nodes.finished(reading.get, ending)


def value(compiler: Compiler, form: forms.Value, site: Site) -> Node:
    """An expression, or a list of fields, and what is done to it."""
    reading = _several(compiler, form.is_, site) if isinstance(form.is_, tuple) else _one(compiler, form.is_, site)
    if reading is None:
        return nodes.NOTHING
    compiler.bench.sketch(Place(site.target, reading.source))
    return ended(compiler, form, reading, site, (nodes.in_zone,) if form.zone else ())


def _one(compiler: Compiler, text: str, site: Site) -> Reading | None:
    spot = site.at("is") if site.at("is") in compiler.bench.source.lines else site.spot
    return compiler.bench.reading(text, spot, site.scope)


def _several(compiler: Compiler, parts: tuple[Any, ...], site: Site) -> Reading:
    node, sources = alternatives(compiler, "is", parts, site, Field())
    return Reading(gathering.together(node), ", ".join(sources))


def alternatives(
    compiler: Compiler, word: str, parts: tuple[Any, ...], site: Site, field: Field
) -> tuple[list[Node], list[str]]:
    """The parts of a field as fields of their own, and what they are called."""
    outline = compiler.bench.outline
    before = len(outline)
    made = [compiler.field(part, site.part(site.at(word, at), field)) for at, part in enumerate(parts)]
    drafts = outline[before:]
    # the field itself gets one line; the fields of a record among the alternatives keep theirs
    outline[before:] = [line for line in drafts if line.target != site.target]
    return made, list(dict.fromkeys(line.source for line in drafts if line.source and line.target == site.target))


def looked_up(compiler: Compiler, form: forms.LookedUp, site: Site) -> Node:
    """The value of a lookup."""
    lookup = compiler.bench.lookup(form.lookup, site.spot)
    reading = _key(compiler, form.of, site)
    if lookup is None or reading is None:
        return nodes.NOTHING
    compiler.bench.sketch(Place(site.target, reading.source), "looked-up", f"in lookup {form.lookup}")
    return ended(compiler, form, Reading(gathering.looked_up(lookup, reading.get), reading.source), site)


def _key(compiler: Compiler, of: str | dict[str, Any], site: Site) -> Reading | None:
    """What is looked up: a path, or a field of its own such as another lookup."""
    if isinstance(of, str):
        return compiler.bench.reading(of, site.at("of"), site.scope)
    (node,), sources = alternatives(compiler, "of", (of,), site, Field())
    return Reading(node, ", ".join(sources))


def linked(compiler: Compiler, form: forms.Linked, site: Site) -> Node:
    """The number of another record in the target system."""
    reading = compiler.bench.reading(form.of, site.at("of"), site.scope)
    if form.link not in compiler.bench.entities:
        right = one_of(form.link, compiler.bench.entities)
        compiler.bench.source.fault(site.at("link"), f"there is no entity {form.link!r}; {right}")
    if reading is None:
        return nodes.NOTHING
    compiler.bench.sketch(Place(site.target, reading.source), "looked-up", f"number of the {form.link} in the target")
    return ended(compiler, form, Reading(gathering.linked(form.link, reading.get), reading.source), site)


def decided(compiler: Compiler, form: forms.Decided, site: Site) -> Node:
    """One output of a decision table."""
    decision = compiler.bench.decision(form.decide, form.take, site.spot)
    if decision is None:
        return nodes.NOTHING
    source = f"decision table {form.decide}"
    compiler.bench.reads.setdefault((source,), site.at("decide"))
    compiler.bench.sketch(Place(site.target, source), "looked-up", f"{form.take} of {source}")
    return ended(compiler, form, Reading(gathering.decided(decision, form.take), source), site)


def constant(compiler: Compiler, form: forms.Constant, site: Site) -> Node:
    """Always the same value."""
    compiler.bench.sketch(Place(site.target, ""), "mapped", f"always {form.const!r}")
    return lambda _record, _run: form.const
