"""Columns as the company's database declares them, read and written exactly."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Dialect, Integer, Numeric, Text, types
from sqlalchemy.types import TypeDecorator, TypeEngine

from tandem.values import ZERO, round_to

_EXACT = re.compile(r"DECIMAL_TEXT\(\d+,(\d+)\)")


class Amount(TypeDecorator[Decimal]):
    """A number kept as text with a fixed count of decimals."""

    impl = Text
    cache_ok = True

    def __init__(self, decimals: int) -> None:
        super().__init__()
        self.decimals = decimals

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str:  # noqa: ARG002, RUF100
        """As text with its decimals."""
        return f"{round_to(value or ZERO, self.decimals):f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal:  # noqa: ARG002, RUF100
        """As an exact number."""
        return Decimal(value or 0)


class Day(TypeDecorator[date]):
    """A date kept as text; blank is None."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str:  # noqa: ARG002, RUF100
        """As ISO text, or blank."""
        return value.isoformat() if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002, RUF100
        """As a date, or None."""
        return date.fromisoformat(value) if value else None


def of_declared(declared: str) -> TypeEngine[Any] | None:
    """The type behind a SQLite declaration; None where SQLAlchemy's own reading of it is right."""
    if match := _EXACT.fullmatch(declared):
        return Amount(int(match[1]))
    return Day() if declared == "DATE_TEXT" else None


def blank(type_: TypeEngine[Any]) -> Any:
    """What stands in a column of this type that nobody filled in: Sage Pro has no NULL."""
    if isinstance(type_, Amount | Numeric):
        return ZERO
    if isinstance(type_, Integer | types.Boolean):
        return 0
    return None if isinstance(type_, Day | Date | types.DateTime) else ""
