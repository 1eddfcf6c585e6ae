"""Both pictures fetched through both APIs by the reconciliation's own reader: `python -m tests.bench.fetched`."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from typing import Any

from tandem.line.connection import connect
from tandem.reconciliation import compare
from tandem.settings import settings
from tandem.stocktaking.run import Stocktaking


async def fetch() -> dict[str, Any]:
    """Seconds and rows of each list, and what the comparison then says."""
    began = last = time.monotonic()
    lists: dict[str, dict[str, float]] = {}

    def told(what: str, count: int) -> None:
        nonlocal last
        now = time.monotonic()
        one = lists.setdefault(what, {"rows": 0, "seconds": 0.0})
        one["rows"], one["seconds"] = count, one["seconds"] + now - last
        last = now

    async with connect(settings(), owner="bench") as line:
        began = last = time.monotonic()
        with Stocktaking(line).place() as run:
            taken = await run.take(told)
            seconds = time.monotonic() - began
            with compare(taken.kept, taken.shown) as comparison:
                differing = len(list(comparison.differences()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    facts = {"rows": taken.kept.rows, "shop_rows": taken.shown.rows, "seconds": seconds, "differing": differing}
    return facts | {"lists": lists, "peak_mib": peak}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(fetch())))
