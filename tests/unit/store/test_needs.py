from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.entities import ENTITIES, System
from tandem.entities.needs import beyond, needs
from tandem.entities.takes import Lines, Need, Takes

LINES = Lines(
    lines="lines",
    line="id",
    sku="item.code",
    quantity="quantity",
    part_of="whole",
    pack=("unit", "packs"),
    location="place",
    unless={"state": frozenset({"gone"})},
)
PACKS = {("packs", "dozen"): 12}


def line(**given: Any) -> dict[str, Any]:
    return {"id": "1", "item": {"code": "POT"}, "quantity": 2, **given}


def pieces(lookup: str, unit: str) -> Any:
    return PACKS.get((lookup, unit))


def need(line: str = "1", sku: str = "POT", quantity: Any = 2, location: str = "") -> Need:
    return Need(line=line, sku=sku, quantity=Decimal(quantity), location=location)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (line(), need()),
        (line(item={"code": " pot "}), need()),
        (line(quantity=Decimal("1.5")), need(quantity="1.5")),
        (line(unit="dozen"), need(quantity=24)),
        (line(unit="a handful"), need()),
        (line(id=None), need("#1")),
        (line(id=7), need("7")),
    ],
)
def test_a_line_says_what_it_takes(given: dict[str, Any], read: Need) -> None:
    assert needs(LINES, {"lines": [given]}, pieces) == (read,)


@pytest.mark.parametrize(
    "given",
    [
        line(quantity=0),
        line(quantity=-1),
        line(quantity=None),
        line(quantity="many"),
        line(quantity=True),
        line(quantity=2.5),
        line(quantity=Decimal("1E+999999")),
        line(quantity=Decimal("1E-999999")),
        line(item=None),
        line(item={"code": " "}),
        line(item={"code": "x" * 201}),
        line(item={"code": "a\x00b"}),
        "no line at all",
        None,
    ],
)
def test_a_line_that_cannot_be_read_takes_nothing(given: Any) -> None:
    assert needs(LINES, {"lines": [given]}, pieces) == ()


def test_a_whole_takes_nothing_beside_its_parts() -> None:
    lines = [line(id="1", item={"code": "SET"}), line(id="2", whole="1"), line(id="3", whole="1")]
    assert [need.line for need in needs(LINES, {"lines": lines}) or ()] == ["2", "3"]


def test_two_lines_of_one_number_are_two_lines() -> None:
    assert needs(LINES, {"lines": [line(), line()]}) == (need("1"), need("#2"))


def test_a_record_says_where_it_takes_from() -> None:
    assert needs(LINES, {"lines": [line()], "place": "EAST"}) == (need(location="EAST"),)


def test_a_record_that_is_off_takes_nothing_and_one_without_lines_says_nothing() -> None:
    assert needs(LINES, {"state": "gone", "lines": [line()]}) == ()
    assert needs(LINES, {"state": "gone"}) == ()
    assert needs(LINES, {"state": ["gone"], "lines": []}) == ()
    assert needs(LINES, {"lines": None}) is None
    assert needs(LINES, None) is None


def test_a_change_takes_only_what_is_there_not_yet() -> None:
    there = [need("1", quantity=3), need("2", sku="CUP", quantity=5)]
    wanted = [need("1", quantity=2), need("3", quantity=4), need("4", sku="PAN"), need("5", sku="CUP", quantity=1)]
    assert beyond(wanted, there) == (need("3", quantity=3), need("4", sku="PAN"))


PLENTY = st.lists(
    st.builds(
        need,
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["A", "B"]),
        st.integers(1, 9),
        st.sampled_from(["", "X"]),
    ),
    max_size=5,
)


@given(wanted=PLENTY, there=PLENTY)
def test_what_is_taken_beyond_is_never_less_than_what_lacks(wanted: list[Need], there: list[Need]) -> None:
    for sku in ("A", "B"):
        wants, has, more = (
            sum(n.quantity for n in some if n.sku == sku) for some in (wanted, there, beyond(wanted, there))
        )
        assert more == max(wants - has, 0)


def test_orders_say_the_same_in_all_their_forms() -> None:
    takes = ENTITIES["order"].route(System.CLARITY).takes
    assert isinstance(takes, Takes)
    record = {
        "status": "open",
        "isTest": False,
        "lineItems": [
            {"lineId": "7", "sku": "teapot-red", "quantity": 2, "unit": "each"},
            {"lineId": "8", "sku": "SET", "quantity": 1},
            {"lineId": "9", "sku": "CUP", "quantity": 6, "bundleParentLineId": "8"},
        ],
    }
    wanted = (need("7", "TEAPOT-RED", 2), need("9", "CUP", 6))
    assert needs(takes.record, record) == wanted
    assert needs(takes.record, record | {"status": "cancelled"}) == needs(takes.record, record | {"isTest": True}) == ()
    payload = {
        "Location": "",
        "LineItems": [
            {"LineReference": "7", "ItemCode": "TEAPOT-RED", "Quantity": "2"},
            {"LineReference": "9", "ItemCode": "CUP", "Quantity": Decimal(6)},
        ],
    }
    assert needs(takes.payload, payload) == wanted
    assert needs(takes.payload, payload | {"Cancel": True}) == ()
