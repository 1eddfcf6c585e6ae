"""What waits, what is under way, and what becomes of it: nothing is lost, nothing old is told over something new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

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


def test_what_comes_back_before_it_was_told_is_told_all_the_same(backlog: Backlog) -> None:
    """The event before it may be read late: while the other content stood there."""
    backlog.compare(STOCK, {KEY: B})
    assert backlog.compare(STOCK, {KEY: A}) == [KEY]
    change = taken(backlog)
    assert (change.turn, change.content, backlog.take()) == (5, A, None)


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
    assert (first.turn, second.turn, second.content) == (5, 6, C)


@pytest.mark.parametrize("back", ["under way", "waiting"])
def test_what_comes_back_after_an_answer_that_was_lost_is_told(backlog: Backlog, back: str) -> None:
    """The ingress may have stored it, and whoever heard of it may have acted upon it."""
    backlog.compare(STOCK, {KEY: B})
    first = taken(backlog)
    if back == "waiting":
        backlog.failed(first, 0)
    assert backlog.compare(STOCK, {KEY: A}) == [KEY]
    if back == "under way":
        backlog.failed(first, 0)
    second = taken(backlog)
    backlog.failed(second, 0)
    backlog.compare(STOCK, {KEY: B})
    third = taken(backlog)
    told = [(change.turn, change.content) for change in (first, second, third)]
    assert told == [(5, B), (6, A), (7, B)], "none is taken for another, whichever of them came"
    backlog.landed([third])
    assert (backlog.compare(STOCK, {KEY: B}), backlog.compare(STOCK, {KEY: A})) == ([], [KEY])


def test_what_was_sent_once_and_failed_goes_again_under_its_id(backlog: Backlog) -> None:
    backlog.remember(STOCK, [Known("NEW|MAIN", GONE, 0)])
    backlog.compare(STOCK, {"NEW|MAIN": B})
    first = taken(backlog)
    backlog.failed(first, 0)
    assert backlog.compare(STOCK, {"NEW|MAIN": B}) == []
    assert taken(backlog) == first


@pytest.mark.parametrize("found", [{KEY: A}, {KEY: B}, {KEY: C}, {}])
def test_killed_before_the_answer_was_written_down(tmp_path: Path, found: dict[str, int]) -> None:
    state = State(tmp_path / "watch.db")
    state.begin("stock", {KEY: A})
    backlog = Backlog(lambda: NOW)
    backlog.remember(STOCK, state.all("stock"), state.sent("stock"))
    backlog.compare(STOCK, {KEY: B})
    first = taken(backlog)
    state.keep([], [("stock", Known(KEY, B, first.turn))])  # posted, perhaps stored, and killed
    state.close()
    state = State(tmp_path / "watch.db")
    backlog = Backlog(lambda: NOW)
    backlog.remember(STOCK, state.all("stock"), state.sent("stock"))
    backlog.compare(STOCK, found or dict.fromkeys(backlog.missing(STOCK, {}), GONE))
    second = taken(backlog)
    now = found.get(KEY, GONE)
    assert (second.content, second.turn) == (now, 1 if now == B else 2)
    state.keep([("stock", Known(KEY, second.content, second.turn))])
    backlog.landed([second])
    assert (list(state.sent("stock")), backlog.take()) == ([], None)
    state.close()


def test_a_shipment_that_was_sent_goes_again_though_it_has_left_the_table(tmp_path: Path) -> None:
    shipment = next(kind for kind in KINDS if not kind.gone)
    state = State(tmp_path / "watch.db")
    state.begin(shipment.name, {})
    state.keep([], [(shipment.name, Known("S1", B, 1))])
    backlog = Backlog(lambda: NOW)
    backlog.remember(shipment, state.all(shipment.name), state.sent(shipment.name))
    assert backlog.missing(shipment, {}) == []
    change = taken(backlog)
    assert (change.key, change.turn, change.created) == ("S1", 1, True)
    state.close()


def test_what_is_remembered_again_while_it_is_being_sent_is_not_older_than_what_is_known(backlog: Backlog) -> None:
    """The company was away, and the looking begins anew beside a sender that goes on."""
    backlog.compare(STOCK, {KEY: B})
    change = taken(backlog)
    backlog.landed([change])
    backlog.remember(STOCK, [Known(KEY, A, 4)], [Known(KEY, B, 5)])
    assert (backlog.compare(STOCK, {KEY: B}), backlog.take()) == ([], None)


def test_what_is_missing_is_told_while_new_records_are_acknowledged() -> None:
    """One thread looks while the other acknowledges records that were not known before."""
    backlog = Backlog(lambda: NOW)
    backlog.remember(STOCK, [Known(f"I{n}|MAIN", A, 0) for n in range(20_000)])
    backlog.compare(STOCK, {f"N{n}|MAIN": B for n in range(3_000)})
    changes = iter(backlog.take, None)
    found = Acknowledging(backlog, changes)
    found.update({f"I{n}|MAIN": A for n in range(20_000)})
    assert [key for key in backlog.missing(STOCK, found) if key.startswith("I")] == []
    found.thread.join()


class Acknowledging(dict[str, int]):
    """What was found; while the first key is looked up in it, the other thread acknowledges all that waits."""

    def __init__(self, backlog: Backlog, changes: Iterator[Change]) -> None:
        super().__init__()
        self.thread = Thread(target=lambda: backlog.landed(list(changes)))

    def __contains__(self, key: object) -> bool:
        if self.thread.ident is None:
            self.thread.start()
            self.thread.join(0.5)  # it is done by then, or it waits until the look is over
        return super().__contains__(key)


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
        for _ in range(2):  # the first time the process dies before it is written down that it is sent
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
@given(st.lists(st.sampled_from(["A", "B", "gone", "take", "ok", "lost", "never", "kill"]), min_size=10, max_size=60))
def test_in_the_end_the_receiver_has_heard_of_the_last_content_whatever_was_lost(steps: list[str]) -> None:
    """It keeps each id once, and reads the record as it stands whenever an id is new."""
    known, marks, now, read, ids = {KEY: Known(KEY, A, 0)}, {}, A, A, set[str]()
    backlog = Backlog(lambda: NOW)
    backlog.remember(STOCK, known.values())
    under_way: Change | None = None

    def stored(change: Change) -> None:
        nonlocal read
        if event_id(change, "era") not in ids:
            ids.add(event_id(change, "era"))
            read = now

    for step in [*steps, "never", *["take", "ok"] * 3]:
        if step in ("A", "B", "gone"):
            now = {"A": A, "B": B, "gone": GONE}[step]
            backlog.compare(STOCK, {KEY: now})
        elif step == "kill" and len(backlog) == (under_way is not None):  # what returns around a crash is not noticed
            if under_way:
                stored(under_way)
            backlog, under_way = Backlog(lambda: NOW), None
            backlog.remember(STOCK, known.values(), marks.values())
            backlog.compare(STOCK, {KEY: now})
        elif step == "take" and under_way is None and (under_way := backlog.take()):
            marks[KEY] = Known(KEY, under_way.content, under_way.turn)
        elif under_way is not None and step in ("ok", "lost", "never"):
            if step != "never":
                stored(under_way)
            if step == "ok":
                known[KEY] = marks.pop(KEY)
                backlog.landed([under_way])
            else:
                backlog.failed(under_way, 0)
            under_way = None
    assert (read, len(backlog)) == (now, 0)


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
