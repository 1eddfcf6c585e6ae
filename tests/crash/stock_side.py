"""Stock by plain SQL: nothing came from nowhere, nothing was sold twice, and the shop shows what can be sold."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from tests.crash.customers import Acknowledged
from tests.crash.findings import Finding
from tests.crash.reading import Reader, exact
from tests.crash.screens import Place, Screens
from tests.crash.script import LASTING, SCARCE, cast

ZERO = Decimal(0)
MAPPED = ("MAIN", "EAST")
"""Locations that the shop sells from, under the same names (mappings/lookups/locations.yaml)."""

KEPT = "select trim(item), trim(loctid), lonhand from iciloc"
SHELVES = "select trim(item), trim(loctid), qonhand from iciqty"
TOTALS = "select trim(item), ionhand from icitem where stkcode = 'Y'"
MOVED = "select trim(item), trim(loctid), tqty from ictran"
BY_ORDERS = f"{MOVED} where trim(docno) <> ''"
BY_PEOPLE = f"{MOVED} where trim(docno) = ''"
SHIPPED = "select trim(item), trim(loctid), qtyship from soship where shpstat <> 'V'"
HELD_BACK = "select trim(item), trim(loctid), lwoaloc from iciloc"
ALLOCATED = "select trim(item), trim(loctid), lsoaloc from iciloc"
WANTED = """
select trim(item), trim(loctid), qtyord from sotran
where sostat = '' and sotype not in ('B', 'R') and currhist <> 'X' and stkcode = 'Y'
"""
LEVELS = "select body from inventory"
ALLOTTED = 'select "orderId", "inventoryId", quantity from allotment'
TAKEN = "select entity, key, sku, quantity from demand"
NOTES = "select key, detail from ledger where entity = 'order' and state = 'APPLIED'"
NOTE = re.compile(r"back-ordered: ([0-9.]+) of (\S+) at (\S+) not on hand")


def stock_findings(
    shop: Reader, company: Reader, store: Reader, book: Mapping[str, Acknowledged], screens: Screens
) -> list[Finding]:
    """All that is wrong with stock."""
    return [
        *conserved(company),
        *_by_people(company, screens),
        *_told(shop, company),
        *_sold(shop, company, book),
        *_short(company, store, book),
        *_reserved(store),
    ]


def conserved(company: Reader) -> Iterator[Finding]:
    """Shelves, totals, movements and shipments are of one mind, for every item at every location."""
    kept, moved = _sums(company, KEPT), _sums(company, MOVED)
    for what, other in (("iciqty has", _sums(company, SHELVES)), ("the movements make", moved)):
        yield from (_wrong(at, f"{what} {said}, on hand are {there}") for at, there, said in _pairs(kept, other))
    shipped = _sums(company, SHIPPED)
    left = {at: -number for at, number in _sums(company, BY_ORDERS).items()}
    for at, parcels, pieces in _pairs(shipped, left):
        yield _wrong(at, f"{parcels} were shipped, and {pieces} left the shelf by orders")
    for item, total in company.rows(TOTALS):
        there = sum((number for (name, _), number in kept.items() if name == item), ZERO)
        if exact(total) != there:
            yield Finding("wrong", item, f"icitem has {total}, on hand are {there}")


def untold(shop: Reader, company: Reader) -> dict[Place, tuple[Decimal | None, Decimal]]:
    """Where the shop's figure is not what can be sold: what it shows, and what it should."""
    shown = {(one["sku"], one["locationId"]): exact(one["available"]) for one in _bodies(shop, LEVELS)}
    packs = {item.sku: item.pieces for item in cast().items if item.stocked}
    right = {at: max(ZERO, free // packs[at[0]]) for at, free in _free(company).items() if at[1] in MAPPED}
    return {at: (shown.get(at), right.get(at, ZERO)) for at in right.keys() | shown if shown.get(at) != right.get(at)}


def _free(company: Reader) -> dict[Place, Decimal]:
    """On hand, less what is promised to work orders, and less allocations or open orders, whichever is more."""
    kept, held_back = _sums(company, KEPT), _sums(company, HELD_BACK)
    allocated, wanted = _sums(company, ALLOCATED), _sums(company, WANTED)
    return {at: number - held_back[at] - max(allocated[at], wanted[at]) for at, number in kept.items()}


def _by_people(company: Reader, screens: Screens) -> Iterator[Finding]:
    """Opening and what people did at the screens is what moved without an order."""
    moved = _sums(company, BY_PEOPLE)
    opening = {(item.sku, place): item.stock for item in cast().items if item.stocked for place in item.places}
    for at in moved.keys() | opening:
        least, most = (opening.get(at, ZERO) + number for number in screens.bounds(at))
        if not least <= moved[at] <= most:
            yield _wrong(at, f"people brought {least} to {most}, and the movements without an order make {moved[at]}")


def _told(shop: Reader, company: Reader) -> Iterator[Finding]:
    for at, (shown, right) in untold(shop, company).items():
        yield _wrong(at, f"{right} can be sold, the shop shows {shown}")


def _sold(shop: Reader, company: Reader, book: Mapping[str, Acknowledged]) -> Iterator[Finding]:
    """The shop has taken off its shelves what it sold, and never sold what never was there."""
    ordered, taken = defaultdict[tuple[str, str], Decimal](Decimal), defaultdict[tuple[str, str], Decimal](Decimal)
    sold, came = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for key, said in book.items():
        for (item, quantity, _), lines in said.lines.items():
            if item in SCARCE and not said.cancelled:
                ordered[key, item] += quantity * lines
                sold[item] += quantity * lines
    for key, level, quantity in shop.rows(ALLOTTED):
        if (item := level.rpartition("|")[0]) in SCARCE:
            taken[key, item] += exact(quantity)
    for (key, item), left, wanted in _pairs(taken, ordered):
        yield Finding("wrong", key, f"{wanted} of {item} are ordered, {left} were taken off the shop's shelf")
    for item, _, quantity in company.rows(BY_PEOPLE):
        came[item] += max(exact(quantity), ZERO)
    for item, number in sold.items():
        if not SCARCE[item].backorder and number > came[item]:
            yield Finding("oversold", item, f"{number} were sold, {came[item]} ever came in")


def _short(company: Reader, store: Reader, book: Mapping[str, Acknowledged]) -> Iterator[Finding]:
    """What orders lack of goods that leave by orders alone was noted as back-ordered when they were entered."""
    kept, wanted, noted = _sums(company, KEPT), _sums(company, WANTED), back_ordered(store)
    for at, number in wanted.items():
        lacking = number - kept[at]
        said = sum((n for (key, *there), n in noted.items() if tuple(there) == at and _lives(book, key)), ZERO)
        if at[0] in LASTING and lacking > said:
            yield Finding("oversold", "|".join(at), f"{lacking} are lacking, {said} were noted as back-ordered")


def back_ordered(store: Reader) -> dict[tuple[str, str, str], Decimal]:
    """The most that was ever noted of an order, by order, item and location."""
    found: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for key, detail in store.rows(NOTES):
        for note in json.loads(detail).get("notes", ()):
            if said := NOTE.fullmatch(note):
                quantity, item, place = said.groups()
                found[key, item, place] = max(found[key, item, place], Decimal(quantity))
    return found


def _lives(book: Mapping[str, Acknowledged], key: str) -> bool:
    return key in book and not book[key].cancelled


def _reserved(store: Reader) -> Iterator[Finding]:
    for entity, key, sku, quantity in store.rows(TAKEN):
        yield Finding("stuck", f"{entity} {key}", f"{quantity} of {sku} are still reserved")


def _sums(company: Reader, query: str) -> defaultdict[Place, Decimal]:
    found: defaultdict[Place, Decimal] = defaultdict(Decimal)
    for item, place, quantity in company.rows(query):
        found[item, place] += exact(quantity)
    return found


def _pairs(
    one: Mapping[tuple[str, str], Decimal], other: Mapping[tuple[str, str], Decimal]
) -> list[tuple[tuple[str, str], Decimal, Decimal]]:
    """Where two accounts differ; what one of them does not name is nought."""
    both = ((at, one.get(at, ZERO), other.get(at, ZERO)) for at in sorted(one.keys() | other.keys()))
    return [(at, here, there) for at, here, there in both if here != there]


def _bodies(shop: Reader, query: str) -> Iterator[dict[str, str]]:
    for (body,) in shop.rows(query):
        yield json.loads(body, parse_float=Decimal, parse_int=Decimal)


def _wrong(at: Place, what: str) -> Finding:
    return Finding("wrong", "|".join(at), what)
