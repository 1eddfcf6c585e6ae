"""What the shop may sell of an item at a location: never more than is there and nobody else has been promised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any, TypeVar

from pydantic import ValidationError

from tandem.entities.declaration import Canonical
from tandem.entities.state import Fault, Outcome, State, held, skipped
from tandem.entities.stock import Item, Level, Recipe, Shelf, ShopProduct, Stock, StockLevel, folded, recipes
from tandem.rules.circumstances import Circumstances
from tandem.values import ZERO

Model = TypeVar("Model", bound=Canonical)


def plan(stock: Stock, around: Circumstances) -> StockLevel | Outcome:
    """The level that the shop is told, or why it is told none; NOOP where it holds that already."""
    if not stock.shop_location:
        return skipped(f"the shop does not sell from location {stock.location}")
    recipe = recipes(around.lookup).get(folded(stock.sku), {})
    if recipe is None:
        reason = f"lookups/kits.yaml: {stock.sku} needs parts such as `2 x SHELF + 1 x FRAME`"
        return Outcome(state=State.HELD, reason=reason, fault=Fault.CONFIGURATION)
    try:
        product = next((p for p in _each(ShopProduct, around.companions.get("product")) if not p.deleted), None)
        levels = _each(Level, around.companions.get("levels"))
        item = _one(Item, around.companions.get("item"))
        shelves = {folded(shelf.sku): shelf for shelf in _each(Shelf, around.companions.get("shelves"))}
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return held(f"what stands beside the stock of {stock.key} cannot be understood: {faults}")
    if product is None:
        return skipped(f"the shop has no product {stock.sku}")
    here = product.sku, stock.shop_location
    level = next((level for level in levels if (level.sku, level.location) == here), None)
    if stock.gone and level is None and not recipe:
        return skipped(f"neither side keeps {stock.sku} at {stock.location}")
    if why := closed(stock, item, around.policy, made=bool(recipe)):
        return _told(stock, level, "|".join(here), ZERO, why)
    pieces = sellable(stock, recipe, shelves, around) - Decimal(str(around.policy.get("safety_stock") or 0))
    quantity = in_units(pieces, product.pack, decimals=around.facts.quantity_scale)
    owed = f"{-pieces} pieces of {stock.sku} are promised or kept back beyond what is there" if pieces < 0 else ""
    return _told(stock, level, "|".join(here), quantity, owed)


def _told(stock: Stock, level: Level | None, number: str, quantity: Decimal, note: str) -> StockLevel | Outcome:
    notes = (note,) if note else ()
    if level is None:
        return StockLevel(stock=stock, number=number, quantity=quantity, expected=0, notes=notes)
    if level.available == quantity:
        return Outcome(state=State.NOOP, reason="the shop has this already", target=level.number, notes=notes)
    return StockLevel(stock=stock, number=level.number, quantity=quantity, expected=level.version, notes=notes)


def sellable(stock: Stock, recipe: Recipe, shelves: Mapping[str, Shelf], around: Circumstances) -> Decimal:
    """Pieces that are free: of a kit those that lie assembled and those that its parts are enough for.

    Kits that are sold and not assembled yet take their parts with them.
    """
    at = stock.location
    free = {sku: _free(shelf, around.taken) for sku, shelf in shelves.items()}
    own = free.get(folded(stock.sku), -_taken(around.taken, stock.sku, at))
    known = {kit: parts for kit, parts in recipes(around.lookup).items() if parts}
    short = {kit: max(-free[kit], ZERO) for kit in known if kit in free}

    def left(part: str) -> Decimal:
        promised = sum((known[kit].get(part, ZERO) * number for kit, number in short.items()), ZERO)
        return free.get(part, ZERO) - promised

    if recipe:
        kits = min((left(part) / number).to_integral_value(ROUND_FLOOR) for part, number in recipe.items())
        return max(own, ZERO) + kits if kits > 0 or own <= 0 else own
    return left(folded(stock.sku)) if folded(stock.sku) in free else own


def in_units(pieces: Decimal, pack: Decimal, *, decimals: int = 0) -> Decimal:
    """As many of the shop's units as the pieces fill; never below zero, never rounded up."""
    if pieces <= 0:
        return ZERO
    return (pieces / pack).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_FLOOR)


def _free(shelf: Shelf, taken: Mapping[tuple[str, str], Decimal]) -> Decimal:
    """On hand, less work orders, less allocations or all open sales, whichever is more, less what is on its way."""
    return min(shelf.available, shelf.available_computed) - _taken(taken, shelf.sku, shelf.location)


def _taken(taken: Mapping[tuple[str, str], Decimal], sku: str, location: str) -> Decimal:
    wanted = folded(sku), location
    return sum((number for (one, place), number in taken.items() if (folded(one), place) == wanted), ZERO)


def closed(stock: Stock, item: Item | None, policy: Mapping[str, Any], *, made: bool) -> str:
    """Why none may be sold whatever lies there; empty if nothing stands against it."""
    if stock.gone and not made:
        return f"Sage Pro keeps {stock.sku} at {stock.location} no longer"
    if item is None:
        return f"Sage Pro has no item {stock.sku}"
    if item.status != "sold":
        return f"{stock.sku} is {item.status}"
    return f"by rules/stock.json {stock.sku} is not sold from {stock.location}" if policy.get("sold") is False else ""


def _one(model: type[Model], found: Any) -> Model | None:
    return None if found is None else model.model_validate(found)


def _each(model: type[Model], found: Iterable[Any] | None) -> list[Model]:
    return [model.model_validate(one) for one in found or ()]
