"""Column types that keep Sage Pro's habits in one place: padding, blank for NULL, exact money, blank dates.

Values read are never None, apart from a blank date. SQLite gets type names that hold the declared width and scale
and still have TEXT affinity, so that no amount ever becomes a float there.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, DateTime, Dialect, Numeric, String, Text, types
from sqlalchemy.dialects import mssql
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType
from typing_extensions import override

from tandem.values import decimal_of

BLANK_DAY = datetime(1900, 1, 1)  # noqa: DTZ001 (a bare date column: what an empty FoxPro date becomes)


class _SqliteText(UserDefinedType[str]):
    """A SQLite type name with TEXT in it (so it has TEXT affinity) and the width that a reader may need."""

    cache_ok = True

    def __init__(self, declared: str) -> None:
        self.declared = declared

    @override
    def get_col_spec(self, **_: Any) -> str:
        return self.declared


class Char(TypeDecorator[str]):
    """Fixed-width text: right-stripped in Python, NULL read as blank."""

    impl = types.CHAR
    cache_ok = True

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.width = width

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        return (value or "").rstrip()

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str:
        return (value or "").rstrip()


class Justified(Char):
    """A document number: right-justified with leading blanks in the table, bare in Python."""

    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        bare = (value or "").strip()
        return bare.rjust(self.width) if bare else ""

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str:
        return (value or "").strip()


class Memo(TypeDecorator[str]):
    """Text of any length."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        return value or ""

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str:
        return (value or "").rstrip()


class Exact(TypeDecorator[Decimal]):
    """An exact number of `precision` digits, `scale` of them decimals; TEXT on SQLite, NUMERIC or MONEY elsewhere.

    On SQLite always `scale` decimals are stored, so that a plain reader may sum digits without the point. Compare
    and sort in Python or through `zero`/`CAST`, never as text.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int, money: bool = False) -> None:
        super().__init__(precision, scale)
        self.precision = precision
        self.scale = scale
        self.money = money
        self._unit = Decimal(1).scaleb(-scale)

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_SqliteText(f"DECIMAL_TEXT({self.precision},{self.scale})"))
        if self.money and dialect.name == "mssql":
            return dialect.type_descriptor(mssql.MONEY())
        return dialect.type_descriptor(Numeric(self.precision, self.scale))

    @override
    def process_bind_param(self, value: Decimal | int | str | None, dialect: Dialect) -> Any:
        exact = self._at_scale(value if isinstance(value, Decimal) else decimal_of(value or 0))
        return f"{exact:f}" if dialect.name == "sqlite" else exact

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal:
        number = value if isinstance(value, Decimal) else Decimal(str(value or 0))
        at_scale = number.quantize(self._unit)
        return at_scale if at_scale == number else number

    def _at_scale(self, number: Decimal) -> Decimal:
        at_scale = number.quantize(self._unit)
        if at_scale != number:
            raise ValueError(f"{number} has more than {self.scale} decimals")
        return at_scale


class Whole(TypeDecorator[int]):
    """A whole number up to Sage's ten-digit counters."""

    impl = types.BigInteger
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "mssql":
            return dialect.type_descriptor(Numeric(10, 0))
        return dialect.type_descriptor(types.BigInteger())

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> int:
        return int(value or 0)


class Day(TypeDecorator[date]):
    """A calendar date; blank is None in Python, '' on SQLite and 1 January 1900 on SQL Server."""

    impl = DateTime
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_SqliteText("DATE_TEXT"))
        return dialect.type_descriptor(DateTime())

    @override
    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return value.isoformat()[:10] if value else ""
        return datetime(value.year, value.month, value.day) if value else BLANK_DAY  # noqa: DTZ001

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, str):
            value = date.fromisoformat(value.strip()[:10]) if value.strip() else None
        return value if value and value > BLANK_DAY.date() else None


class Flag(TypeDecorator[bool]):
    """A logical column (FoxPro L)."""

    impl = Boolean
    cache_ok = True

    @override
    def process_bind_param(self, value: bool | None, dialect: Dialect) -> bool:
        return bool(value)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> bool:
        return bool(value)


class Wide(TypeDecorator[str]):
    """Text of the companion tables: Unicode, kept as it came; width 0 is any length."""

    impl = String
    cache_ok = True

    def __init__(self, width: int) -> None:
        super().__init__(width or None)
        self.width = width

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "mssql":
            return dialect.type_descriptor(mssql.NVARCHAR(self.width or None))
        return dialect.type_descriptor(String(self.width or None))

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        return value or ""

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str:
        return value or ""
