"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Numeric, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from tandem.store.masking import masked, suspicious
from tandem.values import decimal_of, dumps, loads

Identity = BigInteger().with_variant(Integer(), "sqlite")
"""A generated row number; SQLite generates only for plain INTEGER."""

Name = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared byte by byte, as Python and SQLite do, so that all lock rows in one order."""


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC; on SQLite text of fixed width, which sorts as the times do."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """TIMESTAMPTZ where there is one."""
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuses a naive time: nobody could say when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no offset; times in the store are aware")
        moment = value.astimezone(UTC)
        if dialect.name == "postgresql":
            return moment
        return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Aware UTC, whatever the session's zone is."""
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """An exact decimal with the digits it was given; SQLite has no such number, so it is text there."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC without limits where there is one."""
        return dialect.type_descriptor(Numeric(asdecimal=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Refuses floats."""
        if value is None:
            return None
        exact = decimal_of(value)
        return exact if dialect.name == "postgresql" else format(exact, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The decimal as it was."""
        return None if value is None else Decimal(value)


class Json(TypeDecorator[Any]):
    """A JSON document as text: numbers keep their digits on both databases, and card numbers are masked."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Half a surrogate pair has no UTF-8 form; it stays the JSON escape that it came as."""
        if value is None:
            return None
        text = dumps(value)
        if suspicious(text):
            text = dumps(masked(value))
        return text.encode("utf-8", "backslashreplace").decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The document without floats."""
        return None if value is None else loads(value)
