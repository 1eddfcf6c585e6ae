"""Keys of two parts, an item and a location, as the filters of a list take them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence


def by_location(keys: Sequence[str], *, at_most: int) -> list[tuple[str, list[str]]]:
    """Locations and up to so many of their items, which one call can ask for; a key that lacks a part is left out."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for key in keys:
        item, _, location = key.rpartition("|")
        if item.strip() and location.strip():
            places[location].append(item)
    return [(place, items[n : n + at_most]) for place, items in places.items() for n in range(0, len(items), at_most)]
