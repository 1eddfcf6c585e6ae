"""What waits, what is under way, and what becomes of it: nothing is lost, nothing old is told over something new."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.gateway.watch.backlog import Backlog, Change
from tandem.gateway.watch.content import GONE
from tandem.gateway.watch.events import body_of, event_id
from tandem.gateway.watch.kinds import KINDS
from tandem.gateway.watch.state import Known, State
from tandem.values import loads

STOCK = KINDS[0]
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
KEY = "CUP|MAIN"
A, B, C = 11, 22, 33


@pytest.fixture
def backlog() -> Backlog:
    made = Backlog(lambda: NOW)
    made.remember(STOCK, [Known(KEY, A, 4)])
    return made


def taken(backlog: Backlog) -> Change:
    change = backlog.take()
    assert change is not None
    return change


def test_the_newest_content_is_told_and_the_first_that_waits_goes_first(backlog: Backlog) -> None:
    backlog.remember(STOCK, [Known("POT|MAIN", A, 0)])
    assert backlog.compare(STOCK, {KEY: B}) == [KEY]
    backlog.compare(STOCK, {"POT|MAIN": B})
    assert backlog.compare(STOCK, {KEY: C}) == [KEY]
    assert backlog.compare(STOCK, {KEY: C}) == []
    assert (taken(backlog).content, taken(backlog).key, backlog.take()) == (C, "POT|MAIN", None)


def test_what_comes_back_before_anybody_was_told_is_no_event(backlog: Backlog) -> None:
    backlog.compare(STOCK, {KEY: B})
    assert backlog.compare(STOCK, {KEY: A}) == []
    assert backlog.take() is None


def test_what_comes_back_while_it_is_being_told_is_told_too(backlog: Backlog) -> None:
    backlog.compare(STOCK, {KEY: B})
    first = taken(backlog)
    assert backlog.compare(STOCK, {KEY: A}) == [KEY]
    assert backlog.take() is None, "one of a record at a time"
    backlog.landed([first])
    second = taken(backlog)
    assert (first.turn, second.turn, second.content) == (5, 6, A)


def test_a_newer_content_takes_the_place_of_one_that_failed(backlog: Backlog) -> None:
    backlog.compare(STOCK, {KEY: B})
    first = taken(backlog)
    backlog.compare(STOCK, {KEY: C})
    backlog.failed(first, 0)
    second = taken(backlog)
    assert (second.turn, second.content) == (5, C)


def test_what_failed_waits_as_long_as_it_was_told_to(backlog: Backlog) -> None:
    backlog.compare(STOCK, {KEY: B})
    backlog.failed(taken(backlog), 3600)
    assert backlog.take() is None
    assert len(backlog) == 1
    assert backlog.oldest() == NOW


def test_the_same_change_noticed_again_is_the_same_event_and_old_content_that_comes_back_is_another(
    tmp_path: Path,
) -> None:
    state = State(tmp_path / "watch.db")
    state.begin("stock", {KEY: A})
    told: list[str] = []
    for content in (B, A, B):
        for _ in range(2):  # the first time the process dies before it is written down
            backlog = Backlog(lambda: NOW)
            backlog.remember(STOCK, state.all("stock"))
            backlog.compare(STOCK, {KEY: content})
            change = taken(backlog)
            told.append(event_id(change, state.era))
        state.keep([("stock", Known(KEY, change.content, change.turn))])
    assert told[0::2] == told[1::2]
    assert len(set(told)) == 3
    state.close()


def test_a_lost_state_does_not_use_event_ids_again(tmp_path: Path) -> None:
    change = Change(kind=STOCK, key=KEY, content=B, turn=1, created=False, noticed=NOW)
    states = [State(tmp_path / name) for name in ("one.db", "two.db", "one.db")]
    ids = [event_id(change, state.era) for state in states]
    assert ids[0] == ids[2] != ids[1]
    for state in states:
        state.close()


def test_the_body_is_thin() -> None:
    change = Change(kind=STOCK, key=KEY, content=B, turn=1, created=True, noticed=NOW)
    assert loads(body_of(change)) == {
        "type": "stock.updated",
        "timestamp": "2026-03-02T18:00:00.000+00:00",
        "data": {"Key": KEY},
    }


@settings(max_examples=400)
@given(st.lists(st.sampled_from(["A", "B", "gone", "take", "ok", "fail"]), min_size=10, max_size=60))
def test_in_the_end_the_last_content_is_acknowledged_whatever_happened(steps: list[str]) -> None:
    backlog = Backlog(lambda: NOW)
    backlog.remember(STOCK, [Known(KEY, A, 0)])
    known, now, under_way, ids = A, A, None, set()
    for step in [*steps, "ok", "take", "ok", "take", "ok"]:
        if step in ("A", "B", "gone"):
            now = {"A": A, "B": B, "gone": GONE}[step]
            backlog.compare(STOCK, {KEY: now})
        elif step == "take" and under_way is None:
            under_way = backlog.take()
        elif under_way is not None and step == "fail":
            backlog.failed(under_way, 0)
            under_way = None
        elif under_way is not None and step == "ok":
            backlog.landed([under_way])
            name = event_id(under_way, "era")
            assert name not in ids, "an acknowledged change is never told again under its old id"
            ids.add(name)
            known, under_way = under_way.content, None
    assert known == now
    assert len(backlog) == 0
