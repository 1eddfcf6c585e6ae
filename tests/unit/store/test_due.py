"""One question for all lanes: which of them has something that a claim could take now."""

from typing import Any

import sqlalchemy as sa

from tandem.entities.declaration import System
from tandem.entities.state import Outcome, State
from tests.unit.store.conftest import START, Desk

LANES = (("customer", System.CLARITY), ("order", System.CLARITY), ("shipment", System.SAGEPRO))


def test_each_lane_is_told_by_itself_in_one_statement(desk: Desk) -> None:
    desk.put("1")
    desk.put("9", entity="shipment", source=System.SAGEPRO)
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    sa.event.listen(desk.store.database.engine, "before_cursor_execute", note)
    due = desk.store.inbox.due("main", LANES, now=desk.now)
    sa.event.remove(desk.store.database.engine, "before_cursor_execute", note)
    assert due == {LANES[1], LANES[2]}
    assert len(asked) == 1


def test_what_is_leased_or_postponed_is_due_at_its_time(desk: Desk) -> None:
    desk.put("1")
    (message,) = desk.claim()
    assert desk.store.inbox.due("main", LANES, now=desk.now) == set()
    desk.settle([message], Outcome(state=State.RETRY, retry_at=START))
    assert desk.store.inbox.due("main", LANES, now=desk.now) == {LANES[1]}
    assert desk.store.inbox.due("other", LANES, now=desk.now) == set()
    assert desk.store.inbox.due("main", (), now=desk.now) == set()
