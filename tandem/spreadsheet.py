"""CSV files that a spreadsheet opens without running what a customer typed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def safe(value: Any) -> str:
    """A cell as text; what a spreadsheet would take for a formula begins with an apostrophe."""
    text = "" if value is None else str(value)
    risky = text.lstrip(" ").startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if risky else text


def write_csv(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Writes rows, every cell quoted; how many rows."""
    written = 0
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow([safe(column) for column in columns])
        for row in rows:
            writer.writerow([safe(row.get(column)) for column in columns])
            written += 1
    return written
