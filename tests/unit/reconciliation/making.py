"""Pictures for the tests, made by the spool itself."""

from collections.abc import Iterable
from pathlib import Path

from tandem.reconciliation import KEPT, SHOWN, Picture, Spool
from tandem.rules.stock_differences import Kept, Shown

BEGAN = 1_700_000_000


def pictures(folder: Path, kept: Iterable[Kept], shown: Iterable[Shown]) -> tuple[Picture, Picture]:
    with Spool[Kept](folder / "sagepro.csv", KEPT, began=BEGAN) as one:
        one.add(kept)
        ours = one.finish()
    with Spool[Shown](folder / "clarity.csv", SHOWN, began=BEGAN) as other:
        other.add(shown)
        theirs = other.finish()
    return ours, theirs
