"""The state of one pass of a sheet over one record: where it stands, what it noted, what hinders it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from tandem.entities.cargo import TraceLine
from tandem.entities.state import Fault
from tandem.mapping.finding import Finding


class Hindrance(Exception):
    """A value cannot become what the sheet asks for; caught by the field, which knows its place."""

    def __init__(self, message: str, *, kind: str = "value", fault: Fault = Fault.DATA) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Place:
    """Target and source of a field as templates: `lines[].sku` and `lineItems[].sku`."""

    target: str
    source: str


@dataclass(slots=True)
class Run:
    """One record on its way through one direction of a sheet.

    `loops` holds, for each list that is under way, the index of the item in the source (None if it comes from no list
    there) and in the target, where a chain begins at `offset`. `scope` is the source record of the field at hand.
    """

    links: Mapping[str, str]
    zone: ZoneInfo | None
    loops: list[list[int | None]] = field(default_factory=list)
    offset: int = 0
    scope: Mapping[str, Any] = field(default_factory=dict[str, Any])
    events: list[TraceLine] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    decided: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def note(self, place: Place, kind: str, text: str) -> None:
        """Something happened to this field that a person may want to know."""
        self.events.append(TraceLine(target=self.target(place), source=self.source(place), kind=kind, note=text))

    def hinder(self, place: Place, hindrance: Hindrance) -> None:
        """This field stands in the way of the record."""
        self.faults.append(
            Finding(field=self.source(place), message=hindrance.message, fault=hindrance.fault, kind=hindrance.kind)
        )

    def target(self, place: Place) -> str:
        """The path in the result, with the numbers of the loops that are under way."""
        return _numbered(place.target, [loop[1] for loop in self.loops])

    def source(self, place: Place) -> str:
        """The path in the source record, with the numbers of the loops that are under way."""
        return _numbered(place.source, [loop[0] for loop in self.loops if loop[0] is not None])


def _numbered(template: str, numbers: Sequence[int | None]) -> str:
    for number in numbers:
        template = template.replace("[]", f"[{number}]", 1)
    return template
