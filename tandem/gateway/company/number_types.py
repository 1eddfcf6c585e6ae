"""Column types of exact numbers: no amount ever becomes a float, whatever the database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, Numeric, types
from sqlalchemy.dialects import mssql
from sqlalchemy.types import TypeDecorator, TypeEngine
from typing_extensions import override

from tandem.gateway.company.types import SqliteText
from tandem.values import decimal_of


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
            return dialect.type_descriptor(SqliteText(f"DECIMAL_TEXT({self.precision},{self.scale})"))
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
