from __future__ import annotations

from typing import Any

import pytest

from tandem.entities.address import Address
from tandem.entities.customer import Customer
from tandem.entities.state import Outcome, State
from tandem.rules.customers import plan
from tests.unit.rules.making import around, written


def customer(**more: Any) -> Customer:
    return Customer(
        **{"customer_id": "C-1", "name": "Ann Lee", "email": "ann@example.com", "address": Address(), **more}
    )


def test_a_customer_goes_as_it_is() -> None:
    ann = customer()
    assert plan(ann, around()) is ann
    guest = customer(customer_id="guest:ann@example.com", guest=True)
    assert plan(guest, around()) is guest


@pytest.mark.parametrize(
    "guest", [{"customer_id": "guest:", "email": ""}, {"customer_id": "guest:x", "email": " ", "guest": True}]
)
def test_guests_without_an_address_are_never_one_customer(guest: dict[str, Any]) -> None:
    outcome = plan(customer(**guest), around())
    assert isinstance(outcome, Outcome)
    assert outcome.state is State.HELD
    assert outcome.reason.startswith("email:")


def test_a_deleted_customer_stays_in_sage_pro() -> None:
    never = plan(customer(deleted=True), around())
    known = plan(customer(deleted=True), around(known=written()))
    assert isinstance(never, Outcome)
    assert isinstance(known, Outcome)
    assert (never.state, known.state) == (State.SKIPPED, State.SKIPPED)
    assert "stays" not in never.reason
    assert "stays" in known.reason


def test_policy_holds_a_customer() -> None:
    policy = {"hold_reason": "country: not one that we sell to"}
    outcome = plan(customer(), around(policy=policy))
    assert isinstance(outcome, Outcome)
    assert outcome.reason == policy["hold_reason"]
    assert isinstance(plan(customer(), around(policy=policy, approved=True)), Customer)
