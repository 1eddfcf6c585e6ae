"""What a shipment does to the order and to what the customer has on order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tandem.sandbox.warehouse.books import Page, Row
from tandem.values import ZERO, round_to

OPEN, CLOSED = "", "C"


def shipped(page: Page, order: Row, leaving: Mapping[int, tuple[Row, Decimal]]) -> None:
    """Book the quantities that left (negative: came back) on lines, order and customer.

    Services on the order (freight, tips) go out with its last goods: no parcel holds them.
    """
    value = sum((_line(page, line, quantity) for line, quantity in leaving.values()), ZERO)
    rest = page.rows("sotran", sono=order["sono"], sostat=OPEN)
    if all(line["stkcode"] != "Y" for line in rest):
        value += sum((_line(page, line, line["qtyord"]) for line in rest), ZERO)
        rest = []
    page.change(
        "somast",
        {"sono": order["sono"]},
        ordamt=order["ordamt"] - value,
        shpamt=order["shpamt"] + value,
        bordamt=order["bordamt"] - _base(value, order),
        bshpamt=order["bshpamt"] + _base(value, order),
        sostat=OPEN if rest else CLOSED,
    )
    customer = page.one("arcust", custno=order["custno"])
    page.change("arcust", {"custno": order["custno"]}, onorder=customer["onorder"] - value)


def _line(page: Page, line: Row, quantity: Decimal) -> Decimal:
    """Book a quantity on a line; gives the money that left the open order with it.

    A company that allocates at entry is known by its allocations: what leaves the order leaves them too.
    """
    done = line["qtyshp"] + quantity
    # What was shipped beyond the order never was open, and does not become so when it comes back.
    ordered = line["origqtyord"]
    left = max(ordered - done, ZERO)
    open_value = round_to(left * line["price"] * (1 - line["disc"] / 100), 2)
    page.change(
        "sotran",
        {"sono": line["sono"], "tranlineno": line["tranlineno"]},
        qtyshp=done,
        qtyord=left,
        tqtyord=left / line["umfact"] if line["umfact"] else left,
        shipqty=ZERO,
        extprice=open_value,
        bextpri=_base(open_value, line),
        shipdate=page.now.date() if quantity > 0 else line["shipdate"],
        sostat=OPEN if left else CLOSED,
    )
    _allocation(page, line, Decimal(line["qtyord"]) - left)
    return Decimal(line["extprice"] - open_value)


def _allocation(page: Page, line: Row, less: Decimal) -> None:
    """Takes off the stock's allocation what is open no longer, as far as there is any."""
    place = {"item": line["item"], "loctid": line["loctid"]}
    for table, column in (("iciloc", "lsoaloc"), ("iciqty", "qsoaloc")):
        left = less
        for row in page.rows(table, **place):
            part = min(left, row[column]) if left > 0 else ZERO
            if part:
                key = place | {name: row[name] for name in ("qstore", "qbin", "qserial") if name in row}
                page.change(table, key, **{column: row[column] - part})
                left -= part


def _base(amount: Decimal, row: Row) -> Decimal:
    """The amount in the company's own currency."""
    return round_to(amount * (row["exchrat"] or 1), 2)
