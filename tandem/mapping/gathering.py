"""Nodes that gather several values: lists out of lists, the first of several, several one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tandem.entities.state import Fault
from tandem.mapping.decisions import Decision
from tandem.mapping.functions import text_of
from tandem.mapping.lookups import Lookup
from tandem.mapping.nodes import Node, Record, is_blank
from tandem.mapping.run import Hindrance, Place, Run


def each(inner: Node, get: Node, place: Place) -> Node:
    """A list out of a list; items that are no records are hindrances of their own."""

    def node(record: Record, run: Run) -> Any:
        try:
            items = get(record, run)
        except Hindrance as hindrance:
            run.hinder(place, hindrance)
            return None
        if items is None:
            return None
        if not isinstance(items, list | tuple):
            run.hinder(place, Hindrance(f"{items!r} stands where a list is needed", kind="type"))
            return None
        return _items(inner, items, place, run)

    return node


def _items(inner: Node, items: Sequence[Any], place: Place, run: Run) -> list[Any]:
    offset, run.offset = run.offset, 0
    loop: list[int | None] = [0, offset]
    run.loops.append(loop)
    made = []
    for index, item in enumerate(items):
        loop[0] = index
        loop[1] = offset + index
        if isinstance(item, dict):
            made.append(inner(item, run))
        else:
            hindrance = Hindrance(f"{item!r} stands where a record is needed", kind="type")
            run.hinder(Place(f"{place.target}[]", f"{place.source}[]"), hindrance)
    run.loops.pop()
    return made


def first(nodes: Sequence[Node]) -> Node:
    """The first value that is not blank, else the last one; a hindrance on the way ends the search."""

    def node(record: Record, run: Run) -> Any:
        faults = len(run.faults)
        value = None
        for alternative in nodes:
            value = alternative(record, run)
            if not is_blank(value) or len(run.faults) > faults:
                break
        return value

    return node


def chain(parts: Sequence[tuple[Node, bool]]) -> Node:
    """Lists and records one after the other as one list; a part says whether it is a list of its own."""

    def node(record: Record, run: Run) -> list[Any]:
        made: list[Any] = []
        for part, lists in parts:
            if lists:
                run.offset = len(made)
                made += part(record, run) or ()
                run.offset = 0
                continue
            run.loops.append([None, len(made)])
            value = part(record, run)
            run.loops.pop()
            if value is not None:
                made.append(value)
        return made

    return node


def together(nodes: Sequence[Node]) -> Node:
    """The values of several fields as a list, for a function that joins them."""
    return lambda record, run: [node(record, run) for node in nodes]


def looked_up(lookup: Lookup, get: Node) -> Node:
    """The value of a lookup; what it does not name is a hindrance, which whoever keeps the lookups mends."""

    def node(record: Record, run: Run) -> Any:
        key = get(record, run)
        if is_blank(key):
            return None
        text = text_of(key)
        value = lookup.get(text)
        if value is None and lookup.otherwise is None:
            raise Hindrance(lookup.missing(text), kind="unmapped", fault=Fault.CONFIGURATION)
        return value

    return node


def linked(entity: str, get: Node) -> Node:
    """The number of another record in the target system."""

    def node(record: Record, run: Run) -> Any:
        number = run.links.get(entity)
        if number is None:
            message = f"{entity} {text_of(get(record, run) or 'without number')} has no number in the target system yet"
            raise Hindrance(message, kind="unlinked")
        return number

    return node


def decided(decision: Decision, output: str) -> Node:
    """One output of a decision table; the table is asked once for a record."""

    def node(record: Record, run: Run) -> Any:
        key = f"{decision.name}:{id(record)}"
        if key not in run.decided:
            run.decided[key] = decision(record)
        return run.decided[key].get(output)

    return node
