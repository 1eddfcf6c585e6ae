"""Which of two versions of a record is the newer one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime


def newest(versions: Iterable[str | None]) -> str | None:
    """The newest of several versions: counters as numbers, times as times, anything else as text; None if none."""
    return max((version for version in versions if version), key=_rank, default=None)


def _rank(version: str) -> tuple[int, int | float | str]:
    if version.isascii() and version.isdigit() and len(version) <= 20:
        return 2, int(version)
    try:
        moment = datetime.fromisoformat(version)
    except ValueError:
        return 0, version
    return 1, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
