"""Where the time of a batch goes, station by station, as Prefect recorded the tasks of a window of time."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tandem.cli import environment
from tests.bench.api import call
from tests.bench.figures import percentile, rounded
from tests.bench.stack import Stack

PAGE = 200
RECORDED = 20.0
"""Seconds within which the server has written down what the drain told it."""


def stations(running: Stack, since: datetime, until: datetime) -> dict[str, Any]:
    """By station: runs, mean and p95 milliseconds, and the mean of records in one; the order is that of the line."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in sorted(_settled(running, since, until), key=lambda run: str(run["start_time"])):
        found[_station(run["name"])].append(run)
    return {name: _figures(runs) for name, runs in found.items()}


def _settled(running: Stack, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The task runs of the window, when their number stands still."""
    runs, deadline = list(_runs(running, since, until)), time.monotonic() + RECORDED
    while time.monotonic() < deadline:
        time.sleep(1)
        again = list(_runs(running, since, until))
        if len(again) == len(runs):
            return again
        runs = again
    return runs


def _runs(running: Stack, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    url = f"{environment.prefect_url(running.settings)}/api/task_runs/filter"
    window = {
        "start_time": {"after_": since.isoformat(), "before_": until.isoformat()},
        "state": {"type": {"any_": ["COMPLETED"]}},
    }
    offset = 0
    while page := call(url, {"task_runs": window, "limit": PAGE, "offset": offset, "sort": "END_TIME_DESC"}):
        yield from page
        offset += PAGE


def _station(name: str) -> str:
    """The name up to the size of its batch: "validate inbound 3 x order" is "validate inbound"."""
    return re.split(r"\d", name, maxsplit=1)[0].strip()


def _figures(runs: list[dict[str, Any]]) -> dict[str, Any]:
    milliseconds = [
        (datetime.fromisoformat(run["end_time"]) - datetime.fromisoformat(run["start_time"])).total_seconds() * 1000
        for run in runs
    ]
    sizes = [int(size.group()) for run in runs if (size := re.search(r"\d+(?= x )", run["name"]))]
    return {
        "runs": len(runs),
        "mean_ms": rounded(sum(milliseconds) / len(runs)),
        "p95_ms": rounded(percentile(milliseconds, 0.95)),
        "records": rounded(sum(sizes) / len(sizes)) if sizes else None,
    }
