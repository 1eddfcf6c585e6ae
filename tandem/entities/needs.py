"""Reads out of a record what it takes from stock; what cannot be read takes nothing, and its record is held later."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from tandem.entities.declaration import at
from tandem.entities.takes import Lines, Need
from tandem.values import ZERO, decimal_of

Pieces = Callable[[str, str], Any]
"""How many pieces a unit has: name of the lookup, unit; None if the lookup does not say."""

MOST, FINEST = Decimal(10) ** 9, -6
"""What lies beyond is no quantity of goods, and a number of a million digits must not come into the store."""

ONE = Decimal(1)
LONGEST = 200
"""Characters of a sku or a line's number, as of a key."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def folded(sku: str) -> str:
    """A sku as the two sides compare it: without blanks around it, in capitals."""
    return sku.strip().upper()


def needs(where: Lines, record: Any, pieces: Pieces | None = None) -> tuple[Need, ...] | None:
    """What a record takes, line by line; None for one that does not show its lines.

    Args:
        where: The paths.
        record: A mapping or a model; whatever an event brought.
        pieces: The lookup of packs. A unit that nobody knows counts as one piece; its record will be held.
    """
    if _excluded(where, record):
        return ()
    lines = at(record, where.lines)
    if not isinstance(lines, list | tuple):
        return None
    named = (_get(line, where.part_of) for line in lines) if where.part_of else ()
    wholes = {_text(number) for number in named if number is not None} - {""}
    location = _text(at(record, where.location))
    found: dict[str, Need] = {}
    for place, line in enumerate(lines, start=1):
        sku, quantity = _text(_get(line, where.sku)), _quantity(_get(line, where.quantity))
        if not sku or quantity <= ZERO:
            continue
        number = _text(_get(line, where.line))
        if number and number in wholes:
            continue
        name = number if number and number not in found else f"#{place}"
        pack = _pieces(where, line, pieces)
        found[name] = Need(name, folded(sku), quantity if pack is ONE else quantity * pack, location)
    return tuple(found.values())


def beyond(wanted: Sequence[Need], there: Iterable[Need]) -> tuple[Need, ...]:
    """What is wanted beyond what is there already, item by item."""
    left: defaultdict[str, Decimal] = defaultdict(Decimal)
    for need in there:
        left[need.sku] += need.quantity
    more = []
    for need in wanted:
        covered = min(left[need.sku], need.quantity)
        left[need.sku] -= covered
        if need.quantity > covered:
            more.append(need._replace(quantity=need.quantity - covered))
    return tuple(more)


def _get(line: Any, path: str | None) -> Any:
    """As `at`, and faster for what nearly every line is: this is done for each line of each order that comes in."""
    return line.get(path) if type(line) is dict and path in line else at(line, path)


def _excluded(where: Lines, record: Any) -> bool:
    said = ((at(record, path), values) for path, values in where.unless.items())
    return any(value in values for value, values in said if isinstance(value, str | bool))


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip()
    if text.isprintable() and len(text) <= LONGEST:
        return text
    return "" if len(text) > LONGEST or _UNSTORABLE.search(text) else text


def _quantity(value: Any) -> Decimal:
    if type(value) is int and abs(value) < MOST:
        return Decimal(value)
    try:
        quantity = decimal_of(value)
    except ValueError:
        return ZERO
    exponent = quantity.as_tuple().exponent
    fits = isinstance(exponent, int) and exponent >= FINEST and quantity.adjusted() < MOST.adjusted()
    return quantity if fits else ZERO


def _pieces(where: Lines, line: Any, pieces: Pieces | None) -> Decimal:
    unit = _text(_get(line, where.pack[0])) if where.pack else ""
    if not unit or pieces is None or where.pack is None:
        return ONE
    return _quantity(pieces(where.pack[1], unit)) or ONE
