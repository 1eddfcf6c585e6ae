"""The few kinds of expectation that the suites are made of, each with a sentence for the operator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tandem.quality.engine import expectations
from tandem.quality.verdict import Severity


def filled(column: str, says: str, *, severity: Severity = "critical") -> Any:
    """Present and not blank."""
    return matching(column, r"\S", says, severity=severity)


def matching(column: str, pattern: str, says: str, *, severity: Severity = "critical") -> Any:
    """Of a certain shape."""
    return expectations().ExpectColumnValuesToMatchRegex(
        column=column, regex=pattern, description=says, severity=severity
    )


def one_of(column: str, values: Iterable[str], says: str, *, severity: Severity = "critical") -> Any:
    """One of a set."""
    return expectations().ExpectColumnValuesToBeInSet(
        column=column, value_set=sorted(values), description=says, severity=severity
    )


def agreeing(column: str, says: str, *, severity: Severity = "critical") -> Any:
    """A difference that the frame computed exactly and that must be none."""
    return one_of(column, ["0"], says, severity=severity)


def between(
    column: str,
    low: int | None,
    high: int | None,
    says: str,
    *,
    above: bool = False,
    severity: Severity = "critical",
) -> Any:
    """In a range; `above` shuts out the lower bound itself."""
    return expectations().ExpectColumnValuesToBeBetween(
        column=column, min_value=low, max_value=high, strict_min=above, description=says, severity=severity
    )


def unique(column: str, says: str, *, severity: Severity = "warning") -> Any:
    """No two records of a batch with the same value."""
    return expectations().ExpectColumnValuesToBeUnique(column=column, description=says, severity=severity)
