"""What an item of Sage Pro becomes in the shop, and what of a product of the shop goes back: each side what it owns."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from tandem.entities.declaration import System
from tandem.entities.product import Item, Listing, Product, ProductDocument
from tandem.entities.state import Outcome, State, held, skipped
from tandem.rules.circumstances import Circumstances
from tandem.values import ZERO

CENTS = Decimal("0.01")


def plan(product: Product, around: Circumstances) -> ProductDocument | Outcome:
    """What the other side is to be told, or why nothing is written there."""
    try:
        if around.source is System.CLARITY:
            return _back(product, _read(Item, around.companions.get("item")), around)
        return _forth(product, _read(Listing, around.companions.get("listing")), around)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return held(f"{product.sku}: what the other side has cannot be understood: {faults}")


def _read(model: type[Any], found: Mapping[str, Any] | None) -> Any:
    return None if found is None else model.model_validate(found)


def _forth(product: Product, listing: Listing | None, around: Circumstances) -> ProductDocument | Outcome:
    """To the shop: name, price, and whether it may still be sold."""
    if why := str(around.policy.get("skip_reason") or ""):
        return skipped(why)
    if around.hold_reason:
        return held(around.hold_reason)
    published = around.policy.get("published")
    if listing is None or listing.deleted:
        return _absent(product, listing, around, sellable=published is not False)
    if published is False:
        if not listing.published:
            return _linked(around, "it cannot be sold, and the shop does not show it")
        return ProductDocument(product=product, published=False, notes=(f"unpublished: status {product.status!r}",))
    price = None if product.price is None else shown(product.price * listing.pack)
    if fault := price_fault(product, price, listing, around):
        return _held(fault, price)
    wanted = published if isinstance(published, bool) else None
    if product.name == listing.name and price in (None, listing.unit_price) and wanted in (None, listing.published):
        return _linked(around, "the shop shows this already")
    return ProductDocument(product=product, unit_price=price, published=wanted)


def _back(product: Product, item: Item | None, around: Circumstances) -> ProductDocument | Outcome:
    """To Sage Pro: the texts that the shop owns. An item is never made there."""
    if product.deleted:
        return skipped("deleted in the shop; the item in Sage Pro stays")
    if item is None:
        return _unmatched(f"sku: Sage Pro has no item {product.sku}; items are entered there only", around)
    if not product.description or product.description == item.description:
        return _linked(around, "Sage Pro has what the shop owns of it")
    return ProductDocument(product=product)


def price_fault(product: Product, price: Decimal | None, listing: Listing, around: Circumstances) -> str:
    """Why a person must look at a price before the shop shows it, with both figures; empty if nobody must."""
    old = listing.unit_price
    if price is None or price == old:
        return ""
    both = f"price: Sage Pro says {price} for {product.sku}, the shop shows {'none' if old is None else shown(old)}"
    if product.currency and listing.currency and product.currency != listing.currency:
        return f"{both}, and these are {product.currency} and {listing.currency}"
    if price < 0:
        return f"{both}; a price is not below zero"
    if around.approved and (around.proposal or {}).get("price") == f"{price}":
        return ""  # a person has seen this price, and no other
    if price == ZERO and not around.facts.zero_prices:
        return f"{both}; approve it if it is to be free of charge"
    limit = around.facts.price_jump
    if limit and old and (price >= old * limit or price * limit <= old):
        return f"{both}; that is {limit:f} times or more apart: approve it if it is right"
    return ""


def _held(fault: str, price: Decimal | None) -> Outcome:
    """With the price that a person would approve."""
    return held(fault) if price is None else held(fault, proposal={"price": f"{price}"})


def shown(price: Decimal) -> Decimal:
    """With the digits that it has and two decimals at least: nothing is rounded here."""
    plain = price.normalize()
    return price.quantize(CENTS) if plain == plain.quantize(CENTS) else plain


def _absent(
    product: Product, listing: Listing | None, around: Circumstances, *, sellable: bool
) -> ProductDocument | Outcome:
    """The shop has no such product; it is given one only where a setting says so, and what was deleted stays so."""
    if listing is not None:
        return _unmatched(f"sku: the shop has deleted its product {product.sku}", around)
    if around.known is not None and around.known.target:
        gone = f"sku: the shop has no product {around.known.target} any more"
        return _unmatched(f"{gone}, nor another {product.sku}", around)
    if not around.facts.create_products or not sellable:
        return _unmatched(f"sku: the shop has no product {product.sku}", around)
    price = None if product.price is None else shown(product.price)
    if fault := price_fault(product, price, Listing(), around):
        return _held(fault, price)
    return ProductDocument(product=product, unit_price=price, published=False, create=True)


def _linked(around: Circumstances, why: str) -> Outcome:
    """Nothing to write; the first time it is linked by that."""
    known = around.known
    if known is not None and known.target in (around.found, None) and known.written:
        return Outcome(state=State.NOOP, reason=why, target=around.found)
    return Outcome(state=State.APPLIED, reason=f"linked by equal sku; {why}", target=around.found)


def _unmatched(why: str, around: Circumstances) -> Outcome:
    return held(why) if around.facts.hold_unmatched else skipped(why)
