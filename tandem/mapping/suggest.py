"""Suggestions for a value that nobody knows. They are shown to a person and never applied."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process, utils

LIMIT = 3
CLOSE = 65.0
"""Below this likeness (of 100) a suggestion confuses more than it helps."""
NEAR = 10.0
"""So much less like it than the best one a further suggestion may be."""


def suggestions(value: str, known: Iterable[str], *, limit: int = LIMIT, close: float = CLOSE) -> list[str]:
    """The known values most like this one, the likest first; upper case and punctuation count for nothing."""
    found = process.extract(
        value, list(known), scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=close
    )
    return [name for name, score, _index in found if score >= found[0][1] - NEAR]


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """`; did you mean 'sku'?`, or nothing if nothing known is like it."""
    found = suggestions(value, known)
    return f"; did you mean {' or '.join(repr(name) for name in found)}?" if found else ""


def one_of(value: str, known: Iterable[str], *, show: int = 12) -> str:
    """What would be right: the likest of the known values, else as many of them as a sentence can hold."""
    names = sorted(set(known))
    found = suggestions(value, names)
    if found:
        return f"did you mean {' or '.join(repr(name) for name in found)}?"
    more = f" and {len(names) - show} more" if len(names) > show else ""
    return f"known are {', '.join(repr(name) for name in names[:show])}{more}" if names else "none is known"
