"""Column types that keep Sage Pro's habits in one place: padding, blank for NULL, blank dates.

Values read are never None, apart from a blank date.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, DateTime, Dialect, String, Text, types
from sqlalchemy.dialects import mssql
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType
from typing_extensions import override

BLANK_DAY = datetime(1900, 1, 1)  # noqa: DTZ001 (a bare date column: what an empty FoxPro date becomes)


class SqliteText(UserDefinedType[str]):
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


class Day(TypeDecorator[date]):
    """A calendar date; blank is None in Python, '' on SQLite and 1 January 1900 on SQL Server."""

    impl = DateTime
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(SqliteText("DATE_TEXT"))
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
