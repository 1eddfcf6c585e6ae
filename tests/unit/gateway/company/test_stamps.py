"""Stamps in the company's own clock, and the way back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tandem.gateway.company.stamps import Stamp, floor_text, moment_of_stamp, moment_of_text

CHICAGO = ZoneInfo("America/Chicago")
FALL_BACK = datetime(2025, 11, 2, 7, tzinfo=UTC)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
near_fall_back = st.integers(-14400, 14400).map(lambda seconds: FALL_BACK + timedelta(seconds=seconds))
zones = st.sampled_from(["America/Chicago", "Europe/Copenhagen", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])


def text_of(moment: datetime, zone: ZoneInfo) -> str:
    stamp = Stamp.at(moment, zone, "TNDM")
    return f"{stamp.day} {stamp.clock}"


def test_a_stamp_names_user_day_and_time_of_the_company() -> None:
    stamp = Stamp.at(datetime(2026, 3, 2, 4, 11, 12, tzinfo=UTC), CHICAGO, "TNDM")
    assert stamp.added() == {"adduser": "TNDM", "adddate": date(2026, 3, 1), "addtime": "22:11:12"}
    assert stamp.touched() == {"lckuser": "TNDM", "lckdate": date(2026, 3, 1), "lcktime": "22:11:12"}


def test_case_154_the_hour_that_the_clock_shows_twice() -> None:
    first = datetime(2025, 11, 2, 6, 30, tzinfo=UTC)
    second = datetime(2025, 11, 2, 7, 30, tzinfo=UTC)
    assert text_of(first, CHICAGO) == text_of(second, CHICAGO) == "2025-11-02 01:30:00"
    assert moment_of_text("2025-11-02 01:30:00", CHICAGO) == first
    assert floor_text(second, CHICAGO) <= "2025-11-02 01:30:00"


@example(datetime(2025, 11, 2, 6, 50, tzinfo=UTC), timedelta(minutes=15), "America/Chicago")
@given(moments | near_fall_back, st.timedeltas(timedelta(0), timedelta(days=3)), zones)
def test_nothing_written_at_or_after_a_moment_lies_below_its_floor(
    since: datetime, later: timedelta, name: str
) -> None:
    zone = ZoneInfo(name)
    assert text_of(since + later, zone) >= floor_text(since, zone)


@given(moments, zones)
def test_away_from_a_change_of_the_clock_the_floor_is_the_moment_itself(since: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    if since.astimezone(zone).utcoffset() == (since + timedelta(hours=4)).astimezone(zone).utcoffset():
        assert floor_text(since, zone) == text_of(since, zone)


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        (date(2026, 3, 2), "10:11:12", datetime(2026, 3, 2, 16, 11, 12, tzinfo=UTC)),
        (date(2026, 3, 2), "", datetime(2026, 3, 2, 6, tzinfo=UTC)),
        (date(2026, 3, 2), "garbage!", datetime(2026, 3, 2, 6, tzinfo=UTC)),
        (None, "10:11:12", None),
    ],
)
def test_stamps_of_other_hands_are_read_as_far_as_they_go(
    day: date | None, clock: str, moment: datetime | None
) -> None:
    assert moment_of_stamp(day, clock, CHICAGO) == moment


def test_a_blank_stamp_is_no_moment() -> None:
    assert moment_of_text(" ", CHICAGO) is None
    assert moment_of_text("", CHICAGO) is None
