"""What a suite is: how a record becomes rows, and what is expected of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.quality.frame import Row

DAY = r"^(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"


@dataclass(frozen=True, kw_only=True)
class Suite:
    """One boundary of one entity. `rows` gives none for a record that the rules set aside anyway."""

    name: str
    rows: Callable[[Mapping[str, Any]], list[Row]]
    expectations: list[Any]
