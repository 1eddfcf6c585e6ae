"""How many pieces of an item are free at a location, kits and their parts included."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal

from tandem.entities.kits import folded, kits
from tandem.entities.stock import Shelf, Stock
from tandem.rules.circumstances import Circumstances
from tandem.values import ZERO


def sellable(stock: Stock, shelves: Mapping[str, Shelf], around: Circumstances) -> Decimal:
    """Pieces that are free: of a kit those that lie assembled and those that its parts are enough for.

    Kits that are sold and not assembled yet take their parts with them, also where they have no shelf of their own; a
    part that is a kit itself counts as what lies there. `shelves` are by folded code.
    """
    known, at = kits(around.lookup), stock.location
    lefts: dict[str, Decimal] = {}

    def left(sku: str) -> Decimal:
        """What is there of it beyond what is promised; below zero it is what has to be assembled or bought."""
        if sku not in lefts:
            shelf = shelves.get(sku)
            free = -_taken(around.taken, sku, at) if shelf is None else _free(shelf, around.taken)
            short = (known.parts[kit][sku] * max(-left(kit), ZERO) for kit in known.users.get(sku, ()))
            lefts[sku] = free - sum(short, ZERO)
        return lefts[sku]

    own = left(folded(stock.sku))
    recipe = known.parts.get(folded(stock.sku))
    if not recipe:
        return own
    made = min((left(part) / number).to_integral_value(ROUND_FLOOR) for part, number in recipe.items())
    return max(own, ZERO) + made if made > 0 or own <= 0 else own


def _free(shelf: Shelf, taken: Mapping[tuple[str, str], Decimal]) -> Decimal:
    """On hand, less work orders, less allocations or all open sales, whichever is more, less what is on its way."""
    return min(shelf.available, shelf.available_computed) - _taken(taken, shelf.sku, shelf.location)


def _taken(taken: Mapping[tuple[str, str], Decimal], sku: str, location: str) -> Decimal:
    wanted = folded(sku), location
    return sum((number for (one, place), number in taken.items() if (folded(one), place) == wanted), ZERO)
