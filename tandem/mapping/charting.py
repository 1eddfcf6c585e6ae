"""Proves a chart: every kind of amount that can come has an account, whatever its store, tax, currency and tender."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice, product

from tandem.mapping.chart import FACETS, Chart, ChartFile, Listed, Row
from tandem.mapping.comparison import key_of
from tandem.mapping.lookups import Lookup

OTHER = "\x00other"
"""Stands for a value that no row names, where the file does not say which values there are."""

SHOWN = 3


def prove(chart: Chart, file: ChartFile, lookups: Mapping[str, Lookup], kinds: Collection[str]) -> None:
    """Notes in the chart's faults what has no account, and rows that nothing ever reaches.

    Args:
        chart: The chart.
        file: What the file says of the values that there are.
        lookups: The lookups that it may name.
        kinds: The kinds that are posted whatever the shop is like; those of its own the file names.
    """
    for kind in sorted({*kinds, *_keys(file.kinds, lookups)}):
        rows = chart.rows.get(kind)
        if rows is None:
            chart.source.fault(("accounts",), f"lacks {kind!r}, an amount that can come: it would be held")
            continue
        open_ends = [_words(case) for case in islice(_uncovered(rows, file, lookups), SHOWN)]
        if open_ends:
            said = "; ".join(open_ends)
            chart.source.fault(("accounts", kind), f"has no account for {said}; end with a row without conditions")
    for kind, rows in chart.rows.items():
        for row, first in _hidden(rows):
            chart.source.fault(row.spot, f"{kind}: is never reached, row {first + 1} takes all of it")


def _keys(listed: Listed | None, lookups: Mapping[str, Lookup]) -> tuple[str, ...]:
    found = lookups.get(listed.lookup) if listed else None
    return found.spellings if found else ()


def _uncovered(rows: tuple[Row, ...], file: ChartFile, lookups: Mapping[str, Lookup]) -> Iterator[dict[str, str]]:
    """Every case that no row gives an account for."""
    used = [name for name in FACETS if any(name in row.conditions for row in rows)]
    domains = [_domain(name, rows, file, lookups) for name in used]
    sure = [row for row in rows if row.decision is None or row.decision.always(row.take)]
    for values in product(*domains):
        case = dict(zip(used, values, strict=True))
        if not any(row.fits(case) for row in sure):
            yield case


def _domain(name: str, rows: Iterable[Row], file: ChartFile, lookups: Mapping[str, Lookup]) -> list[str]:
    """The values of a facet: those that the file lists, or those that rows name and any other."""
    stated = file.values.get(name)  # type: ignore[call-overload]  # one of FACETS, which are its keys
    if stated is None:
        return [*sorted({value for row in rows for value in row.conditions.get(name, ())}), OTHER]
    values = _keys(stated, lookups) if isinstance(stated, Listed) else stated
    return sorted(set(map(key_of, values)))


def _words(case: Mapping[str, str]) -> str:
    if not case:
        return "any amount"
    return ", ".join(f"{name} {'of any other kind' if value == OTHER else repr(value)}" for name, value in case.items())


def _hidden(rows: tuple[Row, ...]) -> Iterator[tuple[Row, int]]:
    for at, row in enumerate(rows):
        first = next((n for n, before in enumerate(rows[:at]) if before.covers(row)), None)
        if first is not None:
            yield row, first
