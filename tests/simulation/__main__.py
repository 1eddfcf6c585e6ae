"""`python -m tests.simulation`: many weeks of a shop, each from a seed, and a failing one again."""

import argparse
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterator

from tests.simulation.plants import PLANTS

MUST_OCCUR = (
    "kill drain",
    "kill gateway",
    "kill ingress",
    "kill shop",
    "write of unknown outcome",
    "look-up found it",
    "look-up found nothing",
    "run failed",
    "run started by hand as well",
    "alert clock-skew",
    "figure sent off as somebody buys",
)
"""Kinds of trouble that so many seeds cannot have missed; beginnings of what is counted."""

ENOUGH = 200
"""Seeds from which on each of them must have occurred."""


def main() -> int:
    """Run the seeds; 0 if all hold, or if a planted fault was found."""
    options = _options()
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"  # the order of sets must not depend on the process
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])
    from tests.simulation.weeks import Week

    seeds = [options.seed] if options.seed is not None else range(options.first, options.first + options.seeds)
    jobs = [Week(seed=seed, planted=options.plant, trace=options.trace) for seed in seeds]
    counts: Counter[str] = Counter()
    lived, orders, failing = 0, 0, list[int]()
    for result in _played(jobs, options.jobs):
        _say("\n".join(result.lines)) if result.lines else None
        counts += result.counts
        lived += 1
        orders += result.orders
        if result.failures:
            failing.append(result.seed)
            _say(f"seed {result.seed} FAILED: {'; '.join(result.failures[:3])}")
            _say(f"  again: python -m tests.simulation --seed {result.seed} --trace" + _again(options.plant))
            if options.plant:
                break
    for what, count in counts.most_common():
        _say(f"{count:9}  {what}")
    missing = [kind for kind in MUST_OCCUR if len(jobs) >= ENOUGH and not any(c.startswith(kind) for c in counts)]
    _say(f"{lived} seeds, {orders} orders, {len(failing)} failed{f', never seen: {missing}' if missing else ''}")
    return int(not failing) if options.plant else int(bool(failing or missing))


def _again(planted: str | None) -> str:
    return f" --plant {planted}" if planted else ""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--trace", action="store_true", help="print what happened, line by line")
    parser.add_argument("--plant", choices=PLANTS, help="break this promise; ends with 0 as soon as a seed finds it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    return parser.parse_args()


def _played(jobs: list, processes: int) -> Iterator:
    if len(jobs) == 1 or processes == 1:
        yield from (job() for job in jobs)
        return
    from tests.simulation.weeks import play

    # A world leaves some memory behind (compiled statements of SQLAlchemy, say): a worker is replaced now and then.
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=50) as pool:
        for done, result in enumerate(pool.imap_unordered(play, jobs), start=1):
            if done % 25 == 0:
                sys.stderr.write(f"{done} of {len(jobs)} weeks\n")
            yield result


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
