"""What the compiler has at hand while it works on one direction of a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tandem.entities.cargo import TraceLine
from tandem.mapping.conditions import compiled
from tandem.mapping.decisions import Decision
from tandem.mapping.expression import ExpressionError
from tandem.mapping.functions import ArgumentFault, Making, Step, build_step
from tandem.mapping.lookups import Lookup
from tandem.mapping.nodes import Node
from tandem.mapping.notation import Source, Spot
from tandem.mapping.paths import getter, is_bare, names_of
from tandem.mapping.run import Place
from tandem.mapping.shapes import Field, Shape
from tandem.mapping.suggest import one_of

FILL = "fill"
"""The function that puts another field of the record into a text."""


@dataclass(slots=True)
class Scope:
    """Where in the source a block reads: how paths there begin, their shape if it is known, and what is read.

    `known` are the names that some field reads or that the sheet ignores on purpose; with `whole` any name may be read.
    """

    prefix: str = ""
    shape: Shape | None = None
    known: set[str] = field(default_factory=set)
    whole: bool = False

    def inside(self, path: tuple[str, ...]) -> Shape | None:
        """The shape of what a path leads to."""
        shape = self.shape
        for name in path:
            found = shape.field(name) if shape else None
            shape = found.inner if found else None
        return shape


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

    def part(self, spot: Spot, field: Field, target: str | None = None) -> Site:
        """A field inside this one."""
        return Site(spot, self.target if target is None else target, field, self.scope)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a value is read, and what it is called in a sentence."""

    get: Node
    source: str


@dataclass(slots=True)
class Bench:
    """One direction on its way from YAML to functions.

    `origins` are the source paths from which the canonical fields came, so that a fault on the way out can still name
    the field that the shop knows. `heard` is whether source fields that nobody reads are to be noted. `reads` are the
    paths from the top of the source that the direction reads, each with the first place in the file that does.
    """

    source: Source
    lookups: Mapping[str, Lookup]
    decisions: Mapping[str, Decision]
    entities: frozenset[str]
    widths: Mapping[str, int] | None = None
    countries: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    heard: bool = False
    outline: list[TraceLine] = field(default_factory=list)
    scopes: dict[str, Scope] = field(default_factory=dict)
    reads: dict[tuple[str, ...], Spot] = field(default_factory=dict)

    def scope(self, prefix: str, shape: Shape | None = None) -> Scope:
        """The scope of paths that begin so; one object, whoever reads there."""
        if prefix not in self.scopes:
            plain = prefix.replace("[]", "")
            under = [name.removeprefix(plain) for name in self.ignored if name.startswith(plain)]
            self.scopes[prefix] = Scope(prefix, shape, {name.split(".")[0] for name in under})
        found = self.scopes[prefix]
        found.shape = found.shape or shape
        return found

    def reading(self, text: str, spot: Spot, scope: Scope) -> Reading | None:
        """An expression as a function; None if it is none, with the reason in the faults."""
        if is_bare(text):
            self._noticed(names_of(text), spot, scope)
            return Reading(getter(text), self._called(scope.prefix + text))
        try:
            expression = compiled(text)
        except ExpressionError as error:
            self.source.fault(spot, str(error))
            return None
        if expression.paths is None:
            scope.whole = True
            self.reads.setdefault((text,), spot)
        for path in expression.paths or ():
            self._noticed(path, spot, scope, strictly=False)
        named = [self._called(scope.prefix + ".".join(path)) for path in expression.paths or ()]
        return Reading(expression, ", ".join(named) or text)

    def _noticed(self, path: tuple[str, ...], spot: Spot, scope: Scope, *, strictly: bool = True) -> None:
        if path and "[]" not in scope.prefix:
            self.reads.setdefault((*names_of(scope.prefix.rstrip(".")), *path) if scope.prefix else path, spot)
        for depth, name in enumerate(path):
            inner = scope if depth == 0 else self.scope(f"{scope.prefix}{'.'.join(path[:depth])}.")
            inner.known.add(name)
        gone = scope.shape.missing(path) if scope.shape else None
        if gone is not None and (strictly or len(path) > 1):
            shape, name = gone
            self.source.fault(spot, f"{'.'.join(path)}: {shape.name} has no {name!r}; {one_of(name, shape.fields)}")

    def _called(self, path: str) -> str:
        origin = self.origins.get(path)
        return f"{path} ({origin})" if origin else path

    def steps(self, items: tuple[Any, ...], spot: Spot, place: Place, sources: Mapping[str, str]) -> tuple[Step, ...]:
        """The functions of `apply`; those that cannot be built are in the faults."""
        making = Making(place=place, widths=self.widths, countries=self.countries, sources=sources)
        made = []
        for index, item in enumerate(items):
            if isinstance(item, dict) and isinstance(path := item.get(FILL), str):
                self.reads.setdefault(names_of(path), (*spot, "apply", index))
            try:
                made.append(build_step(item, making))
            except ArgumentFault as fault:
                self.source.fault((*spot, "apply", index), str(fault))
        return tuple(made)

    def lookup(self, name: str, spot: Spot) -> Lookup | None:
        """A lookup by name; None if there is none, with what would be right in the faults."""
        if name not in self.lookups:
            self.source.fault((*spot, "lookup"), f"there is no lookup {name!r}; {one_of(name, self.lookups)}")
        return self.lookups.get(name)

    def decision(self, name: str, output: str, spot: Spot) -> Decision | None:
        """A decision table by name that has such an output; None if not, with what would be right in the faults."""
        found = self.decisions.get(name)
        if found is None:
            self.source.fault((*spot, "decide"), f"there is no decision table {name!r}; {one_of(name, self.decisions)}")
        elif output not in found.outputs:
            self.source.fault((*spot, "take"), f"{name} decides no {output!r}; {one_of(output, found.outputs)}")
            return None
        return found

    def sketch(self, place: Place, kind: str = "mapped", note: str = "") -> None:
        """Add one line to the outline of the sheet."""
        self.outline.append(TraceLine(target=place.target, source=place.source, kind=kind, note=note))
