"""`python -m tests.crash.drains --orders 5000 --drains 4`: several drains on one PostgreSQL, against one drain."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.crash.race import Race, race


def main() -> int:
    """So many drains, then one; one JSON object on standard output, and 1 if anything was lost, doubled or swapped."""
    asked = _asked()
    home = Path(asked.home or tempfile.mkdtemp(prefix="tandem-drains-")).resolve()
    wanted = Race(
        orders=asked.orders,
        drains=asked.drains,
        hot=asked.hot,
        events=asked.events,
        batch=asked.batch,
        seed=asked.seed,
        home=home,
    )
    account = race(replace(wanted, home=home / "many"))
    if asked.compare:
        alone = race(replace(wanted, drains=1, home=home / "one"))
        account |= {"one": alone, "ratio": round(account["throughput"] / alone["throughput"], 2)}
        account["good"] &= alone["good"]
    if account["good"]:
        shutil.rmtree(home)
    sys.stdout.write(f"{json.dumps(account)}\n")
    return 0 if account["good"] else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.drains", description=__doc__)
    parser.add_argument("--orders", type=int, default=5000)
    parser.add_argument("--drains", type=int, default=4)
    parser.add_argument("--hot", type=int, default=50, help="orders that change while the drains are at work")
    parser.add_argument("--events", type=int, default=20, help="events of each of these")
    parser.add_argument("--batch", type=int, default=100, help="most records that a drain takes at once")
    parser.add_argument("--compare", action=argparse.BooleanOptionalAction, default=True, help="with one drain alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", help="an empty folder to run in; it is kept when something is found")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
