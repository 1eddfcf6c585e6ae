"""Makers of the forms that put several values together: records, lists, alternatives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tandem.entities.cargo import TraceLine
from tandem.mapping import forms, gathering, guards, nodes
from tandem.mapping.bench import Reading, Scope, Site
from tandem.mapping.nodes import Ending, Node
from tandem.mapping.paths import is_bare, names_of
from tandem.mapping.run import Place
from tandem.mapping.shapes import OPEN, Field
from tandem.mapping.single import alternatives, ended

if TYPE_CHECKING:
    from tandem.mapping.compiler import Compiler


def first(compiler: Compiler, form: forms.First, site: Site) -> Node:
    """The first of several fields that has anything in it."""
    optional = Field(site.field.kind, inner=site.field.inner)
    made, sources = alternatives(compiler, "first", form.first, site, optional)
    reading = Reading(gathering.first(made), " or ".join(sources))
    compiler.bench.sketch(Place(site.target, reading.source))
    return ended(compiler, form, reading, site)


def chain(compiler: Compiler, form: forms.Chain, site: Site) -> Node:
    """Several lists and records one after the other."""
    if not _holds(compiler, site, "list"):
        return nodes.NOTHING
    parts = []
    for at, raw in enumerate(form.chain):
        lists = isinstance(raw, dict) and "each" in raw
        field = Field("list" if lists else "record", inner=site.field.inner)
        target = site.target if lists else f"{site.target}[]"
        node = compiler.field(raw, site.part(site.at("chain", at), field, target))
        parts.append((node, lists))
    return gathering.chain(parts)


def each(compiler: Compiler, form: forms.Each, site: Site) -> Node:
    """A list out of a list."""
    reading = compiler.bench.reading(form.each, site.at("each"), site.scope)
    if reading is None or not _holds(compiler, site, "list"):
        return nodes.NOTHING
    place = Place(site.target, reading.source)
    compiler.bench.sketch(place)
    scope = _scope(compiler, form.each, "[].", site, reading)
    inner = compiler.scope(form.fields, site.at("fields"), f"{site.target}[].", site.field.inner or OPEN, scope)
    node = gathering.each(inner, reading.get, place)
    required = site.field.required if form.required is None else form.required
    return guards.demanded(node, place) if required else node


def record(compiler: Compiler, form: forms.Block, site: Site) -> Node:
    """A record out of a part of the source, or out of where it stands."""
    if not _holds(compiler, site, "record"):
        return nodes.NOTHING
    outline = len(compiler.bench.outline)
    part = _part(compiler, form, site)
    if part is None:
        return nodes.NOTHING
    reading, scope = part
    build = compiler.block if form.of is None else compiler.scope
    inner = build(form.fields, site.at("fields"), f"{site.target}.", site.field.inner or OPEN, scope)
    place = Place(site.target, reading.source)
    compiler.bench.outline.insert(outline, TraceLine(target=site.target, source=reading.source))
    sources = _sources(compiler, outline, f"{site.target}.")
    steps = compiler.bench.steps(form.apply, site.spot, place, sources)
    node = guards.scoped(nodes.finished(inner, Ending(place, steps)), reading.get, place)
    required = site.field.required if form.required is None else form.required
    return guards.demanded(node, place) if required else node


def _part(compiler: Compiler, form: forms.Block, site: Site) -> tuple[Reading, Scope] | None:
    """The part of the source that a block reads, and the scope that this gives."""
    if form.of is None:
        return Reading(lambda whole, _run: whole, site.scope.prefix.rstrip(".")), site.scope
    reading = compiler.bench.reading(form.of, site.at("of"), site.scope)
    if reading is None:
        return None
    return reading, _scope(compiler, form.of, ".", site, reading)


def _scope(compiler: Compiler, text: str, ending: str, site: Site, reading: Reading) -> Scope:
    """The scope of what a path or an expression leads to."""
    if is_bare(text):
        return compiler.bench.scope(f"{site.scope.prefix}{text}{ending}", site.scope.inside(names_of(text)))
    return compiler.bench.scope(f"{reading.source}{ending}")


def _sources(compiler: Compiler, since: int, prefix: str) -> Mapping[str, str]:
    """What the fields of a block are called in the source."""
    lines = compiler.bench.outline[since:]
    return {line.target.removeprefix(prefix): line.source for line in lines if line.target.startswith(prefix)}


def _holds(compiler: Compiler, site: Site, kind: str) -> bool:
    if site.field.kind in (kind, "any"):
        return True
    compiler.bench.source.fault(site.spot, f"gives a {kind}, but the field is a {site.field.kind}")
    return False
