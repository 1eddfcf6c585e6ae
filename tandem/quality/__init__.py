"""Data quality at the two boundaries of the line; the only importer of Great Expectations, inside functions."""

from __future__ import annotations

from tandem.quality.gate import Gate
from tandem.quality.verdict import Failure, Published, Severity, Verdict

__all__ = ["Failure", "Gate", "Published", "Severity", "Verdict"]
