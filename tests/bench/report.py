"""The table for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

W1 = (
    ("throughput", "orders a second, 16 in flight"),
    ("throughput_raw", "the raw limit"),
    ("throughput_ratio_to_raw", "ratio to the raw limit"),
    ("throughput_flow_per_order", "a flow run per order"),
    ("throughput_ratio_to_flow_per_order", "times a flow run per order"),
    ("p50_ms", "ms from sent to committed, p50"),
    ("p95_ms", "p95"),
    ("p99_ms", "p99"),
    ("cold_ms", "ms from cold"),
    ("cpu_s_per_1000", "CPU seconds per 1,000"),
    ("cpu_ratio_to_raw", "ratio to the raw limit"),
    ("peak_mib", "peak MiB"),
)
W2 = (
    ("throughput", "orders a second"),
    ("throughput_raw", "the raw limit"),
    ("throughput_ratio_to_raw", "ratio to the raw limit"),
    ("first_commit_s", "seconds to the first commit"),
    ("throughput_steady", "orders a second from then on"),
    ("steady_ratio_to_raw", "ratio to the raw limit from then on"),
    ("cpu_s_per_1000", "CPU seconds per 1,000"),
    ("peak_mib", "peak MiB"),
)
W3 = (
    ("seconds", "seconds from the files to the last decision"),
    ("time_ratio_to_pandas", "ratio to a pandas merge of the same files"),
    ("time_ratio_to_lean", "ratio to one that reads only what it needs"),
    ("peak_mib", "peak MiB"),
    ("memory_ratio_to_pandas", "ratio to a pandas merge"),
    ("memory_ratio_to_lean", "ratio to one that reads only what it needs"),
)
FETCH = (
    ("rows", "places fetched from either side"),
    ("seconds", "seconds for both"),
    ("peak_mib", "peak MiB"),
)
STOCK = (
    ("places", "item-locations watched"),
    ("p50_ms", "ms from the commit at a screen to the figure in the shop, p50"),
    ("p95_ms", "p95"),
    ("p99_ms", "p99"),
    ("limit_ms", "ms that p95 may take"),
    ("p95_ratio_to_raw", "ratio of p95 to the raw limit"),
)
WATCHER = (
    ("idle_look_ms", "ms of CPU, a look without a commit"),
    ("fast_pass_ms", "ms of CPU, a fast pass"),
    ("full_pass_ms", "ms of CPU, a full pass"),
    ("p95_ms", "ms from the commit to the webhook, p95"),
)
INGRESS = (
    ("stored", "events stored of those sent"),
    ("p99_ms", "ms to the answer, p99"),
    ("rate", "events a second, 64 connections"),
    ("raw_rate", "the raw limit"),
    ("ratio", "ratio to the raw limit"),
)


def rows(facts: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Stage, what, and how much."""
    for stage, names in (("w1", W1), ("w2", W2), ("w3", W3), ("stock", STOCK)):
        yield from _named(stage, names, facts.get(stage, {}))
    if "p95_ms" in facts.get("w1", {}).get("reserved", {}):
        yield "w1", "ms from sent to reserved, p95", f"{facts['w1']['reserved']['p95_ms']:g}"
    if "fetch" in facts.get("w3", {}):
        yield from _named("w3 fetch", FETCH, facts["w3"]["fetch"])
    for size in facts.get("watcher", ()):
        yield from _named(f"watcher {size['item_locations']:,}", WATCHER, size)
    for mark in facts.get("growth", ()):
        yield "growth", f"CPU ms an order at {mark['orders']:,}", f"{mark['cost_per_order_ms']:g}"
        yield "growth", f"peak MiB at {mark['orders']:,}", f"{mark['peak_mib']:g}"
    for database, figures in facts.get("ingress", {}).items():
        yield from _named(f"ingress {database}", INGRESS, figures)


def _named(stage: str, names: tuple[tuple[str, str], ...], figures: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    return ((stage, text, f"{figures[name]:,g}") for name, text in names if name in figures)


def show(facts: dict[str, Any]) -> None:
    """To standard error: standard output is the JSON's."""
    machine = facts["machine"]
    title = f"{machine['cpus']} CPUs, load {machine['load_before']:.1f} before and {machine['load_after']:.1f} after"
    table = Table("stage", "what", "how much", title=title)
    table.columns[2].justify = "right"
    for row in rows(facts):
        table.add_row(*row)
    Console(stderr=True).print(table)
