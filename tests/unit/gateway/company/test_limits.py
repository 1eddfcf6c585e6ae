"""What a column can hold."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tandem.errors import CompanyError
from tandem.gateway.company.company import Company
from tandem.gateway.company.limits import decimals, number_fault, text_fault
from tandem.gateway.company.rows import insert_all


@pytest.mark.parametrize(
    ("table", "column", "value", "code"),
    [
        ("somast", "ponum", "P" * 20, None),
        ("somast", "ponum", "P" * 21, "too-long"),
        ("somast", "ponum", "P" * 20 + "   ", None),
        ("somast", "ponum", "", None),
        ("somast", "notes", "n" * 5000, None),
        ("arcust", "company", "Café \u201cZoë\u201d \u2013 €", None),
        ("arcust", "company", "Dvořák", "not-in-code-page"),
        ("arcust", "company", "東京商事", "not-in-code-page"),
        ("arcust", "email", "ł@example.org", "not-in-code-page"),
        ("somast", "nothing", "x", "no-such-column"),
        ("tdorder", "extnumber", "東京", None),
        ("tdorder", "extnumber", "x" * 65, "too-long"),
    ],
)
def test_texts(company: Company, table: str, column: str, value: str, code: str | None) -> None:
    fault = text_fault(getattr(company.tables, table), column, "Member", value)
    assert (fault.code if fault else None) == code
    if fault:
        assert (fault.field, fault.column) == ("Member", f"{table}.{column}")


def test_a_fault_says_what_would_be_right(company: Company) -> None:
    long = text_fault(company.tables.somast, "ponum", "PurchaseOrderNo", "P" * 21)
    strange = text_fault(company.tables.arcust, "company", "Company", "Dvořák")
    assert long is not None
    assert long.message == "has 21 characters, the column holds 20"
    assert strange is not None
    assert "'ř' (U+0159)" in strange.message


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("qtyord", "1.5000", None),
        ("qtyord", "1.50000", None),
        ("qtyord", "1.00001", "too-many-decimals"),
        ("qtyord", "999999999.9999", None),
        ("qtyord", "1000000000", "too-large"),
        ("disc", "12.345", None),
        ("disc", "12.3456", "too-many-decimals"),
        ("price", "-0.0001", None),
        ("extprice", "0", None),
    ],
)
def test_numbers(company: Company, column: str, value: str, code: str | None) -> None:
    fault = number_fault(company.tables.sotran, column, "Member", Decimal(value))
    assert (fault.code if fault else None) == code


def test_decimals_are_those_that_a_number_needs() -> None:
    assert [decimals(Decimal(text)) for text in ("12.500", "100", "1E+3", "0.0001", "0.00")] == [1, 0, 0, 4, 0]


def test_the_last_guard_stops_a_text_that_no_check_has_seen(company: Company) -> None:
    with pytest.raises(CompanyError, match=r"somast\.ponum holds 20"), company.write() as connection:
        insert_all(connection, company.tables.somast, [{"sono": "1", "ponum": "P" * 21}])
