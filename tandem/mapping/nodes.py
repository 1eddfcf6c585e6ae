"""What a sheet is made of once it is compiled: small functions from a source record to one value of the target.

They run for every field of every record, so a bare path is read and handed on with nothing in between, and names of
places are only put together when there is something to say about them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tandem.entities.cargo import TraceLine
from tandem.mapping.functions import Step, text_of
from tandem.mapping.functions.values import to_utc
from tandem.mapping.run import Hindrance, Place, Run

Record = Mapping[str, Any]
Node = Callable[[Record, Run], Any]


@dataclass(frozen=True, slots=True)
class Ending:
    """What is done to a value once it is read: steps, the kind of the target field, default and demand."""

    place: Place
    steps: tuple[Step, ...] = ()
    kind: str = "any"
    default: Any = None
    required: bool = False


def finished(read: Node, ending: Ending) -> Node:
    """A value on its way through the ending of its field."""
    if ending.steps or ending.default is not None or ending.required:
        return _whole(read, ending)
    return {"text": _texted, "number": _exact}.get(ending.kind, _as_it_is)(read, ending.place)


def _whole(read: Node, ending: Ending) -> Node:
    place, steps, kind, default, required = (
        ending.place, ending.steps, ending.kind, ending.default, ending.required,
    )  # fmt: skip

    def node(record: Record, run: Run) -> Any:
        try:
            value = read(record, run)
            if steps:
                run.scope = record
                for step in steps:
                    value = step(value, run)
            value = _fitting(value, kind)
        except Hindrance as hindrance:
            run.hinder(place, hindrance)
            return None
        if not is_blank(value):
            return value
        if default is not None:
            run.note(place, "default", f"{default!r} because there was nothing")
            return default
        if required:
            run.hinder(place, Hindrance(f"is missing; {run.target(place)} needs it", kind="missing"))
        return value

    return node


def _texted(read: Node, place: Place) -> Node:
    def node(record: Record, run: Run) -> Any:
        try:
            value = read(record, run)
            return value if value is None or type(value) is str else text_of(value)
        except Hindrance as hindrance:
            run.hinder(place, hindrance)
            return None

    return node


def _exact(read: Node, place: Place) -> Node:
    def node(record: Record, run: Run) -> Any:
        try:
            return _fitting(read(record, run), "number")
        except Hindrance as hindrance:
            run.hinder(place, hindrance)
            return None

    return node


def _as_it_is(read: Node, place: Place) -> Node:
    def node(record: Record, run: Run) -> Any:
        try:
            return read(record, run)
        except Hindrance as hindrance:
            run.hinder(place, hindrance)
            return None

    return node


def _fitting(value: Any, kind: str) -> Any:
    if kind == "text" and value is not None:
        return text_of(value)
    if kind == "number" and type(value) is float:
        raise Hindrance(f"{value!r} came as a binary float, whose digits are not certain", kind="type")
    return value


def is_blank(value: Any) -> bool:
    """Whether there is nothing in a value: none, only blanks, an empty list, a record of nothing."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_blank(item) for item in value.values())
    return isinstance(value, list | tuple) and not value


def in_zone(value: Any, run: Run) -> Any:
    """A date-time as aware UTC in ISO 8601; a step."""
    return None if is_blank(value) else to_utc(text_of(value), run).isoformat()


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


def block(fields: Sequence[tuple[str, Node]]) -> Node:
    """A record out of its fields; what has no value is left out, so that defaults of the target apply."""

    def node(record: Record, run: Run) -> dict[str, Any]:
        made = {}
        for name, field in fields:
            value = field(record, run)
            if value is not None:
                made[name] = value
        return made

    return node


def watched(node: Node, known: frozenset[str], prefix: str) -> Node:
    """A block that notes the names of source fields that the sheet has never heard of."""

    def checked(record: Record, run: Run) -> Any:
        if not record.keys() <= known:
            run.unknown.update(f"{prefix}{name}" for name in record.keys() - known)
        return node(record, run)

    return checked


def scoped(inner: Node, get: Node, place: Place) -> Node:
    """A block that is read from a part of the source; a part that is not there gives nothing."""

    def node(record: Record, run: Run) -> Any:
        part = get(record, run)
        if part is None:
            return None
        if isinstance(part, Mapping):
            return inner(part, run)
        run.hinder(place, Hindrance(f"{part!r} stands where a record is needed", kind="type"))
        return None

    return node


def unheard(names: set[str]) -> list[TraceLine]:
    """The trace lines of source fields that the sheet has never heard of."""
    note = "is not in the sheet; map it or list it under ignore"
    return [TraceLine(target="", source=name, kind="unmapped", note=note) for name in sorted(names)]
