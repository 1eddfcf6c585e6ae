"""A record under which process after process ended is laid before a person, unread; another keeps its chance."""

from datetime import UTC, datetime

from tandem.entities.cargo import Cargo, Message
from tandem.entities.declaration import System
from tandem.entities.state import Fault, State
from tandem.line.patience import CUTS, deadly
from tandem.store.claims import ALONE_AFTER


def cargo(cuts: int) -> Cargo:
    message = Message(
        ids=(1,),
        connection="main",
        company="01",
        entity="order",
        source=System.CLARITY,
        key="1",
        event_type="order.created",
        received_at=datetime(2026, 3, 2, tzinfo=UTC),
        attempts=20,
        cuts=cuts,
    )
    return Cargo(message=message)


def test_after_so_many_ends_it_is_a_dead_letter_of_unknown_cause() -> None:
    outcome = deadly(cargo(CUTS))
    assert outcome is not None
    assert (outcome.state, outcome.fault) == (State.DEAD, Fault.UNKNOWN)
    assert f"ended {CUTS} times in a row" in outcome.reason


def test_attempts_that_an_outage_cost_do_not_count() -> None:
    assert deadly(cargo(0)) is None
    assert deadly(cargo(CUTS - 1)) is None


def test_it_was_alone_more_than_once_before_it_is_given_up() -> None:
    """Cut together with others it proves nothing: the one to blame is the one that is cut alone."""
    assert CUTS - ALONE_AFTER >= 2
