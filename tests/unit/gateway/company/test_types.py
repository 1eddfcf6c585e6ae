"""Column types: padding, blanks and exact amounts, as a plain reader finds them in the file."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.dialects import mssql, sqlite
from sqlalchemy.exc import StatementError

from tandem.gateway.company.company import Company
from tandem.gateway.company.number_types import Exact, Whole
from tandem.gateway.company.rows import insert_all
from tandem.gateway.company.types import BLANK_DAY, Char, Day, Flag, Justified, Memo, Wide

from .conftest import raw

SQLITE = sqlite.dialect()
MSSQL = mssql.dialect()


def there_and_back(type_: Any, value: Any, dialect: Any = SQLITE) -> tuple[Any, Any]:
    stored = type_.process_bind_param(value, dialect)
    return stored, type_.process_result_value(stored, dialect)


@pytest.mark.parametrize(
    ("type_", "value", "stored", "read"),
    [
        (Char(6), "MAIN  ", "MAIN", "MAIN"),
        (Char(6), "  MAIN", "  MAIN", "  MAIN"),
        (Char(6), None, "", ""),
        (Justified(10), "1002", "      1002", "1002"),
        (Justified(10), "      1002", "      1002", "1002"),
        (Justified(10), "", "", ""),
        (Memo(), None, "", ""),
        (Wide(64), None, "", ""),
        (Wide(64), " x ", " x ", " x "),
        (Exact(14, 2), Decimal("12.5"), "12.50", Decimal("12.50")),
        (Exact(14, 2), 7, "7.00", Decimal("7.00")),
        (Exact(14, 8), Decimal(0), "0.00000000", Decimal("0E-8")),
        (Exact(14, 4), "-0.0001", "-0.0001", Decimal("-0.0001")),
        (Exact(14, 2), None, "0.00", Decimal("0.00")),
        (Day(), date(2026, 3, 2), "2026-03-02", date(2026, 3, 2)),
        (Day(), None, "", None),
        (Flag(), None, False, False),
    ],
)
def test_values_go_in_and_come_out(type_: Any, value: Any, stored: Any, read: Any) -> None:
    assert there_and_back(type_, value) == (stored, read)


def test_sql_server_gets_native_values() -> None:
    assert there_and_back(Day(), None, MSSQL) == (BLANK_DAY, None)
    assert there_and_back(Day(), date(2026, 3, 2), MSSQL) == (datetime(2026, 3, 2), date(2026, 3, 2))
    assert there_and_back(Exact(14, 2), Decimal("12.5"), MSSQL) == (Decimal("12.50"), Decimal("12.50"))


def test_what_old_rows_hold_is_read_too() -> None:
    assert Day().process_result_value(datetime(1899, 12, 30), MSSQL) is None
    assert Char(6).process_result_value("AB    ", MSSQL) == "AB"
    assert Exact(14, 2).process_result_value("5", SQLITE) == Decimal("5.00")
    assert Exact(14, 2).process_result_value("", SQLITE) == 0
    assert Exact(14, 2).process_result_value("1.005", SQLITE) == Decimal("1.005")  # not ours to round
    assert Whole().process_result_value("17", SQLITE) == 17


@pytest.mark.parametrize(
    ("type_", "declared"),
    [
        (Exact(14, 2), "DECIMAL_TEXT(14,2)"),
        (Day(), "DATE_TEXT"),
        (Char(6), "CHAR(6)"),
        (Whole(), "BIGINT"),
    ],
)
def test_type_names_on_sqlite_hold_the_width(type_: Any, declared: str) -> None:
    assert type_.compile(dialect=SQLITE) == declared


@pytest.mark.parametrize(
    ("type_", "declared"),
    [
        (Exact(14, 2, money=True), "MONEY"),
        (Exact(13, 4), "NUMERIC(13, 4)"),
        (Day(), "DATETIME"),
        (Char(6), "CHAR(6)"),
        (Wide(64), "NVARCHAR(64)"),
        (Wide(0), "NVARCHAR(max)"),
        (Whole(), "NUMERIC(10, 0)"),
    ],
)
def test_type_names_on_sql_server(type_: Any, declared: str) -> None:
    assert type_.compile(dialect=MSSQL) == declared


def test_an_amount_with_too_many_decimals_is_never_rounded_on_the_quiet(company: Company) -> None:
    with pytest.raises(StatementError, match="more than 2 decimals"), company.write() as connection:
        insert_all(connection, company.tables.somast, [{"sono": "1", "ordamt": Decimal("1.005")}])


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**11), max_value=10**11))
def test_any_amount_comes_back_as_it_went_in(amount: Decimal) -> None:
    stored, read = there_and_back(Exact(14, 2), amount)
    assert read == amount
    assert stored.rpartition(".")[2].isdigit()
    assert len(stored.rpartition(".")[2]) == 2


def test_amounts_stand_as_text_and_every_column_has_its_blank(company: Company) -> None:
    table = company.tables.somast
    with company.write() as connection:
        insert_all(connection, table, [{"sono": "7", "ordamt": Decimal("12.5")}])
    plain = raw(company.engine).execute(
        "SELECT sono, ordamt, typeof(ordamt), tax, shpamt, lckdate, custno, exchrat FROM somast"
    )
    assert plain.fetchall() == [("         7", "12.50", "text", "0.00", "0.00", "", "", "0.00000000")]
    columns = ", ".join(f'"{column.name}" IS NULL' for column in table.c)
    assert not any(raw(company.engine).execute(f"SELECT {columns} FROM somast").fetchone())


def test_a_plain_insert_gets_the_same_blanks(company: Company) -> None:
    with company.write() as connection:
        connection.execute(insert(company.tables.arcust).values(custno="C1"))
    with company.read() as connection:
        row = connection.execute(select(company.tables.arcust)).mappings().one()
    assert row["balance"] == Decimal("0.00")
    assert row["lckstat"] == ""
    assert row["entered"] is None
