"""Latency over time as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.bench.figures import percentile

LIMIT_MS = 250


def draw(points: Sequence[tuple[float, float]], rate: float, file: Path) -> None:
    """A point for each order: when it was sent, and how long it took until it was committed."""
    import matplotlib as mpl

    mpl.use("Agg")  # no screen is needed
    from matplotlib import pyplot

    seconds, milliseconds = zip(*points, strict=True)
    figure, axes = pyplot.subplots(figsize=(10, 4.5), dpi=120)
    axes.scatter(seconds, milliseconds, s=8, color="#1f5fa8", label="an order")
    for share, style in ((0.5, ":"), (0.95, "--"), (0.99, "-.")):
        value = percentile(milliseconds, share)
        axes.axhline(
            value, color="#444444", linewidth=0.9, linestyle=style, label=f"p{share:.0%}"[:-1] + f" {value:.0f} ms"
        )
    axes.axhline(LIMIT_MS, color="#b3261e", linewidth=0.9, label=f"limit of the p95: {LIMIT_MS} ms")
    axes.set(
        xlabel="second in which the webhook was sent",
        ylabel="ms from sent to committed",
        title=f"Webhooks at {rate:g} a second: from sent to committed in the company",
        ylim=(0, max(LIMIT_MS * 1.1, max(milliseconds) * 1.05)),
    )
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncol=5, fontsize=8, frameon=False)
    figure.tight_layout()
    figure.savefig(file)
    pyplot.close(figure)
