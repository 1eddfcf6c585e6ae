"""What a decision looks at beside the record itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.entities.path import at
from tandem.entities.system import System

Table = Callable[[str], Mapping[str, Any]]
"""A lookup of the sheets by its name: its values by their keys as the file spells them."""

Keys = Callable[[Any, Table], Collection[str]]
"""Numbers of the records that belong to a canonical one, told with the lookups at hand."""

Pairs = Callable[[Any, Table], Collection[tuple[str, str]]]
"""Skus and locations whose demand bears on a canonical record."""


@dataclass(frozen=True, kw_only=True)
class Companion:
    """A record that is read beside the cargo because the decision needs it; `key` as in Parent.

    With `match` it is the record's own counterpart in the target: read by its number where it is linked, and where it
    is not, or that one is gone, found by the equality of this field with `key`, blanks at the ends and case apart. What
    is found that way is what the write goes to. `gone` is the field of a counterpart that is true once it was deleted.

    With `by` it is found by the equality of that field with `key`, blanks at the ends and case apart; a function as
    `key` gives the numbers of several. In both cases the plan is given a list of what there is, in canonical names.
    `linked` is the entity whose crosswalk tells first which one it is: under whatever name, unless it is `gone`. With
    `beside`, the name of a companion that is read before, what that one is called counts beside `key`.
    """

    system: System
    resource: str
    key: str | Keys
    by: str | None = None
    match: str | None = None
    gone: str | None = None
    linked: str | None = None
    beside: str | None = None

    @property
    def several(self) -> bool:
        """Whether the plan is given a list."""
        return self.by is not None or callable(self.key)

    def keys(self, canonical: Any, table: Table) -> list[str]:
        """What is asked for beside this record."""
        if callable(self.key):
            return list(self.key(canonical, table))
        found = at(canonical, self.key)
        return [str(found)] if found else []


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """That what is written follows from more than the record: from what the target holds and what is on its way.

    Read in this order, so that nothing falls between: companions in the target, whose state the write is bound to; the
    newest changes over there of the entities that it `hears`, stored with their content; what these have `taken`; and
    last, companions in the source.

    `kin` are the keys of other records of the route that are decided again when this one's content has changed.
    `number` is the dotted path in the document of the number that the record has in the target by its nature, `first`
    that of the flag that it had none there before: what was written then is looked at once more. `bound` is the path in
    the payload of the version that a write was bound to. `absent` gives what stands for a record that its owner no
    longer has (None for a key that could never have had one).
    """

    hears: tuple[str, ...] = ()
    taken: Pairs
    kin: Keys
    number: str
    first: str
    bound: str
    absent: Callable[[str], dict[str, Any] | None]
