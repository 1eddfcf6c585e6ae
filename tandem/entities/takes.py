"""What a record takes from stock: where its route declares it to stand, and what is read there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple


class Need(NamedTuple):
    """What one line takes; `quantity` in the stocking unit, `location` empty for a line that nobody has routed yet."""

    line: str
    sku: str
    quantity: Decimal
    location: str = ""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Where one form of a record says what it takes.

    `lines` and `location` are dotted paths in the record, the others in a line. `part_of` is that of the number of the
    line that this one is a part of: the whole takes nothing itself. `pack` is that of the unit, and the lookup that
    says how many pieces it has. A record takes nothing at all where one of `unless` (path to values) is met.
    """

    lines: str
    sku: str
    quantity: str
    line: str | None = None
    part_of: str | None = None
    pack: tuple[str, str] | None = None
    location: str | None = None
    unless: Mapping[str, frozenset[str | bool]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Takes:
    """What records of a route take from the target's stock: as the source has them, as planned, and as written."""

    record: Lines
    document: Lines
    payload: Lines


@dataclass(frozen=True, kw_only=True)
class Heeds:
    """That records of a route say less while something is taken of what they tell about.

    `key` is the pattern of their keys in the source, with the fields sku and location, and location after sku.
    """

    key: str = "{sku}|{location}"

    def of(self, sku: str, location: str) -> str:
        """The key of one."""
        return self.key.format(sku=sku, location=location)

    def beginning(self, sku: str) -> str:
        """What the keys of a sku at every location begin with."""
        return self.key.partition("{location}")[0].format(sku=sku)
