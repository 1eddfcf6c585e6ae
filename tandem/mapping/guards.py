"""Nodes around nodes: conditions, demands, parts of the source, and an eye on what nobody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tandem.entities.cargo import TraceLine
from tandem.mapping.nodes import Node, Record, is_blank
from tandem.mapping.run import Hindrance, Place, Run

if TYPE_CHECKING:
    from tandem.mapping.bench import Scope


def demanded(node: Node, place: Place) -> Node:
    """A list or record that must be there."""

    def checked(record: Record, run: Run) -> Any:
        faults = len(run.faults)
        value = node(record, run)
        if is_blank(value) and len(run.faults) == faults:
            run.hinder(place, Hindrance(f"is missing; {run.target(place)} needs it", kind="missing"))
        return value

    return checked


def conditional(node: Node, condition: Node, place: Place) -> Node:
    """A field that is left out unless its condition is true."""

    def checked(record: Record, run: Run) -> Any:
        try:
            holds = condition(record, run)
        except Hindrance as hindrance:
            run.hinder(place, hindrance)
            return None
        if holds is None or isinstance(holds, bool):
            return node(record, run) if holds else None
        run.hinder(place, Hindrance(f"`when` gave {holds!r}, which is neither true nor false", kind="expression"))
        return None

    return checked


def scoped(inner: Node, get: Node, place: Place) -> Node:
    """A block that is read from a part of the source; a part that is not there gives nothing."""

    def node(record: Record, run: Run) -> Any:
        part = get(record, run)
        if part is None:
            return None
        if isinstance(part, dict):
            return inner(part, run)
        run.hinder(place, Hindrance(f"{part!r} stands where a record is needed", kind="type"))
        return None

    return node


def watched(node: Node, scope: Scope) -> Node:
    """A block that notes the names of source fields that the sheet has never heard of."""
    known = scope.known

    def checked(record: Record, run: Run) -> Any:
        if not scope.whole and not record.keys() <= known:
            run.unknown.update(f"{scope.prefix}{name}" for name in record.keys() - known)
        return node(record, run)

    return checked


def unheard(names: set[str]) -> list[TraceLine]:
    """The trace lines of source fields that the sheet has never heard of."""
    note = "is not in the sheet; map it or list it under ignore"
    return [TraceLine(target="", source=name, kind="unmapped", note=note) for name in sorted(names)]
