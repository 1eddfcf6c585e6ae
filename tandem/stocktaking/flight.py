"""Differences that the line itself explains: what waits in the inbox, what is sold and on its way, what just moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from tandem.entities.kits import folded
from tandem.line.connection import Connection
from tandem.reconciliation import Comparison, Difference
from tandem.rules.stock_differences import Kind
from tandem.stocktaking.pictures import Pictures
from tandem.stocktaking.reading import STOCK
from tandem.store.demand import ANYWHERE, Portion
from tandem.values import ZERO, utc_now

SETTLES = timedelta(minutes=15)
"""The time that the line is given to publish what was taken. An order may be held for days, and is published long
before: what is older explains a difference only if nothing was decided about that stock since it was taken."""


def set_apart(line: Connection, comparison: Comparison, pictures: Pictures) -> None:
    """Mark what is in flight, and what was dealt with while the pictures were taken."""
    before, after = by_item(pictures.demand), by_item(line.store.demand.everything(line.name))
    young = utc_now() - SETTLES

    def told(some: Sequence[Difference]) -> Mapping[str, tuple[Kind, str]]:
        numbers = {f"{one.item}|{one.location}": one for one in some}
        stirred = line.store.inbox.stirred(line.name, STOCK, numbers, pictures.since)
        decided = line.store.ledger.decided(line.name, STOCK, numbers)
        found = {str(numbers[number].key): _moved(waits) for number, waits in stirred.items()}
        for number, one in numbers.items():
            since = min(decided.get(number, young), young)
            taken = max(unpublished(side.get(folded(one.item), ()), one.location, since) for side in (before, after))
            if taken and abs(one.difference) * (one.pack or 1) <= taken:  # more than that it does not explain
                found[str(one.key)] = Kind.IN_FLIGHT, f"{taken} pieces are sold and not in Sage Pro's books yet"
        return found

    comparison.explain(told)


def by_item(portions: Iterable[Portion]) -> Mapping[str, Sequence[Portion]]:
    """What is taken, by folded sku."""
    found: defaultdict[str, list[Portion]] = defaultdict(list)
    for portion in portions:
        found[portion.sku].append(portion)
    return found


def unpublished(portions: Iterable[Portion], location: str, since: datetime) -> Decimal:
    """What was taken from a location after that moment; what nobody has routed yet may leave any."""
    taken = (one.quantity for one in portions if one.location in (location, ANYWHERE) and one.taken_at > since)
    return sum(taken, ZERO)


def _moved(waits: bool) -> tuple[Kind, str]:
    if waits:
        return Kind.IN_FLIGHT, "word of it waits in the inbox"
    return Kind.LAG, "it was published while the pictures were taken"
