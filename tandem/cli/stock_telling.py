"""The stock story for a person: a table that can be added up, and the oversell that did not happen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

MOVED = {
    "item": "item",
    "opening": "morning",
    "received": "+ received",
    "shipped": "- shipped",
    "counter": "- over the counter",
    "corrected": "+ count",
    "closing": "= on hand",
}
OFFERED = {
    "item": "item",
    "closing": "on hand",
    "allocated": "allocated",
    "open_orders": "open orders",
    "demand": "not in Sage Pro yet",
    "published": "shop shows",
    "sold": "sold in the shop",
}
"""The columns of both tables; all but the first hold pieces."""

RULE = """\
The shop shows on hand, less allocated or open orders, whichever is more, less what is not in Sage Pro yet; at least 0.
What the shop sold was shipped, or is an open order, or is not in Sage Pro yet."""


def print_stock(stock: dict[str, Any], console: Console) -> None:
    """Two tables, what happened on the way, and what does not add up."""
    console.print(_table("Goods of which there are few: Sage Pro's day, from its tables", MOVED, stock["items"]))
    console.print(_table("What the shop shows of them, from its REST API", OFFERED, stock["items"]))
    told = [
        RULE,
        _oversell(stock["oversell"]),
        _back_order(stock["back_order"]),
        _late(stock["late_message"]),
        *(f"Does not add up: {flaw}." for flaw in stock["flaws"]),
    ]
    for sentence in told:
        console.print(Text(sentence))


def _table(title: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title)
    for name, heading in columns.items():
        table.add_column(heading, justify="left" if name == "item" else "right")
    for row in rows:
        table.add_row(*(_plain(row[name]) for name in columns))
    return table


def _oversell(found: dict[str, Any]) -> str:
    """What Sage Pro's figure alone would have had the shop sell."""
    on_hand, free, demand, published, wanted, over = (
        _plain(found[name])
        for name in ("on_hand", "free_in_sagepro", "demand", "published", "wanted", "would_be_oversold")
    )
    end = f"refused {wanted} more" if found["refused"] else f"took an order for {wanted} more all the same"
    return (
        f"The oversell that did not happen: Sage Pro had {on_hand} {found['item']} on hand and {free} of them free, "
        f"because an order for {demand} could not be entered while its customer's card was open at a screen; Tandem "
        f"subtracted that order, so the shop showed {published} and {end}, where by Sage Pro's figure alone it would "
        f"have offered {free} again and sold {over} that nobody has."
    )


def _back_order(found: dict[str, Any]) -> str:
    waiting = "; ".join(f"{order}: {note}" for order, notes in found["notes"].items() for note in notes) or "nobody"
    return f"The last {found['item']}, which may be sold beyond what is there, was ordered twice. Who waits: {waiting}."


def _late(found: dict[str, Any]) -> str:
    said = f"{found['key']}, {_plain(found['said'])} on hand"
    ended = f"{found['state']}: {found['reason']}"
    return f"The morning's message ({said}) came once more in the evening and ended as {ended}."


def _plain(value: Any) -> str:
    """A quantity without noughts behind its point."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else "none" if value is None else str(value)
