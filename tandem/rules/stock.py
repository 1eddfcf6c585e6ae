"""What the shop may sell of an item at a location: never more than is there and nobody else has been promised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import ValidationError

from tandem.entities.declaration import Canonical, at
from tandem.entities.kits import folded, kits
from tandem.entities.state import Fault, Outcome, State, held, skipped
from tandem.entities.stock import BOUND, Item, Level, Shelf, ShopProduct, Stock, StockLevel
from tandem.rules.circumstances import Circumstances
from tandem.rules.sellable import sellable
from tandem.values import ZERO

Model = TypeVar("Model", bound=Canonical)


def plan(stock: Stock, around: Circumstances) -> StockLevel | Outcome:
    """The level that the shop is told, or why it is told none; NOOP where it holds that already."""
    if not stock.shop_location:
        return skipped(f"the shop does not sell from location {stock.location}")
    known, sku = kits(around.lookup), folded(stock.sku)
    if why := known.unclear.get(sku):
        return _misconfigured(f"lookups/kits.yaml: {stock.sku} {why}")
    try:
        products = _each(ShopProduct, around.companions.get("product"))
        levels = _each(Level, around.companions.get("levels"))
        item = _one(Item, around.companions.get("item"))
        shelves = {folded(shelf.sku): shelf for shelf in _each(Shelf, around.companions.get("shelves"))}
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return held(f"what stands beside the stock of {stock.key} cannot be understood: {faults}")
    product = next((product for product in products if not product.deleted), None)
    if product is None:
        return _without_product(stock, levels, taken_off=bool(products))
    here = product.sku, stock.shop_location
    level = next((level for level in levels if (level.sku, level.location) == here), None)
    if stock.gone and level is None and sku not in known.parts:
        return skipped(f"neither side keeps {stock.sku} at {stock.location}")
    if why := closed(stock, item, around.policy, made=sku in known.parts):
        return _told(stock, level, "|".join(here), ZERO, why, around)
    if (safety := held_back(around.policy)) is None:
        return _misconfigured(not_held_back(stock, around.policy))
    pieces = sellable(stock, shelves, around) - safety
    quantity = in_units(pieces, product.pack, decimals=around.facts.quantity_scale)
    owed = f"{-pieces} pieces of {stock.sku} are promised or kept back beyond what is there" if pieces < 0 else ""
    if why := _moved(level, quantity, around.proposal):
        return held(f"the correction that was accepted is not made: {why}")
    return _told(stock, level, "|".join(here), quantity, owed, around)


def _without_product(stock: Stock, levels: Iterable[Level], *, taken_off: bool) -> Outcome:
    """What becomes of stock that the shop has no product for; stock that it still shows is a person's to sort out."""
    shown = next((level for level in levels if level.location == stock.shop_location), None)
    if shown is None or taken_off:
        return skipped(f"the shop has no product {stock.sku}")
    return held(
        f"the shop has no product {stock.sku} and still shows {plain(shown.available)} of it at {shown.location}: "
        "was it renamed there? Link it by hand, or take that stock off the shop's list"
    )


def _misconfigured(reason: str) -> Outcome:
    return Outcome(state=State.HELD, reason=reason, fault=Fault.CONFIGURATION)


def _moved(level: Level | None, quantity: Decimal, proposal: Mapping[str, Any] | None) -> str:
    """Why the figures that a person accepted are not those of now; empty if they are, or if nobody accepted any."""
    if proposal is None:
        return ""
    shown = None if level is None else plain(level.available)
    if (shown, plain(quantity)) == (proposal.get("shown"), proposal.get("expected")):
        return ""
    before = f"{proposal.get('shown') or 'none'} was shown and {proposal.get('expected')} to be published"
    return f"{before}, by now the shop shows {shown or 'none'} and {plain(quantity)} would be"


def plain(quantity: Decimal) -> str:
    """A quantity as people write it: no exponent, no trailing zeros."""
    return f"{quantity.normalize():f}"


def _may_still_come(level: Level, around: Circumstances) -> bool:
    """Whether a write that nobody heard of again may yet land, being bound to the present version.

    To write the same figure once more raises the version, and so shuts it out.
    """
    known = around.known
    if known is not None and known.payload is not None and at(known.payload, BOUND) == level.version:
        return True
    # Of a pass that was cut off nobody noted what it wrote; one that ended without an answer did.
    return around.again and not (known is not None and known.state is State.UNKNOWN)


def _told(
    stock: Stock, level: Level | None, number: str, quantity: Decimal, note: str, around: Circumstances
) -> StockLevel | Outcome:
    notes = (note,) if note else ()
    if level is None:
        return StockLevel(stock=stock, number=number, quantity=quantity, expected=0, first=True, notes=notes)
    if level.available == quantity and not _may_still_come(level, around):
        return Outcome(state=State.NOOP, reason="the shop has this already", target=level.number, notes=notes)
    return StockLevel(stock=stock, number=level.number, quantity=quantity, expected=level.version, notes=notes)


def in_units(pieces: Decimal, pack: Decimal, *, decimals: int = 0) -> Decimal:
    """As many of the shop's units as the pieces fill; never below zero, never rounded up."""
    if pieces <= 0:
        return ZERO
    return (pieces / pack).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_FLOOR)


def held_back(policy: Mapping[str, Any]) -> Decimal | None:
    """Pieces that are not offered; None where the decision table gives no number that is zero or more."""
    try:
        pieces = Decimal(str(policy.get("safety_stock") or 0))
    except InvalidOperation:
        return None
    return pieces if pieces.is_finite() and pieces >= 0 else None


def not_held_back(stock: Stock, policy: Mapping[str, Any]) -> str:
    """The sentence for a safety stock that is none: less than nothing would offer more than there is."""
    told = policy.get("safety_stock")
    return f"rules/stock.json: a safety_stock of {told!r} for {stock.sku} at {stock.location}; zero or more is needed"


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
