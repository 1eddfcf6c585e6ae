"""What is kept for how long; the records and all that became of them stay."""

from datetime import timedelta

import pytest

from tandem.store import retention
from tests.unit.store.conftest import Desk, applied

KEEP = timedelta(days=90)


def bodies(desk: Desk) -> list[str]:
    return [key for (key,) in desk.rows("SELECT key FROM inbox WHERE body IS NOT NULL ORDER BY id")]


def events(desk: Desk) -> list[str]:
    return [key for (key,) in desk.rows("SELECT key FROM inbox ORDER BY id")]


def prune(desk: Desk, chunks: int = 20) -> retention.Pruned:
    return desk.store.retention.prune("main", keep=KEEP, now=desk.now, chunks=chunks)


def test_the_content_of_settled_events_goes_after_its_time_and_the_event_long_after(desk: Desk) -> None:
    desk.put("old", body={"orderId": "old"})
    desk.settle(desk.claim(), applied())
    desk.later(days=30)
    desk.put("new", body={"orderId": "new"})
    desk.settle(desk.claim(), applied())
    assert prune(desk) == retention.Pruned(0, 0, more=False)
    desk.later(days=61)
    assert prune(desk) == retention.Pruned(1, 0, more=False)
    assert (bodies(desk), events(desk)) == (["new"], ["old", "new"])
    desk.later(days=4 * 90 - 90)
    assert prune(desk) == retention.Pruned(1, 1, more=False)
    assert (bodies(desk), events(desk)) == ([], ["new"])
    assert [line.state for line in desk.store.ledger.history("main", "order", "old")] == ["APPLIED"]
    assert desk.record("old").target == "1001"


def test_what_is_still_open_keeps_its_content(desk: Desk) -> None:
    desk.put("open", body={"orderId": "open"})
    desk.later(days=1000)
    assert prune(desk) == retention.Pruned(0, 0, more=False)
    (message,) = desk.claim()
    assert message.body == {"orderId": "open"}


def test_an_event_that_was_emptied_is_still_known_when_it_comes_again(desk: Desk) -> None:
    desk.put("1", event_id="msg-again", body={"orderId": "1"})
    desk.settle(desk.claim(), applied())
    desk.later(days=91)
    prune(desk)
    assert desk.put("1", event_id="msg-again") == 0


def test_events_of_types_that_nobody_declared_stay_because_they_stand_nowhere_else(desk: Desk) -> None:
    desk.put("7", entity=None, event_type="cart.created", body={"cartId": "7"})
    desk.later(days=4 * 90 + 1)
    assert prune(desk) == retention.Pruned(1, 0, more=False)
    assert desk.store.inbox.unused(["7"])["7"].event_type == "cart.created"


def test_a_call_looks_at_so_much_and_the_next_one_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 2)
    desk.put(*(str(n) for n in range(5)), body={"a": 1})
    desk.settle(desk.claim(), applied())
    desk.later(days=91)
    assert prune(desk, chunks=1) == retention.Pruned(2, 0, more=True)
    assert prune(desk, chunks=1) == retention.Pruned(2, 0, more=True)
    assert prune(desk, chunks=1) == retention.Pruned(1, 0, more=False)
    assert bodies(desk) == []


def test_another_connection_is_left_alone(desk: Desk) -> None:
    desk.put("1", body={"a": 1})
    desk.put("2", connection="other", company="02", body={"a": 1})
    desk.settle(desk.claim(), applied())
    desk.settle(desk.claim(connection="other"), applied())
    desk.later(days=91)
    assert prune(desk).bodies == 1
    assert bodies(desk) == ["2"]
