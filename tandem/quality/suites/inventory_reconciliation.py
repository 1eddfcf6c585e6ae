"""The differences between both stock pictures, as a reconciliation found them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tandem.quality.expect import agreeing, between, filled, one_of, unique
from tandem.quality.frame import Row, difference, number, parts, table, text, text_or_none
from tandem.quality.suites.suite import Suite
from tandem.rules.stock_differences import PASSES, Kind
from tandem.values import ZERO, round_to

PERCENT = 10
"""Of all rows; when more differ than that, it is a picture that is wrong and not the stock."""


def inventory_reconciliation() -> Suite:
    """What must hold before anybody goes by the differences; what is critical is not corrected unasked."""
    return Suite(
        name="inventory_reconciliation",
        rows=_read,
        expectations=[
            between("sagepro", 1, None, "sagepro must count at least one row: an empty picture takes all off sale"),
            between("clarity", 1, None, "clarity should count at least one row", severity="warning"),
            between("percent", 0, PERCENT, f"percent should be at most {PERCENT}", severity="warning"),
            filled("differences.item", "item must be filled"),
            one_of("differences.kind", [str(kind) for kind in Kind], "kind must be one of those that there are"),
            between("differences.expected", 0, None, "expected must not be below zero: it is what would be published"),
            between("differences.pack", 0, None, "pack must be above zero", above=True),
            agreeing("differences.apart", "apart must be 0: the difference is what is shown less what is expected"),
            unique("differences.key", "key must stand once: it is an item at a location", severity="critical"),
            between(
                "differences.on_hand", 0, None, "on_hand should not be negative: a count is due", severity="warning"
            ),
            between("differences.shown", 0, None, "shown should not be below zero", severity="warning"),
        ],
    )


def _read(record: Mapping[str, Any]) -> list[Row]:
    """One row for the run, then one for each difference, named by its place in the report."""
    lines = parts(record, "differences")
    compared, lasting = number(record, "compared"), number(record, "lasting")
    head: Row = {
        "sagepro": number(record, "sagepro"),
        "clarity": number(record, "clarity"),
        "percent": round_to(lasting * 100 / compared, 1) if compared and lasting is not None else ZERO,
        "differences": Decimal(len(lines)),
    }
    return table(head, [_line(line) for line in lines], ids=[str(place) for place in range(len(lines))])


def _line(line: Mapping[str, Any]) -> Row:
    kind, shown, expected = text(line, "kind"), number(line, "shown"), number(line, "expected")
    return {
        "differences.item": text(line, "item"),
        "differences.kind": kind,
        "differences.key": None if kind in PASSES else text_or_none(line, "key"),
        "differences.expected": expected,
        "differences.pack": number(line, "pack"),
        "differences.apart": difference(number(line, "difference"), (shown or ZERO) - (expected or ZERO)),
        "differences.on_hand": number(line, "on_hand"),
        "differences.shown": shown,
    }
