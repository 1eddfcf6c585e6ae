"""What an error quotes is taken out before it is kept; the record itself stays for whoever must mend it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tandem.entities.state import Fault, Outcome, State, dead, held
from tandem.store.redaction import discreet, redacted
from tests.unit.store.conftest import Desk

MAIL = "ann.smith@example.com"
QUOTES = (
    f"email: is no address (got '{MAIL}')",
    f"ConnectError: postgresql://tandem:pw-in-url@db/tandem, Authorization: Bearer abc.def for {MAIL}",
    f"ValueError: {{'email': '{MAIL}', 'api_key': 'k-1234567', 'password': 'hunter22'}}",
    "refused by https://shop.test/v1?token=tok-123456&page=2, signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "note holds 4111 1111 1111 1111",
)
SECRETS = ("ann.smith", "pw-in-url", "abc.def", "k-1234567", "hunter22", "tok-123456", "MfKQ9r8", "4111 1111")


@pytest.mark.parametrize("state", [State.HELD, State.DEAD])
def test_case_166_no_table_keeps_what_an_error_quotes(desk: Desk, state: State) -> None:
    record = {"orderId": "1", "email": MAIL}
    for number, reason in enumerate(QUOTES, start=1):
        problem = {"errors": [{"field": "email", "message": reason, "value": MAIL}]}
        outcome = Outcome(state=state, reason=reason, fault=Fault.DATA, detail={"problem": problem})
        desk.through(str(number), outcome=outcome, record=record if number == 1 else {"orderId": "2"})
    kept = str(desk.rows("SELECT reason FROM records")) + str(desk.rows("SELECT reason, detail FROM ledger"))
    kept += str(desk.rows("SELECT reason, detail FROM letters"))
    assert [secret for secret in SECRETS if secret in kept] == []
    assert "email: is no address (got '(e-mail)')" in kept
    first, *_ = desk.store.letters.list()
    assert first.payload == record, "whoever mends the record must see it"


@pytest.mark.parametrize(
    "sentence",
    [
        "LineItems[0].ItemCode: no item has this code (got 'X-1')",
        "Key: is missing or empty",
        "The Idempotency-Key was used before for POST orders with another body; take a new key.",
        "sagepro has no order ord_1; waits for customer cus_9",
        "our reference A1 is that of 2 records: 1001, 1002; cancel all but one there and link it by hand",
        "OrderDate: lies in fiscal period 2026-02 (2026-02-01 to 2026-02-28), which is closed",
        "Sage Pro gateway: POST orders/batch of 100 got no answer (ReadTimeout)",
    ],
)
def test_a_sentence_that_quotes_nothing_stays_as_it_is(sentence: str) -> None:
    assert redacted(sentence) == sentence


def test_a_row_that_postgresql_quotes_is_left_out() -> None:
    said = (
        'null value in column "state"\nDETAIL:  Failing row contains (7, Ann Example, 1 Main\nStreet).\nCONTEXT:  COPY'
    )
    assert redacted(said) == 'null value in column "state"\nDETAIL: ***\nCONTEXT:  COPY'
    assert redacted("x\nDETAIL:  Key (email)=(ann) exists.\n[SQL: INSERT]") == "x\nDETAIL: ***\n[SQL: INSERT]"


@example("", "{@example.com", "")
@example("", "=@example.com", "")
@given(st.text(max_size=80), st.emails(), st.text(max_size=20))
def test_no_address_is_left_and_doing_it_twice_changes_nothing(before: str, mail: str, after: str) -> None:
    once = redacted(f"{before} ann.{mail.partition('@')[0][:3].strip('.') or 'x'}@example.com {after}")
    assert "@example.com" not in once
    assert redacted(once) == once


def test_an_outcome_without_words_is_not_copied() -> None:
    outcome = Outcome(state=State.APPLIED, target="1001")
    assert discreet(outcome) is outcome
    parked = Outcome(state=State.PARKED, reason=f"waits for {MAIL}", detail={"parent": ["customer", f"guest:{MAIL}"]})
    assert discreet(parked).detail == parked.detail, "a parent is found by its key"
    assert discreet(held("too long")) == held("too long")
    assert discreet(dead("x", item="Y")).detail == {"item": "Y"}
