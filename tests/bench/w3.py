"""W3, reconciliation: two stock pictures of a million places with differences planted, against a pandas merge."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tandem.cli import environment, services
from tests import ports
from tests.bench import stack
from tests.bench.figures import rounded
from tests.bench.progress import say
from tests.bench.shelves import plant
from tests.bench.stack import ROOT
from tests.bench.stocked import fill
from tests.bench.watch import LostError

TRIES = 3
"""Each program runs so often, in turn; the median counts."""

PROGRAMS = {
    "ours": ("tests.bench.compared",),
    "pandas": ("tests.bench.merged",),
    "pandas_lean": ("tests.bench.merged", "lean"),
}


def measure(rows: int, folder: Path, *, fetched: int) -> dict[str, Any]:
    """The figures of W3.

    Raises:
        LostError: what was found is not exactly what was planted.
    """
    folder.mkdir(parents=True)
    say(f"w3: two pictures of {rows} places are written")
    began = time.monotonic()
    planted = plant(folder, rows)
    spooled = rounded(2 * rows / (time.monotonic() - began))
    tries: dict[str, list[dict[str, float]]] = {name: [] for name in PROGRAMS}
    for _ in range(TRIES):
        for name, words in PROGRAMS.items():
            tries[name].append(_run(folder, *words))
            say(f"w3: {name}: {tries[name][-1]['seconds']:.2f} s, {tries[name][-1]['peak_mib']:.0f} MiB")
        _check(folder, planted)
    middle = {name: _median(some) for name, some in tries.items()}
    figures = _figures(middle) | {"rows": rows, "planted": len(planted), "exact": True, "spooled_rows_per_s": spooled}
    return figures | ({"fetch": _fetch(fetched, folder / "fetch")} if fetched else {})


def _fetch(rows: int, home: Path) -> dict[str, Any]:
    """Both lists through both APIs: the gateway over a company and the stand-in, filled in bulk beforehand.

    Raises:
        LostError: a place is missing in a picture, or differs where nothing was planted.
    """
    say(f"w3: both systems are filled with {rows} places")
    base = ports.kept(stack.PORTS)
    os.environ["TANDEM_PORT_BASE"] = str(base)
    now = environment.isolate(home, zone=environment.ZONE)
    fill(now, rows)
    with stack.supervised(now) as supervisor:
        for name in ("gateway", "sandbox"):
            supervisor.start(services.web(name, now))
        supervisor.wait("gateway", "sandbox")
        say("w3: they are fetched")
        done = subprocess.run(
            (sys.executable, "-m", "tests.bench.fetched"), cwd=ROOT, capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(f"fetch: {done.stderr[-2000:]}")
    facts: dict[str, Any] = json.loads(done.stdout)
    if (facts["rows"], facts["shop_rows"], facts["differing"]) != (rows, rows, 0):
        raise LostError(f"of {rows} places {facts['rows']} and {facts['shop_rows']} came, {facts['differing']} differ")
    for one in facts["lists"].values():
        one |= {"seconds": rounded(one["seconds"]), "rows_per_s": rounded(one["rows"] / one["seconds"])}
    say(f"w3: {facts['seconds']:.1f} s for {rows} places on either side")
    return facts | {"seconds": rounded(facts["seconds"]), "peak_mib": rounded(facts["peak_mib"])}


def _run(folder: Path, module: str, *words: str) -> dict[str, float]:
    began = time.monotonic()
    command = (sys.executable, "-m", module, str(folder), *words)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module}: {done.stderr[-2000:]}")
    facts: dict[str, float] = json.loads(done.stdout)
    return facts | {"process_s": time.monotonic() - began}


def _check(folder: Path, planted: dict[str, str]) -> None:
    found = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    if found != planted:
        strange = [key for key in {*found, *planted} if found.get(key) != planted.get(key)]
        some = ", ".join(f"{key}: {planted.get(key)} planted, {found.get(key)} found" for key in sorted(strange)[:5])
        raise LostError(f"{len(strange)} differences are not as planted: {some}")


def _median(tries: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(one[name] for one in tries) for name in tries[0]}


def _figures(middle: dict[str, dict[str, float]]) -> dict[str, Any]:
    ours, plain, lean = middle["ours"], middle["pandas"], middle["pandas_lean"]
    return {
        "seconds": rounded(ours["seconds"]),
        "time_ratio_to_pandas": rounded(ours["seconds"] / plain["seconds"]),
        "memory_ratio_to_pandas": rounded(ours["peak_mib"] / plain["peak_mib"]),
        "cpu_ratio_to_pandas": rounded(ours["cpu_s"] / plain["cpu_s"]),
        "time_ratio_to_lean": rounded(ours["seconds"] / lean["seconds"]),
        "memory_ratio_to_lean": rounded(ours["peak_mib"] / lean["peak_mib"]),
        "peak_mib": rounded(ours["peak_mib"]),
        "warm_s": rounded(ours["warm_s"]),
        "expectations": ours["expectations"],
        "programs": {name: {key: rounded(value) for key, value in one.items()} for name, one in middle.items()},
    }
