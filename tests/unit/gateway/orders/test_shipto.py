"""The customer's ship-tos: found by exact equality of the normal form, else added, and never a wrong one."""

from __future__ import annotations

import pytest

from tandem.errors import CompanyError
from tandem.gateway.models import Address

from .conftest import ACME, Desk, line, order


def numbers(desk: Desk, *addresses: dict[str, str]) -> list[str]:
    orders = [order(f"S-{n}", ship_to_address=Address(**{**ACME, **given})) for n, given in enumerate(addresses)]
    return [getattr(made, "ship_to_no", str(made)) for made in desk.entry.create_many(orders)]


def test_case_122_a_new_address_is_a_new_ship_to_on_that_order_only(desk: Desk) -> None:
    assert numbers(desk, {}, {"address1": "2 Oak St"}) == ["1", "2"]
    assert desk.sql("SELECT sono, cshipno, address1 FROM soaddr ORDER BY sono") == [
        ("      1001", "1", "1 Main St"),
        ("      1002", "2", "2 Oak St"),
    ]
    assert desk.sql("SELECT cshipno FROM somast ORDER BY sono") == [("1",), ("2",)]


@pytest.mark.parametrize(
    "same",
    [
        {"company": "ACME "},
        {"address1": " 1  main  ST"},
        {"postal_code": " 78701 "},
        {"phone": "512 555 0100", "email": "new@example.org"},
    ],
)
def test_the_same_place_in_other_words_is_the_same_ship_to(desk: Desk, same: dict[str, str]) -> None:
    assert numbers(desk, {}) == ["1"]
    made = desk.entry.create(order("S-9", ship_to_address=Address(**{**ACME, **same})))
    assert made.ship_to_no == "1"
    assert desk.count()["arcadr"] == 1


@pytest.mark.parametrize("other", [{"address1": "1 Main Str"}, {"contact": "Ann"}, {"postal_code": "78702"}])
def test_case_115_a_near_match_is_not_a_match(desk: Desk, other: dict[str, str]) -> None:
    assert numbers(desk, {}, other) == ["1", "2"]


def test_new_ship_tos_within_one_batch_are_added_once(desk: Desk) -> None:
    assert numbers(desk, {}, {}, {"city": "Waco"}, {}) == ["1", "1", "2", "1"]
    assert desk.count()["arcadr"] == 2


def test_the_next_number_follows_the_highest_whatever_else_stands_there(desk: Desk) -> None:
    for number in ("9", "12", "HOME", ""):
        desk.sql("INSERT INTO arcadr (custno, cshipno, zip) VALUES ('SMITH01', ?, '1')", number)
    assert numbers(desk, {}) == ["13"]


def test_ship_tos_of_other_customers_do_not_count(desk: Desk) -> None:
    desk.entry.create(order("S-1", customer_no="JONES01"))
    assert desk.entry.create(order("S-2")).ship_to_no == "1"
    assert desk.sql("SELECT custno, cshipno FROM arcadr ORDER BY custno") == [("JONES01", "1"), ("SMITH01", "1")]


def test_carrier_and_delivery_terms_come_from_the_ship_to_that_is_found(desk: Desk) -> None:
    numbers(desk, {})
    desk.sql("UPDATE arcadr SET shipvia = 'PICKUP', fob = 'ORIGIN'")
    made = desk.entry.create(order("S-8"))
    assert made.ship_via == "PICKUP"
    assert desk.value("SELECT fob FROM somast WHERE sono = '      1002'") == "ORIGIN"
    assert desk.entry.create(order("S-9", ship_via="UPS")).ship_via == "UPS"


def test_an_order_may_ask_that_nothing_is_added(desk: Desk) -> None:
    made = desk.entry.create(order("S-1", add_ship_to=False))
    assert (made.ship_to_no, desk.count()["arcadr"]) == ("", 0)
    assert made.ship_to_address.city == "Austin"
    desk.entry.create(order("S-2"))
    assert desk.entry.create(order("S-3", add_ship_to=False)).ship_to_no == "1"


def test_an_order_without_an_address_goes_to_the_customers_own(desk: Desk) -> None:
    made = desk.entry.create(order("S-1", ship_to_address=Address()))
    assert (made.ship_to_no, desk.count()["arcadr"]) == ("", 0)
    assert (made.ship_to_address.company, made.ship_to_address.city) == ("Smith & Sons", "Dallas")


def test_when_the_numbers_are_used_up_it_is_said(desk: Desk) -> None:
    desk.sql("INSERT INTO arcadr (custno, cshipno) VALUES ('SMITH01', '999999')")
    before = desk.count()
    with pytest.raises(CompanyError, match=r"arcadr\.cshipno holds 6 characters: customer SMITH01"):
        desk.entry.create(order("S-1", line()))
    assert desk.count() == before
