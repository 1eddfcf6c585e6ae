"""Bare dotted paths: read straight from the record, so that a Decimal stays the Decimal it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Parts = tuple[str | int, ...]
Getter = Callable[..., Any]
"""Takes a record, and whatever else its caller has to hand over."""

_SEGMENT = r"[A-Za-z_][A-Za-z0-9_]*(?:\[[0-9]+\])*"
_PATH = re.compile(rf"{_SEGMENT}(?:\.{_SEGMENT})*")
_PART = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+")
_WORDS = frozenset({"true", "false", "null", "and", "or", "not", "in"})


def is_bare(text: str) -> bool:
    """Whether the text is only a path such as `paymentInfo.method` or `lines[0].sku`."""
    return _PATH.fullmatch(text) is not None and text not in _WORDS


def parts_of(path: str) -> Parts:
    """`lines[0].sku` as ("lines", 0, "sku")."""
    return tuple(int(part) if part[0].isdigit() else part for part in _PART.findall(path))


def names_of(path: str) -> tuple[str, ...]:
    """The names of a path without its indexes."""
    return tuple(part for part in parts_of(path) if isinstance(part, str))


def getter(path: str) -> Getter:
    """Reads a path; None where it ends early."""
    parts = parts_of(path)
    if len(parts) == 1:
        name = parts[0]
        return lambda record, _run=None: record.get(name)
    return lambda record, _run=None: _walk(record, parts)


def _walk(value: Any, parts: Parts) -> Any:
    for part in parts:
        if isinstance(part, str):
            if not isinstance(value, dict):
                return None
            value = value.get(part)
        elif isinstance(value, list | tuple) and part < len(value):
            value = value[part]
        else:
            return None
    return value
