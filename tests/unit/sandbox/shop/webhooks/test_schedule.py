from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest

from tandem.sandbox.webhooks.schedule import JITTER, SCHEDULE, next_due, pause_asked

NOW = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
ONE = Decimal(1)


def waits(key: str, scale: Decimal = ONE) -> list[float]:
    made = []
    for attempts in range(1, len(SCHEDULE)):
        due = next_due(attempts, NOW, key=key, scale=scale)
        assert due is not None
        made.append((due - NOW).total_seconds())
    return made


def test_ten_attempts_over_75_hours_and_35_minutes_with_jitter() -> None:
    assert sum(SCHEDULE) == timedelta(hours=75, minutes=35, seconds=5).total_seconds()
    for wait, plain in zip(waits("evt_1"), SCHEDULE[1:], strict=True):
        assert plain <= wait <= plain * (1 + JITTER) + 0.001
    assert next_due(len(SCHEDULE), NOW, key="evt_1", scale=ONE) is None


def test_jitter_is_the_same_for_the_same_event_and_differs_between_events() -> None:
    assert waits("1:evt_1") == waits("1:evt_1")
    assert waits("1:evt_1") != waits("1:evt_2") != waits("2:evt_2")


def test_the_schedule_shrinks_for_tests_and_what_is_asked_for_does_not() -> None:
    assert max(waits("e", Decimal("0.0001"))) < 10
    asked = next_due(1, NOW, key="e", scale=Decimal("0.0001"), retry_after=30)
    assert asked == NOW + timedelta(seconds=30)
    patient = next_due(5, NOW, key="e", scale=ONE, retry_after=30)
    assert patient is not None
    assert patient > NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "30", 30.0),
        (503, "3600", 3600.0),
        (503, format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (503, format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        (429, "Mon, 02 Mar 2026 16:01:00 -0000", 60.0),
        (429, "", None),
        (429, "a while", None),
        (500, "30", None),
    ],
)
def test_the_receiver_may_ask_to_be_left_alone(status, header, seconds) -> None:
    assert pause_asked(status, {"retry-after": header}, NOW) == seconds
