from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.entities.cargo import Known
from tandem.entities.state import State
from tandem.rules.judge import older, same, same_payload, version_of
from tandem.versions import is_older
from tests.unit.rules.making import NOON, written


@pytest.mark.parametrize(
    ("version", "than", "expected"),
    [
        ("9", "10", True),
        ("10", "9", False),
        ("10", "10", False),
        ("007", "8", True),
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:01Z", True),
        ("2026-03-02T10:00:00-06:00", "2026-03-02T15:59:59Z", False),  # the clock says less, the moment is later
        ("2026-03-02T10:00:00", "2026-03-02T12:00:00", True),
        ("2026-11-01T01:10:00", "2026-11-01T01:50:00", False),  # may be the second 01:10 of that night
        ("2026-03-02T10:00:00", "2026-03-02T10:00:00Z", False),  # with and without an offset: not alike
        ("9", "2026-03-02T10:00:00Z", False),
        ("abc", "abd", False),
        ("²", "3", False),
        (None, "3", False),
        ("3", None, False),
    ],
)
def test_only_what_is_certainly_older_is_called_so(version: str | None, than: str | None, expected: bool) -> None:
    assert is_older(version, than) is expected


def test_counters_may_be_longer_than_numbers_are() -> None:
    assert is_older("9" * 5000, "1" + "0" * 5000)
    assert not is_older("1" + "0" * 5000, "9" * 5000)


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_counters_are_ordered_as_numbers(a: int, b: int) -> None:
    assert is_older(str(a), str(b)) is (a < b)


@given(st.datetimes(timezones=st.just(UTC)), st.timedeltas(timedelta(0), timedelta(days=999)))
def test_moments_are_ordered_as_moments(moment: datetime, later: timedelta) -> None:
    try:
        after = moment + later
    except OverflowError:
        return
    assert is_older(moment.isoformat(), after.isoformat()) is (later > timedelta(0))
    assert not is_older(after.isoformat(), moment.isoformat())


def test_versions_are_stored_as_text() -> None:
    assert (version_of(7), version_of(NOON), version_of(None), version_of("")) == (
        "7",
        "2026-03-02T12:00:00+00:00",
        None,
        None,
    )


def test_case_003_same_content_under_another_event() -> None:
    known = written(version="3", content_hash="abc", payload_hash="def")
    outcome = same("abc", "3", known)
    assert outcome is not None
    assert (outcome.state, outcome.target) == (State.NOOP, known.target)
    again = same_payload("def", known)
    assert again is not None
    assert again.state is State.NOOP


def test_case_008_body_of_four_hours_ago() -> None:
    known = written(version="7", content_hash="new")
    outcome = same("old", "6", known)
    assert outcome is not None
    assert outcome.state is State.STALE
    assert "6" in outcome.reason
    assert "7" in outcome.reason
    by_time = older("2026-03-02T08:00:00Z", written(version="2026-03-02T12:00:00Z"))
    assert by_time is not None
    assert by_time.state is State.STALE


@pytest.mark.parametrize(
    "known",
    [
        None,
        written(version="7", content_hash="other", payload_hash="other"),
        written(state=State.DEAD, content_hash="abc", payload_hash="abc"),  # what failed must be tried again
        written(state=State.HELD, content_hash="abc", payload_hash="abc"),
        written(state=State.UNKNOWN, content_hash="abc", payload_hash="abc"),
        Known(state=State.SKIPPED, content_hash="abc", payload_hash="abc"),
        written(content_hash=None, payload_hash=None),
    ],
)
def test_what_is_not_known_to_be_done_goes_on(known: Known | None) -> None:
    assert same("abc", "7", known) is None
    assert same_payload("abc", known) is None


def test_without_a_hash_nothing_is_the_same() -> None:
    assert same(None, None, written()) is None
