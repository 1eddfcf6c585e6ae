import re
import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.entities.state import held
from tandem.store.masking import masked, suspicious
from tests.unit.store.conftest import Desk

CARD = "4111111111111111"


def luhn(digits: str) -> str:
    """The digits with the check digit that makes them a card number."""
    total = sum(sum(divmod(int(d) * (2 - n % 2), 10)) for n, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CARD, "************1111"),
        ("4111 1111 1111 1111", "************1111"),
        ("4111-1111-1111-1111", "************1111"),
        ("my card 378282246310005, thanks", "my card ***********0005, thanks"),
        ("order 12 4111111111111111", "order 12 ************1111"),
        ("4222222222222 and 6304000000000000000", "*********2222 and ***************0000"),
        ("4111111111111112", "4111111111111112"),
        ("call +45 45 45 45 45 ext 7", "call +45 45 45 45 45 ext 7"),
        ("2026-03-02T10:11:12", "2026-03-02T10:11:12"),
        ("41111111111111111111111", "41111111111111111111111"),
    ],
)
def test_case_166_card_numbers_are_masked_but_for_the_last_four(text: str, expected: str) -> None:
    assert masked({"note": text}) == {"note": expected}


def test_case_166_numbers_and_names_are_masked_like_text() -> None:
    assert masked({"a": int(CARD), "b": [int(CARD), 7], CARD: True}) == {
        "a": "************1111",
        "b": ["************1111", 7],
        "************1111": True,
    }


def test_identifiers_of_records_are_left_alone() -> None:
    document = {"orderId": CARD, "lineId": int(CARD), "sku": CARD, "trackingNo": CARD}
    assert masked(document) == document


def test_every_value_becomes_plain() -> None:
    assert masked({"a": (1, Decimal("1.50")), "b": {"x"}, "c": None, "d": True}) == {
        "a": [1, Decimal("1.50")],
        "b": ["x"],
        "c": None,
        "d": True,
    }


@given(st.text(string.digits, min_size=12, max_size=18), st.sampled_from(["", " ", "-"]), st.integers(1, 6))
def test_every_card_number_is_found_however_it_is_grouped(digits: str, blank: str, width: int) -> None:
    card = luhn(digits)
    grouped = blank.join(card[start : start + width] for start in range(0, len(card), width))
    left = masked({"note": f"pay with {grouped}!"})["note"]
    assert card[:-4] not in left.replace(" ", "").replace("-", "")
    assert suspicious(f"pay with {grouped}!")


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = masked({"note": text})
    assert masked(once) == once


def test_case_166_no_table_ever_holds_a_card_number(desk: Desk) -> None:
    record = {"orderId": "1", "note": f"charge {CARD}", "amount": Decimal("1.10")}
    desk.put("1", body=record)
    desk.settle(desk.claim(), held("no"), record=record, payload={"Notes": CARD})
    (letter,) = desk.store.letters.list()
    desk.store.letters.edit(letter.id, {**record, "note": CARD}, "pat", desk.now)
    desk.store.letters.replay([letter.id], "pat", desk.now)
    for table in ("inbox", "letters", "letter_versions", "records", "ledger"):
        assert CARD not in str(desk.rows(f"SELECT * FROM {table}"))
    assert desk.claim()[0].edited == {"orderId": "1", "note": "************1111", "amount": Decimal("1.10")}


@given(st.lists(st.sampled_from(["4111", "1", "22", " ", "-", "  ", "x", "5555555555554", "\u0664", '"']), max_size=30))
def test_the_quick_look_at_a_text_finds_what_the_pattern_finds(parts: list[str]) -> None:
    text = "".join(parts)
    assert suspicious(text) == bool(re.search(r"\d(?:[ -]?\d){12,}", text))
