"""Two pictures of the same stock, spooled to disk and compared there; the only importer of DuckDB, inside functions."""

from __future__ import annotations

from tandem.reconciliation.comparison import Comparison, compare
from tandem.reconciliation.difference import COLUMNS, Difference, Sum
from tandem.reconciliation.spool import KEPT, SHOWN, BrokenPicture, Picture, Spool

__all__ = [
    "COLUMNS",
    "KEPT",
    "SHOWN",
    "BrokenPicture",
    "Comparison",
    "Difference",
    "Picture",
    "Spool",
    "Sum",
    "compare",
]
