"""The register of backfills: where each stands, whoever asks and whatever died."""

from datetime import datetime
from typing import Any

from tandem.store.backfills import Backfill, Progress
from tests.unit.store.conftest import START, Desk

CHOSEN = {"since": "2026-01-01T00:00:00+00:00", "until": None, "ids": []}


def begin(desk: Desk, name: str = "order-1") -> Backfill:
    return desk.store.backfills.begin("main", name, entity="order", chosen=CHOSEN, now=desk.now)


def test_a_backfill_goes_on_where_it_was_cut_off(desk: Desk) -> None:
    first = begin(desk)
    assert (first.state, first.round, first.mark, first.stored, first.chosen) == (Progress.RUNNING, 1, None, 0, CHOSEN)
    desk.later(minutes=1)
    assert desk.store.backfills.advance(first, mark="a", stored=3, now=desk.now) is Progress.RUNNING
    assert desk.store.backfills.advance(first, mark=None, stored=2, now=desk.now) is Progress.RUNNING
    again = begin(desk)
    assert (again.round, again.mark, again.stored, again.started_at) == (1, "a", 5, START)


def test_one_that_was_done_begins_anew_and_its_old_run_moves_nothing(desk: Desk) -> None:
    first = begin(desk)
    desk.store.backfills.advance(first, mark="a", stored=3, now=desk.now)
    desk.store.backfills.end(first, desk.later(minutes=1))
    assert not desk.store.backfills.pause("main", first.name, desk.now), "there is nothing left to pause"
    again = begin(desk)
    assert (again.state, again.round, again.mark, again.stored) == (Progress.RUNNING, 2, None, 0)
    assert again.started_at == desk.now


def test_a_pause_is_seen_with_the_next_page_and_ends_when_it_is_started_again(desk: Desk) -> None:
    job, backfills = begin(desk), desk.store.backfills
    assert not backfills.paused("main")
    assert backfills.pause("main", job.name, desk.now)
    assert backfills.advance(job, mark="b", stored=1, now=desk.now) is Progress.PAUSED
    assert backfills.paused("main")
    assert not backfills.paused("west")
    assert begin(desk).state is Progress.RUNNING
    assert not backfills.paused("main")
    assert not backfills.pause("main", "nothing", desk.now)


def test_all_are_listed_the_latest_change_last(desk: Desk) -> None:
    for name in ("order-1", "order-2", "order-3"):
        begin(desk, name)
        desk.later(seconds=1)
    desk.store.backfills.pause("main", "order-1", desk.now)
    assert [job.name for job in desk.store.backfills.all("main")] == ["order-2", "order-3", "order-1"]
    assert desk.store.backfills.get("main", "order-4") is None


def test_a_claim_takes_what_goes_behind_or_what_does_not(desk: Desk) -> None:
    desk.put("old", priority=-1)
    desk.put("new")
    desk.put("both", priority=-1)
    desk.put("both")
    inbox = desk.store.inbox

    def waiting(behind: bool | None) -> int:
        return inbox.waiting("main", "order", now=desk.now, behind=behind)

    assert (waiting(None), waiting(True), waiting(False)) == (3, 1, 2)
    assert {message.key for message in desk.claim(behind=False)} == {"new", "both"}
    assert _due(desk, behind=False) == set()
    assert [message.key for message in desk.claim(behind=True)] == ["old"]


def _due(desk: Desk, **given: Any) -> set[tuple[str, Any]]:
    now: datetime = desk.now
    return desk.store.inbox.due("main", [("order", desk.event().source)], now=now, **given)
