"""`python -m tests.crash --kills 200 --database both`: real kills under load, then every acknowledged order counted."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

DATABASES = ("sqlite", "postgresql")


def main() -> int:
    """Run it; one JSON object per database on standard output, and 1 if anything was lost, doubled or stuck."""
    asked = _asked()
    if asked.database == "both":
        # One process each: a run changes its own environment, and Prefect's client remembers where its server was.
        return max([_another(database) for database in DATABASES])
    from tests.crash.kills import VICTIMS
    from tests.crash.run import Crash, crash

    home = Path(asked.home or tempfile.mkdtemp(prefix="tandem-crash-"))
    account = crash(
        Crash(
            kills=asked.kills,
            database=asked.database,
            seed=asked.seed,
            rate=asked.rate,
            victims=tuple(filter(None, asked.only.split(","))) or VICTIMS,
            home=home.resolve(),
        )
    )
    if asked.json or not account["good"]:
        sys.stdout.write(f"{json.dumps(account)}\n")
    return 0 if account["good"] else 1


def _another(database: str) -> int:
    words = [word for word in sys.argv[1:] if word not in ("both", "--database", "--database=both")]
    return subprocess.run([sys.executable, "-m", "tests.crash", *words, "--database", database], check=False).returncode


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both", help="where Tandem's store is")
    parser.add_argument("--seed", type=int, default=1, help="decides orders, victims and moments")
    parser.add_argument("--rate", type=float, default=2.0, help="orders a second")
    parser.add_argument("--only", default="", help="kill only these, with commas between: drain,gateway")
    parser.add_argument("--home", help="an empty folder to run in; it is kept when something is found")
    parser.add_argument("--json", action="store_true", help="print the account as JSON even if all is well")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
