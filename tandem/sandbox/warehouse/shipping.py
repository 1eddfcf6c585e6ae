"""Picking and shipping: what leaves the house leaves the order, the shelf and the customer's open amount with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tandem.sandbox.warehouse import ledger
from tandem.sandbox.warehouse.books import NUMBER_WIDTH, Page, Row, WarehouseError, numbered
from tandem.sandbox.warehouse.stock import ISSUE, Movement, move
from tandem.values import ZERO


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What is to leave: quantities by line number, other goods put in place of a line's own, and the label.

    No quantities: what was picked, or all that is open if nothing was. `beyond` lets more leave than was ordered.
    """

    quantities: Mapping[int, Decimal] | None = None
    instead: Mapping[int, str] = field(default_factory=dict)
    carrier: str = ""
    tracking: str = ""
    beyond: bool = False


def ready(page: Page) -> list[Row]:
    """The orders that the warehouse may work on, oldest first: released, open, in nobody's hands."""
    orders = page.rows("somast", release="Y", sostat="", lckstat="")
    return sorted((row for row in orders if row["sotype"] in ("", "O")), key=lambda row: row["sono"])


def goods(page: Page, sono: str) -> list[Row]:
    """The order's lines that lie on a shelf."""
    rows = [row for row in page.rows("sotran", sono=numbered(sono)) if row["stkcode"] == "Y" and row["sostat"] == ""]
    return sorted(rows, key=lambda row: row["tranlineno"])


def pick(page: Page, sono: str, quantities: Mapping[int, Decimal] | None = None) -> None:
    """Take goods from the shelf to the packing table; without quantities all that is open.

    Raises:
        WarehouseError: the order is not to be worked on, or more is picked than is open.
    """
    order = _workable(page, sono)
    for line in goods(page, sono):
        number = line["tranlineno"]
        wanted = line["qtyord"] if quantities is None else quantities.get(number, ZERO)
        if not ZERO <= wanted <= line["qtyord"]:
            raise WarehouseError(f"order {sono} line {number}: {wanted} cannot be picked, {line['qtyord']} are open")
        page.change("sotran", {"sono": order["sono"], "tranlineno": number}, shipqty=wanted)
    page.change("somast", {"sono": order["sono"]}, prnpktk="Y")


def ship(page: Page, sono: str, parcel: Parcel) -> str:
    """Send a parcel off; gives the shipment's number.

    Raises:
        WarehouseError: the order is not to be worked on, nothing is to leave, too much, or it is not there.
    """
    order = _workable(page, sono)
    lines = {line["tranlineno"]: line for line in goods(page, sono)}
    leaving = _leaving(lines, parcel, sono)
    shipno = _next_shipment(page)
    moves, rows = [], []
    for number, quantity in leaving.items():
        line = lines[number]
        item = parcel.instead.get(number, line["item"])
        moves.append(
            Movement(
                item=item, place=line["loctid"], quantity=-quantity, kind=ISSUE, document=sono, price=line["price"]
            )
        )
        rows.append(_row(page, order, line, shipno, item, quantity, parcel))
    move(page, moves)
    page.add("soship", rows)
    ledger.shipped(page, order, {number: (lines[number], quantity) for number, quantity in leaving.items()})
    return shipno


def void(page: Page, shipno: str) -> None:
    """Take a parcel back before it is on its way: everything that shipping it did is undone.

    Raises:
        WarehouseError: there is no such shipment, or it is void already.
    """
    rows = page.rows("soship", shipno=shipno)
    if not rows:
        raise WarehouseError(f"there is no shipment {shipno!r}")
    if any(row["shpstat"] == "V" for row in rows):
        raise WarehouseError(f"shipment {shipno} is void already")
    order = page.one("somast", sono=rows[0]["sono"])
    lines = {line["tranlineno"]: line for line in page.rows("sotran", sono=order["sono"])}
    move(
        page,
        [
            Movement(item=row["item"], place=row["loctid"], quantity=row["qtyship"], kind=ISSUE, document=order["sono"])
            for row in rows
        ],
    )
    page.change("soship", {"shipno": shipno}, shpstat="V")
    ledger.shipped(page, order, {row["tranlineno"]: (lines[row["tranlineno"]], -row["qtyship"]) for row in rows})


def _workable(page: Page, sono: str) -> Row:
    order = page.one("somast", sono=numbered(sono))
    if order["lckstat"]:
        raise WarehouseError(f"order {sono.strip()} is in use by {order['lckuser']}")
    if order["release"] != "Y":
        raise WarehouseError(f"order {sono.strip()} is not released to the warehouse")
    if order["sostat"]:
        raise WarehouseError(f"order {sono.strip()} is not open (sostat {order['sostat']!r})")
    return order


def _leaving(lines: Mapping[int, Row], parcel: Parcel, sono: str) -> dict[int, Decimal]:
    picked = {number: line["shipqty"] for number, line in lines.items() if line["shipqty"]}
    whole = picked or {number: line["qtyord"] for number, line in lines.items()}
    leaving = {n: q for n, q in (whole if parcel.quantities is None else parcel.quantities).items() if q}
    for number, quantity in leaving.items():
        if number not in lines:
            raise WarehouseError(f"order {sono} has no open line {number} of goods")
        if quantity < 0 or (quantity > lines[number]["qtyord"] and not parcel.beyond):
            raise WarehouseError(
                f"order {sono} line {number}: {quantity} cannot be shipped, {lines[number]['qtyord']} are open"
            )
    if not leaving:
        raise WarehouseError(f"order {sono} has nothing to ship")
    return leaving


def _next_shipment(page: Page) -> str:
    """One above the highest: shipments have no counter row."""
    return str(int(page.highest("soship", "shipno") or 0) + 1).zfill(NUMBER_WIDTH)


def _row(page: Page, order: Row, line: Row, shipno: str, item: str, quantity: Decimal, parcel: Parcel) -> Row:
    return {
        "sono": order["sono"],
        "shipno": shipno,
        "tranlineno": line["tranlineno"],
        "custno": order["custno"],
        "item": item,
        "loctid": line["loctid"],
        "qtyship": quantity,
        "shipdate": page.now.date(),
        "shipvia": parcel.carrier or order["shipvia"],
        "trackno": parcel.tracking,
    }
