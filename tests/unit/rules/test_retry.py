from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.entities.state import Fault, Outcome, State, held
from tandem.rules.retry import Retry, backoff
from tests.unit.rules.making import NOON, message


def retry(**more: Any) -> Retry:
    return Retry(**{"clock": lambda: NOON, "chance": lambda: 1.0, **more})


def wait(outcome: Outcome) -> float:
    assert outcome.retry_at is not None
    return (outcome.retry_at - NOON).total_seconds()


def test_backoff_doubles_up_to_its_cap() -> None:
    assert [wait(retry(limit=20).again(message(attempts=n), "busy")) for n in range(9)] == [
        2, 4, 8, 16, 32, 64, 128, 256, 300,
    ]  # fmt: skip


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_jitter_is_full_and_never_beyond_the_cap(attempt: int, chance: float) -> None:
    assert 0 <= backoff(attempt, base=2.0, cap=300.0, chance=chance) <= 300.0 * chance


def test_case_029_retry_after_is_honoured() -> None:
    outcome = retry(chance=lambda: 0.0).again(message(), "429", retry_after=30.0)
    assert (outcome.state, outcome.fault, wait(outcome)) == (State.RETRY, Fault.TRANSIENT, 30)
    assert wait(retry().again(message(), "429", retry_after=30.0)) > 30
    assert wait(retry().again(message(), "503", retry_after=3600.0)) >= 3600
    assert wait(retry().again(message(), "429", retry_after=-5.0)) == 2


def test_the_limit_makes_a_dead_letter() -> None:
    assert retry(limit=8).again(message(attempts=7), "busy").state is State.RETRY
    outcome = retry(limit=8).again(message(attempts=8), "busy")
    assert (outcome.state, outcome.fault, outcome.retry_at) == (State.DEAD, Fault.TRANSIENT, None)
    assert outcome.reason == "busy; gave up after 9 tries"


def test_case_040_an_outage_is_not_counted_against_a_record() -> None:
    six_hours = retry(clock=lambda: NOON + timedelta(hours=6))
    assert six_hours.again(message(attempts=200), "down", outage=True).state is State.RETRY
    outcome = retry(clock=lambda: NOON + timedelta(hours=72)).again(message(attempts=900), "down", outage=True)
    assert outcome.state is State.DEAD
    assert "72 h" in outcome.reason


def test_what_waited_out_a_long_outage_has_its_tries_all_the_same() -> None:
    four_days = retry(clock=lambda: NOON + timedelta(hours=96), limit=8)
    assert four_days.again(message(attempts=0), "the customer is in use", outage=True).state is State.RETRY
    assert four_days.again(message(attempts=7), "the customer is in use", outage=True).state is State.RETRY
    assert four_days.again(message(attempts=8), "the customer is in use", outage=True).state is State.DEAD


def test_what_waits_for_a_parent_is_parked_until_it_gives_up() -> None:
    waits = [wait(retry().parked(message(attempts=n), "waits for customer C-1")) for n in (0, 1, 6, 7, 50)]
    assert waits == [30, 60, 1920, 3600, 3600]
    outcome = retry().parked(message(), "waits for customer C-1", parent=("customer", "C-1"))
    assert outcome.state is State.PARKED
    assert outcome.detail == {"parent": ["customer", "C-1"]}
    first = message(first_received_at=NOON - timedelta(hours=72), received_at=NOON)
    gone = retry().parked(first, "waits for customer C-1", parent=("customer", "C-1"))
    assert (gone.state, gone.fault) == (State.DEAD, Fault.DATA)
    assert gone.detail == outcome.detail


def test_case_036_unknown_is_looked_up_until_a_person_must() -> None:
    outcome = retry(limit=2).unknown(message(attempts=1), "no answer")
    assert (outcome.state, outcome.fault, wait(outcome)) == (State.UNKNOWN, Fault.UNKNOWN, 4)
    last = retry(limit=2).unknown(message(attempts=2), "no answer")
    assert (last.state, last.fault) == (State.HELD, Fault.UNKNOWN)
    assert "by our reference" in last.reason


def test_a_plan_that_knows_no_clock_gets_its_time() -> None:
    planned = Outcome(state=State.PARKED, reason="no such order", detail={"order": "O-1"}, notes=("seen",))
    timed = retry().timed(message(), planned)
    assert (timed.state, wait(timed), timed.detail, timed.notes) == (State.PARKED, 30, {"order": "O-1"}, ("seen",))
    assert retry().timed(message(), timed) is timed
    refusal = held("wrong")
    assert retry().timed(message(), refusal) is refusal


def test_the_real_clock_and_real_luck() -> None:
    outcome = Retry().again(message(), "busy")
    assert outcome.retry_at is not None
    assert outcome.retry_at.tzinfo is not None


@pytest.mark.parametrize("attempts", [0, 3, 7])
def test_luck_moves_the_time(attempts: int) -> None:
    early = retry(chance=lambda: 0.1).again(message(attempts=attempts), "busy")
    late = retry(chance=lambda: 0.9).again(message(attempts=attempts), "busy")
    assert wait(early) < wait(late)
