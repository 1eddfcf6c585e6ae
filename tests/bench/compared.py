"""Our comparison of the two files, with its validation, as a process: `python -m tests.bench.compared FOLDER`.

The clock runs from the files to the last decision. What loading Great Expectations takes is told apart: a run does that
while the pictures are being fetched. The peak is the whole process's, the library included.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from decimal import Decimal
from pathlib import Path

from tandem.quality import Gate
from tandem.reconciliation import compare
from tandem.rules.stock_differences import Limits
from tandem.stocktaking.judgement import judge
from tests.bench.shelves import pictures

LIMITS = Limits(each=Decimal(400), share=Decimal("0.05"), total=Decimal(10**9))


def main() -> None:
    """Compare, judge, and write down what was found."""
    folder = Path(sys.argv[1])
    began = time.monotonic()
    gate = Gate(folder)
    gate.warm()
    warm, cpu = time.monotonic(), time.process_time()
    ours, theirs = pictures(folder)
    with compare(ours, theirs) as comparison:
        judgement = judge(comparison, gate, LIMITS, run="bench")
        seconds, spent = time.monotonic() - warm, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found = {f"{one.item}|{one.location}": str(one.kind) for one in comparison.differences()}
    (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")
    facts = {"seconds": seconds, "cpu_s": spent, "warm_s": warm - began, "peak_mib": peak}
    sys.stdout.write(json.dumps(facts | {"expectations": judgement.verdict.expectations, "held": judgement.held}))


if __name__ == "__main__":
    main()
