"""What a sheet is made of once it is compiled: small functions from a source record to one value of the target.

They run for every field of every record, so a bare path is read and handed on with nothing in between, and names of
places are only put together when there is something to say about them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tandem.mapping.functions import Step, text_of
from tandem.mapping.functions.values import to_utc
from tandem.mapping.run import Hindrance, Place, Run

Record = Mapping[str, Any]
Node = Callable[[Record, Run], Any]

NOTHING: Node = lambda _record, _run: None  # noqa: E731
"""Stands for a field whose fault is noted."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What is done to a value once it is read: steps, the kind of the target field, default and demand.

    `plain` is set for a value that is only read, so that reading it twice notes nothing twice.
    """

    place: Place
    steps: tuple[Step, ...] = ()
    kind: str = "any"
    default: Any = None
    required: bool = False
    plain: bool = False


def finished(read: Node, ending: Ending) -> Node:
    """A value on its way through the ending of its field."""
    if ending.plain and ending.required and not ending.steps and ending.default is None:
        return _needed(read, ending)
    if ending.steps or ending.default is not None or ending.required:
        return _whole(read, ending)
    return {"text": _texted, "number": _exact}.get(ending.kind, _as_it_is)(read, ending.place)


def _whole(read: Node, ending: Ending) -> Node:
    place, steps, kind, default, required = (
        ending.place, ending.steps, ending.kind, ending.default, ending.required,
    )  # fmt: skip

    def node(record: Record, run: Run) -> Any:
        faults = len(run.faults)
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
        if required and len(run.faults) == faults:
            run.hinder(place, Hindrance(f"is missing; {run.target(place)} needs it", kind="missing"))
        return value

    return node


def _needed(read: Node, ending: Ending) -> Node:
    """The commonest field of all: a plain value that must be there and mostly is; anything else goes the long way."""
    whole = _whole(read, ending)
    plain = (str,) if ending.kind == "text" else (str, int, Decimal)

    def node(record: Record, run: Run) -> Any:
        try:
            value = read(record, run)
        except Hindrance:
            return whole(record, run)
        if type(value) in plain and value != "" and not (type(value) is str and value.isspace()):
            return value
        return whole(record, run)

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
    if isinstance(value, str):
        return not value or value.isspace()
    if isinstance(value, dict):
        return all(is_blank(item) for item in value.values())
    return value is None or (isinstance(value, list | tuple) and not value)


def in_zone(value: Any, run: Run) -> Any:
    """A date-time as aware UTC in ISO 8601; a step."""
    return None if is_blank(value) else to_utc(text_of(value), run).isoformat()


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
