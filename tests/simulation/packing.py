"""The warehouse's shift: what stands in the company as it stands in the shop goes into parcels."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tandem.sandbox.warehouse import shipping
from tandem.sandbox.warehouse.stock import on_hand


def shift(people: Any) -> None:
    """Ship what can go, each order an entry of its own."""
    with people.systems.books.open() as page:
        waiting = [row["sono"] for row in shipping.ready(page)]
    for sono in waiting:
        with people.systems.books.open() as page:
            key = people.shop_key(page, sono)
            if key is None or not people.in_step(key) or people.dice.chance(0.3):
                continue
            leaving = _leaving(people, page, sono)
            if not any(leaving.values()):
                continue
            items = {line["tranlineno"]: line["item"] for line in shipping.goods(page, sono)}
            label = shipping.Parcel(quantities=leaving, carrier="UPS", tracking=f"1Z{len(people.shipments):04d}")
            number = shipping.ship(page, sono, label)
        people.shipped(number, key, [(items[line], quantity) for line, quantity in leaving.items()])


def _leaving(people: Any, page: Any, sono: str) -> dict[int, Decimal]:
    """What goes into the parcel: all of it or about half, and no more than lies there."""
    lines = [line for line in shipping.goods(page, sono) if line["qtyord"] > 0]
    part, left = people.dice.chance(0.3), dict[str, Decimal]()
    leaving = {}
    for line in lines:
        wanted = Decimal(max(1, int(line["qtyord"]) // 2)) if part else line["qtyord"]
        there = left.setdefault(line["item"], on_hand(page, line["item"], line["loctid"]))
        leaving[line["tranlineno"]] = min(wanted, there)
        left[line["item"]] -= leaving[line["tranlineno"]]
    return leaving
