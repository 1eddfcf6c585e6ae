"""Numbers of a stage: percentiles and rounding."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def rounded(value: float) -> float:
    """Four digits that count."""
    return float(f"{value:.4g}")


def latencies_ms(sent: Mapping[str, float], committed: Mapping[str, float]) -> list[float]:
    """Milliseconds from sent to committed, in the order in which they were sent."""
    return [(committed[key] - moment) * 1000 for key, moment in sent.items()]


def quantiles(milliseconds: Sequence[float], prefix: str = "") -> dict[str, float]:
    """p50, p95 and p99 under the names of the report."""
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    return {prefix + name: rounded(percentile(milliseconds, share)) for name, share in shares.items()}
