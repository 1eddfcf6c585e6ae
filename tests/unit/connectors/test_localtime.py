"""Bounds in local time: the hour that comes twice, the hour that never comes, and stores of either manner."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.connectors.localtime import Clock
from tandem.connectors.manners import Dates
from tests.unit.connectors.stubs import CHICAGO

LOCAL = Dates(offset="absent", precision="seconds", accepts_offset=False)
EITHER = Dates(offset="absent", precision="seconds", accepts_offset=True)
OFFSET = Dates(offset="present", precision="milliseconds", accepts_offset=True)
ZONES = [CHICAGO, ZoneInfo("Europe/Copenhagen"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kolkata")]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "moment", "lower", "upper"),
    [
        (LOCAL, "2026-07-01T15:00:00.9", "2026-07-01T10:00:00", "2026-07-01T10:00:01"),
        (LOCAL, "2025-11-02T06:30:00", "2025-11-02T00:59:59", "2025-11-02T02:00:00"),
        (LOCAL, "2025-11-02T07:30:00", "2025-11-02T00:59:59", "2025-11-02T02:00:00"),
        (LOCAL, "2025-11-02T05:59:59", "2025-11-02T00:59:59", "2025-11-02T02:00:00"),
        (LOCAL, "2025-11-02T08:00:00", "2025-11-02T02:00:00", "2025-11-02T02:00:01"),
        (LOCAL, "2025-03-09T08:00:00", "2025-03-09T03:00:00", "2025-03-09T03:00:01"),
        (EITHER, "2025-11-02T07:30:00", "2025-11-02T05:59:59Z", "2025-11-02T08:00:00Z"),
        (OFFSET, "2025-11-02T07:30:00.5", "2025-11-02T07:30:00.500Z", "2025-11-02T07:30:01.500Z"),
    ],
)
def test_bounds_as_the_store_takes_them(dates: Dates, moment: str, lower: str, upper: str) -> None:
    clock = Clock(dates, CHICAGO)
    assert (clock.lower(utc(moment)), clock.upper(utc(moment))) == (lower, upper)


@given(
    zone=st.sampled_from(ZONES),
    moment=st.integers(0, 2 * 366 * 86400).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=n)),
    near=st.integers(-7200, 7200),
)
def test_a_bound_never_cuts_off_what_a_store_without_offsets_may_mean(
    zone: ZoneInfo, moment: datetime, near: int
) -> None:
    """Read either way, a local date-time at or after the moment is not below its floor, nor above its ceiling."""
    clock = Clock(LOCAL, zone)
    other = moment + timedelta(seconds=near)
    local = other.astimezone(zone).replace(tzinfo=None)
    for fold in (0, 1):
        read = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if other >= moment:
            assert read >= clock.floor(moment)
        if other <= moment:
            assert read <= clock.ceiling(moment)
    assert clock.floor(clock.floor(moment)) == clock.floor(moment)
    assert clock.ceiling(moment) > moment


def test_the_doubled_hours_of_a_change_are_tried() -> None:
    """The property above, over every minute of the nights when clocks go back."""
    for zone, start in ((CHICAGO, utc("2025-11-02T05:00")), (ZONES[2], utc("2025-04-05T13:30"))):
        clock = Clock(LOCAL, zone)
        moments = [start + timedelta(minutes=n) for n in range(240)]
        floors = [clock.floor(m) for m in moments]
        assert floors == sorted(floors)
        assert len(set(floors)) < len(moments)
        for moment, floor in zip(moments, floors, strict=True):
            first = moment.astimezone(zone).replace(fold=0).astimezone(UTC)
            assert floor <= min(first, moment)
