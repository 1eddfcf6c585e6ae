from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tandem.gateway.api.validation import parse, shape_faults
from tandem.gateway.models import SalesOrderIn

LINE = {"LineReference": "1", "ItemCode": "A-1", "Quantity": 2, "UnitPrice": "3.00", "ExtendedPrice": "6.00"}
ORDER = {
    "ExternalOrderId": "5001",
    "CustomerNo": "SMITH01",
    "OrderDate": "2026-03-02",
    "ShipToAddress": {"Company": "Ann Smith", "City": None},
    "LineItems": [LINE, LINE],
    "TaxAmount": 0,
    "TotalAmount": Decimal("12.00"),
}


def faults(**changed: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        parse(SalesOrderIn, {**ORDER, **changed})
    return [(fault.field, fault.code) for fault in shape_faults(caught.value)]


def line(**changed: Any) -> list[Mapping[str, Any]]:
    return [LINE, {**LINE, **changed}]


def test_null_counts_as_absent() -> None:
    order = parse(SalesOrderIn, {**ORDER, "RequestedDate": None, "PaymentTerms": None, "Release": None})
    assert order.payment_terms == ""
    assert order.release is True
    assert order.ship_to_address.city == ""
    assert order.total_amount == Decimal("12.00")


@pytest.mark.parametrize(
    "number", ["1_000", " 1 ", "1e5", "NaN", "Infinity", True, "", "\uff11\uff12", [], "0.0000001"]
)
def test_only_plain_digits_are_a_number(number: Any) -> None:
    assert faults(TotalAmount=number)[0][0] == "TotalAmount"


@pytest.mark.parametrize("date", ["2026-02-30", "2026-2-3", 20260302, "2026-03-02T00:00:00", True, None])
def test_only_a_calendar_date_is_a_date(date: Any) -> None:
    assert faults(OrderDate=date)[0][0] == "OrderDate"


def test_every_fault_is_told_in_the_words_of_the_wire() -> None:
    found = faults(
        CustomerNo="",
        Colour="red",
        ShipToAddress={"Adress1": "x", "City": 5},
        LineItems=line(Quantity="0", ItemCode="A\u0000", Taxable="yes", DiscountPercent="101"),
    )
    assert found == [
        ("CustomerNo", "blank"),
        ("ShipToAddress.City", "not-text"),
        ("ShipToAddress.Adress1", "unknown-member"),
        ("LineItems[1].ItemCode", "control-character"),
        ("LineItems[1].Quantity", "greater-than"),
        ("LineItems[1].DiscountPercent", "less-than-equal"),
        ("LineItems[1].Taxable", "not-a-flag"),
        ("Colour", "unknown-member"),
    ]


def test_names_other_than_the_wires_are_refused() -> None:
    assert ("customer_no", "unknown-member") in faults(customer_no="SMITH01")


def test_a_lone_surrogate_is_no_text() -> None:
    assert faults(CustomerNo="\ud800") == [("CustomerNo", "not-text")]


def test_a_missing_member_is_named() -> None:
    with pytest.raises(ValidationError) as caught:
        parse(SalesOrderIn, {**ORDER, "LineItems": [{**LINE, "UnitPrice": None}]})
    (fault,) = shape_faults(caught.value)
    assert (fault.field, fault.code, fault.message) == ("LineItems[0].UnitPrice", "missing", "is required")


def test_a_long_value_is_cut_in_the_answer() -> None:
    with pytest.raises(ValidationError) as caught:
        parse(SalesOrderIn, {**ORDER, "OrderDate": "9" * 5000})
    assert len(shape_faults(caught.value)[0].value) < 130
