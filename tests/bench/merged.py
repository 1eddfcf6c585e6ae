"""The plain pandas merge of the same two files, in a process of its own: `python -m tests.bench.merged FOLDER [lean]`.

As one would write it: read both, merge outer on the key, work out what should be shown, keep what differs. `lean` reads
only the columns that it needs, which a careful author would do.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

KEPT = ["key", "available", "computed", "demand", "safety", "pack"]
SHOWN = ["key", "available"]


def main() -> None:
    """Merge, and count what differs."""
    import pandas as pd

    folder, lean = Path(sys.argv[1]), "lean" in sys.argv[2:]
    began, cpu = time.monotonic(), time.process_time()
    ours: Any = pd.read_csv(folder / "sagepro.csv", usecols=KEPT if lean else None)
    theirs: Any = pd.read_csv(folder / "clarity.csv", usecols=SHOWN if lean else None)
    both = ours.merge(theirs, on="key", how="outer", suffixes=("", "_shown"), indicator=True)
    free = both[["available", "computed"]].min(axis=1) - both["demand"] - both["safety"]
    right = free.clip(lower=0) // both["pack"]
    differs = both[(both["_merge"] != "both") | (right != both["available_shown"])]
    seconds, spent = time.monotonic() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    facts = {"seconds": seconds, "cpu_s": spent, "peak_mib": peak, "found": len(differs)}
    sys.stdout.write(json.dumps(facts))


if __name__ == "__main__":
    main()
