"""Event numbers and equal stamps: the first under a number stands, and content decides, not the clock."""

from __future__ import annotations

from decimal import Decimal

from tandem.entities.cargo import Known
from tandem.entities.state import State
from tandem.rules import judge
from tests.unit.store.conftest import Desk


def test_case_009_another_body_under_a_number_that_was_used_neither_replaces_nor_doubles_the_first(desk: Desk) -> None:
    first = desk.store.inbox.put([desk.event(event_id="m-1", body={"total": Decimal("10.00")}, version="1")])
    again = desk.store.inbox.put([desk.event(event_id="m-1", body={"total": Decimal("99.00")}, version="2")])
    assert (first.stored, again.stored) == (1, 0)
    (message,) = desk.claim()
    assert (message.body, message.version) == ({"total": Decimal("10.00")}, "1")
    assert desk.store.counters.all("main")["main", "duplicate events"] == 1


def test_case_009_one_number_used_by_both_systems_is_two_events(desk: Desk) -> None:
    from tandem.entities.declaration import System

    stored = desk.store.inbox.put(
        [
            desk.event(event_id="7"),
            desk.event(event_id="7", source=System.SAGEPRO, entity="shipment", event_type="shipment.created"),
        ]
    )
    assert stored.stored == 2


def test_case_009_two_states_in_the_same_second_are_told_apart_by_content() -> None:
    known = Known(
        state=State.APPLIED, version="2026-03-02T10:00:00+00:00", content_hash="a", target="SO-1", written=True
    )
    assert judge.same("b", "2026-03-02T10:00:00+00:00", known) is None
    same = judge.same("a", "2026-03-02T10:00:00+00:00", known)
    assert same is not None
    assert same.state is State.NOOP
