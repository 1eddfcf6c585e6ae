"""Differences that the line itself explains: what waits in the inbox, what is sold and on its way, what just moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tandem.line.connection import Connection
from tandem.reconciliation import Comparison, Difference
from tandem.rules.stock_differences import Kind
from tandem.stocktaking.pictures import Pictures
from tandem.stocktaking.reading import STOCK, Surroundings


def set_apart(line: Connection, comparison: Comparison, pictures: Pictures) -> None:
    """Mark what is in flight, and what was dealt with while the pictures were taken."""
    before = Surroundings(demand=pictures.demand)
    after = Surroundings(demand=line.store.demand.everything(line.name))

    def told(some: Sequence[Difference]) -> Mapping[str, tuple[Kind, str]]:
        numbers = {f"{one.item}|{one.location}": str(one.key) for one in some}
        stirred = line.store.inbox.stirred(line.name, STOCK, numbers, pictures.since)
        found = {numbers[number]: _moved(waits) for number, waits in stirred.items()}
        for one in some:
            taken = max(side.taken(one.item, one.location) for side in (before, after))
            if taken and abs(one.difference) * (one.pack or 1) <= taken:  # more than that it does not explain
                found[str(one.key)] = Kind.IN_FLIGHT, f"{taken} pieces are sold and not in Sage Pro's books yet"
        return found

    comparison.explain(told)


def _moved(waits: bool) -> tuple[Kind, str]:
    if waits:
        return Kind.IN_FLIGHT, "word of it waits in the inbox"
    return Kind.LAG, "it was published while the pictures were taken"
