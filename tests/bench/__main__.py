"""`python -m tests.bench`: run the stages, print a table for people and one JSON object on the last line."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import growth, ingress, play, stock, w1, w2, w3, watcher
from tests.bench.picture import draw
from tests.bench.progress import say
from tests.bench.report import show
from tests.bench.stack import ROOT
from tests.bench.watch import LostError

STAGES = ("w1", "w2", "w3", "stock", "watcher", "growth", "ingress")
FOLDER = ROOT / "var" / "bench"
PICTURE = FOLDER / "latency.png"
BACKFILL = 5
"""W2 takes so many times the orders of W1's closed loop."""


def arguments(words: list[str]) -> argparse.Namespace:
    """What the caller asks for."""
    parser = argparse.ArgumentParser(prog="make bench", description="Tandem beside the raw limit, in one run.")
    parser.add_argument("--only", default=",".join(STAGES), help="stages, comma-separated [default: all]")
    parser.add_argument("--json", action="store_true", help="no table for people")
    parser.add_argument("--online-retail", type=Path, metavar="FILE", help="orders from this file of sales")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="Tandem's store")
    parser.add_argument("--orders", type=int, default=2000, help="orders of w1's closed loop; w2 takes five times it")
    parser.add_argument("--rate", type=float, default=20.0, help="orders a second of w1's open loop")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long w1's open loop and stock's last")
    parser.add_argument("--flow-runs", type=int, default=10, help="orders by a flow run each; 0 leaves them out")
    parser.add_argument("--rows", type=int, default=1_000_000, help="places of w3, an item at a location each")
    parser.add_argument("--fetch", type=int, default=100_000, help="places that w3 fetches through both APIs; 0: none")
    parser.add_argument("--places", type=int, default=100_000, help="item-locations that stock watches")
    parser.add_argument("--changes", type=float, default=20.0, help="changes a second at Sage Pro's screens")
    parser.add_argument("--growth", type=_marks, default=growth.MARKS, help="marks of the growth run")
    parser.add_argument("--keep", action="store_true", help="leave the folders of the run, to look into")
    given = parser.parse_args(words)
    given.only = given.only.split(",")
    if strange := set(given.only) - set(STAGES):
        parser.error(f"no such stage: {', '.join(sorted(strange))}; there are {', '.join(STAGES)}")
    if given.database == "postgresql" and not os.environ.get(ingress.SERVER):
        parser.error(f"--database postgresql needs {ingress.SERVER}")
    return given


def _marks(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def main() -> int:
    """Measure; the exit code is 0 unless something was lost or doubled, or a stage broke."""
    given = arguments(sys.argv[1:])
    folder = FOLDER / f"run-{os.getpid()}"
    folder.mkdir(parents=True)
    facts: dict[str, Any] = {
        "machine": {"cpus": os.cpu_count(), "load_before": os.getloadavg()[0], "at": datetime.now(UTC).isoformat()},
        "store": given.database,
    }
    try:
        _measure(given, folder, facts)
    except LostError as error:
        say(f"LOST OR DOUBLED: {error}; look into {folder}")
        return 1
    facts["machine"]["load_after"] = os.getloadavg()[0]
    if not given.keep:
        shutil.rmtree(folder)
    if not given.json:
        show(facts)
    sys.stdout.write(json.dumps(facts) + "\n")
    return 0


def _measure(given: argparse.Namespace, folder: Path, facts: dict[str, Any]) -> None:
    orders = play.of_file(given.online_retail) if given.online_retail else play.generated()
    if "w1" in given.only:
        with _store(given, "w1") as store:
            amounts = {"orders": given.orders, "rate": given.rate, "seconds": given.seconds}
            plan = w1.Plan(**amounts, flow_runs=given.flow_runs, store=store)
            facts["w1"], points = w1.measure(orders, plan, folder / "w1")
        draw(points, given.rate, PICTURE)
        facts["w1"]["picture"] = str(PICTURE.relative_to(ROOT))
        say(f"latency over time: {PICTURE.relative_to(ROOT)}")
    if "w2" in given.only:
        with _store(given, "w2") as store:
            facts["w2"] = w2.measure(orders, BACKFILL * given.orders, folder / "w2", store=store)
    if "w3" in given.only:
        facts["w3"] = w3.measure(given.rows, folder / "w3", fetched=given.fetch)
    if "stock" in given.only:
        with _store(given, "stock") as store:
            facts["stock"] = stock.measure(given.places, given.changes, given.seconds, folder / "stock", store=store)
    if "watcher" in given.only:
        facts["watcher"] = watcher.measure(folder / "watcher", rate=given.changes)
    if "growth" in given.only:
        with _store(given, "growth") as store:
            facts["growth"] = growth.measure(folder / "growth", given.growth, store=store)
    if "ingress" in given.only:
        facts["ingress"] = ingress.measure(orders, folder / "ingress")


@contextmanager
def _store(given: argparse.Namespace, stage: str) -> Iterator[str | None]:
    """The address of the stage's store; None is SQLite in the stage's folder."""
    if given.database == "sqlite":
        yield None
    else:
        with ingress.scratch(stage) as address:
            yield address


if __name__ == "__main__":
    sys.exit(main())
