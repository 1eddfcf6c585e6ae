"""Dotted paths, by which declarations and sheets name what is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def at(value: Any, path: str | None) -> Any:
    """The value at a dotted path in nested dicts and models; None where the path ends early."""
    for part in path.split(".") if path else ():
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
        if value is None:
            return None
    return value
