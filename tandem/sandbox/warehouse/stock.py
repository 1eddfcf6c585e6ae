"""Goods on the shelf: every movement is an ICTRAN record, and the three totals move with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tandem.sandbox.warehouse.books import Page, Row, WarehouseError, numbered

ISSUE = " I"
RECEIPT = "AR"
COUNT = "AI"


@dataclass(frozen=True, kw_only=True)
class Movement:
    """So many pieces in (positive) or out (negative) of one place; `document` is the order that caused it."""

    item: str
    place: str
    quantity: Decimal
    kind: str
    document: str = ""
    price: Decimal = Decimal(0)


def on_hand(page: Page, item: str, place: str) -> Decimal:
    """What lies there; nothing where the item was never kept."""
    found = page.rows("iciloc", item=item, loctid=place)
    return Decimal(found[0]["lonhand"]) if found else Decimal(0)


def move(page: Page, movements: Iterable[Movement]) -> None:
    """Move goods: ICTRAN, ICILOC, ICIQTY and ICITEM together.

    Raises:
        WarehouseError: the item is not kept there, or there is not so much of it.
    """
    moves = [movement for movement in movements if movement.quantity]
    numbers = page.next_numbers("IC", len(moves)) if moves else []
    for number, movement in zip(numbers, moves, strict=True):
        place = {"item": movement.item, "loctid": movement.place}
        kept = page.one("iciloc", **place)
        left = kept["lonhand"] + movement.quantity
        if left < 0:
            raise WarehouseError(
                f"{movement.item} at {movement.place}: {-movement.quantity} wanted, {kept['lonhand']} on hand"
            )
        page.change("iciloc", place, lonhand=left, **_last(page, movement, "lsale", "lrecv"))
        _shelf(page, place, movement.quantity)
        _total(page, movement)
        page.add("ictran", [_record(page, number, movement, kept)])


def receive(page: Page, item: str, place: str, quantity: Decimal) -> None:
    """Goods come in.

    Raises:
        WarehouseError: not more than nothing, or the item is not kept there.
    """
    if quantity <= 0:
        raise WarehouseError(f"quantity {quantity} of {item}: a receipt is more than nothing")
    move(page, [Movement(item=item, place=place, quantity=quantity, kind=RECEIPT)])


def sell(page: Page, item: str, place: str, quantity: Decimal) -> None:
    """Goods are sold over the counter: they leave at once, and no sales order tells of them.

    Raises:
        WarehouseError: not more than nothing, the item is not kept there, or there is not so much of it.
    """
    if quantity <= 0:
        raise WarehouseError(f"quantity {quantity} of {item}: a sale is more than nothing")
    move(page, [Movement(item=item, place=place, quantity=-quantity, kind=ISSUE)])


def count(page: Page, item: str, place: str, counted: Decimal) -> Decimal:
    """A count of the shelf sets what is there; gives the difference that it found.

    Raises:
        WarehouseError: less than nothing was counted, or the item is not kept there.
    """
    if counted < 0:
        raise WarehouseError(f"counted {counted} of {item}: there cannot be less than nothing")
    kept = page.one("iciloc", item=item, loctid=place)
    difference = Decimal(counted - kept["lonhand"])
    move(page, [Movement(item=item, place=place, quantity=difference, kind=COUNT)])
    page.change("icitem", {"item": item}, ilpcnt=page.now.date())
    return difference


def _shelf(page: Page, place: Row, quantity: Decimal) -> None:
    """Goods come to the first shelf and are taken from as many as are needed."""
    left = quantity
    for shelf in sorted(page.rows("iciqty", **place), key=lambda row: (row["qstore"], row["qbin"], row["qserial"])):
        part = left if left > 0 else max(left, -shelf["qonhand"])
        key = {**place, **{name: shelf[name] for name in ("qstore", "qbin", "qserial")}}
        page.change("iciqty", key, qonhand=shelf["qonhand"] + part)
        left -= part
        if not left:
            return
    raise WarehouseError(f"{place['item']} at {place['loctid']}: iciqty has not the {-quantity} that iciloc has")


def _total(page: Page, movement: Movement) -> None:
    item = page.one("icitem", item=movement.item)
    page.change(
        "icitem",
        {"item": movement.item},
        ionhand=item["ionhand"] + movement.quantity,
        **_last(page, movement, "ilsale", "ilrecv"),
    )


def _last(page: Page, movement: Movement, sale: str, receipt: str) -> Row:
    """The column that says when this last happened; a count has none here."""
    column = {ISSUE: sale, RECEIPT: receipt}.get(movement.kind)
    return {column: page.now.date()} if column else {}


def _record(page: Page, number: str, movement: Movement, kept: Row) -> Row:
    return {
        "ttranno": number,
        "item": movement.item,
        "loctid": movement.place,
        "trantyp": movement.kind,
        "tdate": page.now.date(),
        "tqty": movement.quantity,
        "tcost": kept["lstdcst"],
        "price": movement.price,
        "applid": "SO" if movement.document else "IC",
        "docno": numbered(movement.document) if movement.document else "",
        "per": f"{page.now:%Y%m}",
    }
