"""The mapping engine: sheets, lookups and decision tables that an integrator edits, run exactly."""

from __future__ import annotations

from tandem.mapping.finding import Finding, Mapped
from tandem.mapping.workbook import Workbook

__all__ = ["Finding", "Mapped", "Workbook"]
