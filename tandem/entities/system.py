"""The two sides of the line."""

from __future__ import annotations

from enum import StrEnum


class System(StrEnum):
    """The two sides that Tandem keeps in step."""

    CLARITY = "clarity"
    SAGEPRO = "sagepro"
