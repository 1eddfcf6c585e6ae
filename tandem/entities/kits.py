"""Kits: what they are made of, what uses what, and whose stock therefore hangs on whose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from tandem.entities.beside import Table

KITS = "kits"
"""The lookup of kits: item to its parts, such as `2 x SHELF + 1 x FRAME`."""

Recipe = Mapping[str, Decimal]


def folded(sku: str) -> str:
    """An item's code in the form in which both sides compare it."""
    return sku.strip().upper()


@dataclass(frozen=True, slots=True)
class Kits:
    """All kits by folded code: `parts` of each, `users` of each part, and `unclear` ones with the reason."""

    parts: Mapping[str, Recipe]
    users: Mapping[str, frozenset[str]]
    unclear: Mapping[str, str]

    def above(self, skus: Iterable[str]) -> set[str]:
        """These, the kits that use any of them, the kits that use those, and so on."""
        return _closure(skus, lambda sku: self.users.get(sku, ()))

    def below(self, sku: str) -> set[str]:
        """This one, its parts, their parts, and so on."""
        return _closure([sku], lambda kit: self.parts.get(kit, ()))

    def family(self, sku: str) -> set[str]:
        """Those on whose stock its own quantity depends, itself included.

        Its parts are what it is made of; a kit above any of them that is sold and not assembled takes some away.
        """
        return self.above({sku, *self.parts.get(sku, ())})

    def kin(self, sku: str) -> set[str]:
        """Those in whose family it is, itself included."""
        below = self.below(sku)
        return below.union(*(self.users.get(part, ()) for part in below))


def kits(table: Table) -> Kits:
    """The kits of the lookup."""
    return _kits(tuple((kit, str(text)) for kit, text in table(KITS).items()))


@lru_cache(maxsize=4)
def _kits(entries: tuple[tuple[str, str], ...]) -> Kits:
    read = {folded(kit): _recipe(text) for kit, text in entries}
    parts = {kit: recipe for kit, recipe in read.items() if recipe}
    unclear = {kit: "needs parts such as `2 x SHELF + 1 x FRAME`" for kit, recipe in read.items() if recipe is None}
    for kit in [kit for kit, recipe in parts.items() if kit in _closure(recipe, lambda sku: parts.get(sku, ()))]:
        unclear[kit] = "is a part of itself"
    parts = {kit: recipe for kit, recipe in parts.items() if kit not in unclear}
    users: dict[str, set[str]] = {}
    for kit, recipe in parts.items():
        for part in recipe:
            users.setdefault(part, set()).add(kit)
    return Kits(parts, {part: frozenset(some) for part, some in users.items()}, unclear)


def _recipe(text: str) -> Recipe | None:
    parts: dict[str, Decimal] = {}
    for part in f" {text} ".split(" + "):
        number, times, sku = part.partition(" x ")
        if not (times and number.strip().isdecimal() and int(number) and sku.strip()):
            return None
        parts[folded(sku)] = parts.get(folded(sku), Decimal(0)) + int(number)
    return parts


def _closure(skus: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    found: set[str] = set()
    left = list(skus)
    while left:
        if (sku := left.pop()) not in found:
            found.add(sku)
            left.extend(following(sku))
    return found
