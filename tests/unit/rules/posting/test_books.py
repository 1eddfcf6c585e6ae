from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tandem.entities.ledger import KINDS, Entry, Journal
from tandem.entities.state import State
from tandem.rules.posting import Books, Leg
from tandem.rules.posting.halt import Halt
from tests.unit.rules.making import D
from tests.unit.rules.posting.company import chart

amounts = st.decimals(-100_000, 100_000, places=2)


def books(currency: str = "EUR", rate: str = "1.0837") -> Books:
    return Books(store="web", currency=currency, base_currency="USD", rate=D(rate), decimals=2, base_decimals=2,
                 account=chart)  # fmt: skip


def entry(kind: str, amount: str, base: str | None = None) -> Entry:
    return Entry(account=kind, kind=kind, amount=D(amount), base=D(base or amount))


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        ((entry("receivable", "10.00"), entry("revenue", "-9.99")), "0.01 EUR and 0.01 USD"),
        ((entry("receivable", "10.00"), entry("revenue", "-10.00", "-10.01")), "0.00 EUR and -0.01 USD"),
        ((entry("receivable", "0.01"),), "0.01 EUR and 0.01 USD"),
    ],
)
def test_a_journal_that_does_not_balance_cannot_be_made(entries: tuple[Entry, ...], left: str) -> None:
    with pytest.raises(ValidationError, match=f"does not balance: {left} are left over"):
        Journal(currency="EUR", base_currency="USD", rate=D(1), entries=entries)


def test_nor_by_copying_one_that_does() -> None:
    good = books().journal([Leg("receivable", D("10.00")), Leg("revenue", D("-10.00"))])
    with pytest.raises(ValidationError, match="does not balance"):
        good.model_copy(update={"entries": good.entries[:1]})
    with pytest.raises(ValidationError):
        good.entries = ()  # type: ignore[misc]
    assert good.model_copy() == good


def test_legs_that_leave_something_over_are_held_with_the_figure() -> None:
    with pytest.raises(Halt) as halt:
        books().journal([Leg("receivable", D("10.00")), Leg("revenue", D("-9.00"))])
    assert halt.value.outcome.state is State.HELD
    assert "receivable 10.00, revenue -9.00 leave 1.00 EUR over" in halt.value.outcome.reason


def test_every_kind_without_an_account_is_named_at_once() -> None:
    legs = [Leg("receivable", D(2)), Leg("engraving", D(-1)), Leg("insurance", D(-1))]
    with pytest.raises(Halt) as halt:
        books().journal(legs)
    assert "'engraving'" in halt.value.outcome.reason
    assert "'insurance'" in halt.value.outcome.reason


@given(st.lists(st.tuples(st.sampled_from(sorted(KINDS - {"receivable"})), amounts), min_size=1, max_size=12),
       st.decimals("0.001", "400", places=6))  # fmt: skip
def test_any_amounts_balance_in_both_currencies(legs: list[tuple[str, object]], rate: object) -> None:
    made = [Leg(kind, D(str(amount))) for kind, amount in legs]
    total = -sum((leg.amount for leg in made), D(0))
    found = books(rate=str(rate))
    journal = found.journal([Leg("receivable", total, base=found.base(total)), *made])
    assert sum(one.amount for one in journal.entries) == sum(one.base for one in journal.entries) == 0
    receivable = [one.base for one in journal.entries if one.kind == "receivable"]
    assert receivable in ([found.base(total)], [])
    for one in journal.entries:
        assert abs(one.base - one.amount * D(str(rate))) <= D("0.01") * (len(legs) + 1)


@given(st.lists(amounts, min_size=1, max_size=12), st.decimals("0.001", "400", places=6))
def test_a_control_account_is_at_zero_whenever_the_documents_are(steps: list[object], rate: object) -> None:
    found, balance, base = books(rate=str(rate)), D(0), D(0)
    whole = [D(str(step)) for step in steps]
    for step in (*whole, -sum(whole, D(0))):
        base += found.step(balance, step)
        balance += step
    assert (balance, base) == (0, 0)
