"""Many address lines into few."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

BETWEEN = ", "


def fold(lines: Sequence[str], widths: Sequence[int]) -> list[str]:
    """The lines in as many lines as there are widths; neighbours are joined where the least will be cut.

    With equal loss the later lines are joined, so that the street stays alone on the first. Nothing is cut here.
    """
    if len(lines) <= len(widths):
        return list(lines)
    ways = [_joined(lines, breaks) for breaks in combinations(range(1, len(lines)), len(widths) - 1)]
    return min(ways, key=lambda way: _lost(way, widths)) if len(widths) > 1 else [BETWEEN.join(lines)]


def _joined(lines: Sequence[str], breaks: tuple[int, ...]) -> list[str]:
    bounds = zip((0, *breaks), (*breaks, len(lines)), strict=True)
    return [BETWEEN.join(lines[start:end]) for start, end in bounds]


def _lost(lines: Sequence[str], widths: Sequence[int]) -> int:
    return sum(max(len(line) - width, 0) for line, width in zip(lines, widths, strict=True))
