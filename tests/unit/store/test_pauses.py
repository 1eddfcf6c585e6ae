"""Outages that all drains share: one beginning, one look at a time, one end."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

from tandem.entities.state import Fault
from tandem.store import Store
from tandem.store.pauses import SAME, Failure, Pause
from tests.unit.store.conftest import START, Desk


def failure(desk: Desk, owner: str = "a", **given: Any) -> Failure:
    values: dict[str, Any] = {
        "connection": "main",
        "system": "sagepro",
        "owner": owner,
        "at": desk.now,
        "reason": "Sage Pro gateway: GET orders got no answer (ConnectError)",
    }
    return Failure(**values | given)


def doubling(failures: int) -> float:
    return 2.0**failures


def note(desk: Desk, owner: str = "a", **given: Any) -> Pause:
    return desk.store.pauses.note(failure(desk, owner, **given), doubling)


def probe(desk: Desk, owner: str) -> bool:
    until = desk.now + timedelta(seconds=60)
    return desk.store.pauses.probe("main", "sagepro", owner=owner, now=desk.now, until=until)


def over(desk: Desk, owner: str = "a", *, ago: float = 0) -> Pause | None:
    answered = desk.now - timedelta(seconds=ago)
    return desk.store.pauses.over("main", "sagepro", owner=owner, answered=answered, now=desk.now)


def standing(desk: Desk) -> list[tuple[str, int, int]]:
    return [
        (pause.system, int((pause.until - desk.now).total_seconds()), pause.failures)
        for pause in desk.store.pauses.standing("main")
    ]


def test_an_outage_begins_once_however_many_drains_meet_it(desk: Desk) -> None:
    assert desk.store.pauses.standing("main") == []
    first = note(desk, "a")
    for owner in "bcd":
        assert note(desk, owner) == first
    assert first.since == START
    assert first.until == START + timedelta(seconds=2)
    assert (first.failures, first.outages, first.told) == (1, 1, False)
    assert desk.store.pauses.standing("west") == []


def test_each_look_in_vain_makes_the_pause_longer(desk: Desk) -> None:
    note(desk)
    for failures, seconds in ((2, 4), (3, 8), (4, 16)):
        desk.now = desk.store.pauses.standing("main")[0].until
        assert note(desk).failures == failures
        assert standing(desk) == [("sagepro", seconds, failures)]
    assert desk.store.pauses.standing("main")[0].since == START


def test_case_029_a_side_that_says_how_long_is_left_in_peace_for_exactly_so_long(desk: Desk) -> None:
    note(desk, retry_after=30)
    assert standing(desk) == [("sagepro", 30, 1)]
    note(desk, "b", retry_after=10)
    assert standing(desk) == [("sagepro", 30, 1)], "a shorter one does not shorten it"
    desk.later(seconds=10)
    note(desk, "c", retry_after=3600)
    assert standing(desk) == [("sagepro", 3600, 1)]


def test_one_drain_looks_again_and_the_others_wait_for_it(desk: Desk) -> None:
    note(desk)
    assert not probe(desk, "a"), "it is not time yet"
    desk.later(seconds=2)
    assert [probe(desk, owner) for owner in "abcd"] == [True, False, False, False]
    assert desk.store.pauses.standing("main")[0].prober == "a"
    assert note(desk, "b").failures == 1, "only the drain that looks can look in vain"
    assert note(desk, "a").failures == 2
    assert desk.store.pauses.standing("main")[0].prober is None


def test_a_look_that_died_is_taken_up_by_another(desk: Desk) -> None:
    note(desk)
    desk.later(seconds=2)
    assert probe(desk, "a")
    desk.later(seconds=60)
    assert probe(desk, "b")


def test_an_outage_ends_once_and_is_remembered(desk: Desk) -> None:
    note(desk)
    desk.later(minutes=5)
    assert probe(desk, "a")
    assert over(desk, "b") is None, "that call is not the look that all wait for"
    ended = over(desk, "a")
    assert ended is not None
    assert (ended.since, ended.ended_at) == (START, desk.now)
    assert over(desk, "a") is None
    assert desk.store.pauses.standing("main") == []
    desk.later(minutes=5)
    assert note(desk).outages == 2
    assert [pause.outages for pause in desk.store.pauses.all()] == [2]


def test_an_answer_to_a_call_from_before_the_outage_does_not_end_it(desk: Desk) -> None:
    note(desk)
    desk.later(seconds=3)
    assert over(desk, ago=4) is None
    assert over(desk, ago=1) is not None


def test_nobody_ends_a_pause_that_was_asked_for_before_its_time(desk: Desk) -> None:
    note(desk, retry_after=30)
    desk.later(seconds=29)
    assert over(desk) is None
    desk.later(seconds=1)
    assert over(desk) is not None


def test_a_side_that_flaps_is_one_outage(desk: Desk) -> None:
    note(desk)
    desk.store.pauses.told(desk.store.pauses.standing("main")[0])
    desk.later(seconds=5)
    assert over(desk)
    desk.later(seconds=1)
    again = note(desk)
    assert (again.since, again.failures, again.outages, again.told) == (START, 2, 1, True)
    desk.later(seconds=5)
    assert over(desk)
    desk.now += SAME
    fresh = note(desk)
    assert (fresh.since, fresh.failures, fresh.outages, fresh.told) == (desk.now, 1, 2, False)


def test_a_short_pause_that_was_asked_for_is_new_each_time(desk: Desk) -> None:
    for _ in range(5):
        assert note(desk, retry_after=1, lasting=False).failures == 1
        desk.later(seconds=1)
        assert over(desk)


def test_case_031_refused_credentials_are_told_apart(desk: Desk) -> None:
    assert note(desk, fault=Fault.CONFIGURATION, retry_after=900).fault is Fault.CONFIGURATION


def test_case_040_four_drains_at_once_note_one_outage_and_one_looks(desk: Desk) -> None:
    stores = [Store.open(desk.url) for _ in range(4)]
    begun, looking = [], []

    def drain(store: Store, owner: str, start: Barrier, later: Barrier) -> None:
        start.wait()
        begun.append(store.pauses.note(failure(desk, owner), doubling))
        later.wait()
        now = desk.now + timedelta(seconds=2)
        until = now + timedelta(seconds=60)
        looking.append(store.pauses.probe("main", "sagepro", owner=owner, now=now, until=until))

    start, later = Barrier(4), Barrier(4)
    drains = [
        Thread(target=drain, args=(store, name, start, later)) for store, name in zip(stores, "abcd", strict=True)
    ]
    for one in drains:
        one.start()
    for one in drains:
        one.join()
    for store in stores:
        store.close()
    assert len(begun) == 4
    assert {(pause.since, pause.until, pause.failures, pause.outages) for pause in begun} == {
        (START, START + timedelta(seconds=2), 1, 1)
    }
    assert sorted(looking) == [False, False, False, True]
