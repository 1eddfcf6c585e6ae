"""Versions that a source gives to the states of a record: counters, or the times of their change."""

from __future__ import annotations

from datetime import datetime, timedelta

FOLD = timedelta(hours=1)
"""Clock times without an offset come twice in autumn: only a greater difference tells which one is older."""


def is_older(version: str | None, than: str | None) -> bool:
    """Whether one version is certainly older than the other: counters as numbers, times as moments.

    Versions of different kinds cannot be compared and then nothing is called older.
    """
    if version is None or than is None:
        return False
    if _is_counter(version) and _is_counter(than):
        return _as_number(version) < _as_number(than)
    left, right = _moment(version), _moment(than)
    if left is None or right is None or (left.tzinfo is None) != (right.tzinfo is None):
        return False
    doubt = FOLD if left.tzinfo is None else timedelta(0)
    return right - left > doubt


def _is_counter(version: str) -> bool:
    return version.isascii() and version.isdigit()


def _as_number(counter: str) -> tuple[int, str]:
    """Orders counters of any length without making numbers of them: a sender may count as far as it likes."""
    digits = counter.lstrip("0")
    return len(digits), digits


def _moment(version: str) -> datetime | None:
    try:
        return datetime.fromisoformat(version)
    except ValueError:
        return None
