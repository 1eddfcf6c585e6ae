"""How many orders share one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tandem.gateway.models import SalesOrderIn

Numbered = tuple[int, SalesOrderIn]
"""An order with its place in the list that was sent."""

GROUP_ORDERS = 100
GROUP_LINES = 10_000


def groups(orders: Sequence[SalesOrderIn]) -> Iterator[list[Numbered]]:
    """Orders in groups of bounded size, none with the same external id or the same given number twice."""
    group: list[Numbered] = []
    lines, seen = 0, set[str]()
    for index, order in enumerate(orders):
        marks = {f"id {order.external_order_id}"} | {f"no {order.sales_order_no.strip()}"} - {"no "}
        full = len(group) >= GROUP_ORDERS or lines + len(order.line_items) > GROUP_LINES
        if group and (full or marks & seen):
            yield group
            group, lines, seen = [], 0, set()
        group.append((index, order))
        lines += len(order.line_items)
        seen |= marks
    if group:
        yield group
