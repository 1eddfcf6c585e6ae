"""CSV files that a spreadsheet opens without running what a customer typed: see `tandem.spreadsheet`."""

from __future__ import annotations

from tandem.spreadsheet import safe, write_csv

__all__ = ["safe", "write_csv"]
