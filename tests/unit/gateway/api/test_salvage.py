from typing import Any

import pytest

from tandem.gateway.api.salvage import read
from tandem.gateway.company.faults import Fault, Faulty
from tandem.gateway.models import SalesOrderIn

LINE = {"LineReference": "1", "ItemCode": "A", "Quantity": 2, "UnitPrice": "3.00", "ExtendedPrice": "6.00"}
ORDER = {
    "ExternalOrderId": "5001",
    "CustomerNo": "SMITH01",
    "OrderDate": "2026-03-02",
    "ShipToAddress": {"City": "Chicago"},
    "LineItems": [LINE, {**LINE, "LineReference": "2"}, {**LINE, "LineReference": "3"}],
    "TaxAmount": 0,
    "TotalAmount": "18.00",
}
EVERYWHERE = (
    "CustomerNo",
    "OrderDate",
    "ShipToAddress.City",
    *(f"LineItems[{index}].{name}" for index in range(3) for name in ("ItemCode", "Quantity", "ExtendedPrice")),
    "TaxAmount",
    "TotalAmount",
)


def complain(_: SalesOrderIn) -> list[Fault]:
    """A check that finds something wrong with everything."""
    return [Fault(field, "", "meaning", "is wrong") for field in EVERYWHERE]


def found(check: Any = complain, **changed: Any) -> dict[str, str]:
    with pytest.raises(Faulty) as caught:
        read(SalesOrderIn, {**ORDER, **changed}, check)
    fields = [fault.field for fault in caught.value.faults]
    assert len(fields) == len(set(fields)), "a member is complained of once"
    return {fault.field: fault.code for fault in caught.value.faults}


def meant(faults: dict[str, str]) -> set[str]:
    return {field for field, code in faults.items() if code == "meaning"}


def test_a_sound_document_is_not_checked_here() -> None:
    assert read(SalesOrderIn, ORDER, complain).external_order_id == "5001"


def test_the_sound_rest_is_checked_too() -> None:
    faults = found(OrderDate="yesterday", Colour="red")
    assert (faults["OrderDate"], faults["Colour"]) == ("not-a-date", "unknown-member")
    assert meant(faults) == set(EVERYWHERE) - {"OrderDate"}


def test_sums_of_a_faulty_line_are_not_complained_of() -> None:
    faults = found(LineItems=[LINE, {**LINE, "Quantity": "x"}, {**LINE, "LineReference": "3"}])
    silent = {"LineItems[1].Quantity", "LineItems[1].ExtendedPrice", "TaxAmount", "TotalAmount"}
    assert meant(faults) == set(EVERYWHERE) - silent
    assert faults["LineItems[1].Quantity"] == "not-a-number"


def test_a_line_that_is_no_line_hides_what_would_be_said_of_it() -> None:
    faults = found(LineItems=[LINE, 5, LINE])
    assert not any(field.startswith("LineItems[1].") for field in faults)
    assert "LineItems[2].ItemCode" in meant(faults)


@pytest.mark.parametrize("lines", [None, [], "x", 5])
def test_lines_that_are_missing_hide_all_lines_and_sums(lines: Any) -> None:
    assert meant(found(LineItems=lines)) == {"CustomerNo", "OrderDate", "ShipToAddress.City"}


@pytest.mark.parametrize("address", [None, 5, {"City": 5}, {"Town": "x"}])
def test_an_address_that_is_wrong_is_told_once(address: Any) -> None:
    assert ("ShipToAddress.City" in meant(found(ShipToAddress=address))) is (address == {"Town": "x"})


@pytest.mark.parametrize("document", [None, [], 5, "x"])
def test_what_is_no_object_has_one_fault(document: Any) -> None:
    with pytest.raises(Faulty) as caught:
        read(SalesOrderIn, document, complain)
    assert [fault.code for fault in caught.value.faults] == ["not-an-object"]


def test_the_document_itself_is_left_as_it_came() -> None:
    document = {**ORDER, "LineItems": [{**LINE, "Quantity": "x"}]}
    with pytest.raises(Faulty):
        read(SalesOrderIn, document, complain)
    assert document["LineItems"][0]["Quantity"] == "x"


def test_an_empty_document_names_every_required_member() -> None:
    with pytest.raises(Faulty) as caught:
        read(SalesOrderIn, {}, lambda _: [])
    assert {fault.field for fault in caught.value.faults} == set(ORDER)
