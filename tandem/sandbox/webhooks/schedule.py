"""When a webhook is tried again: the sample schedule of Standard Webhooks 1.0, with jitter."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime

SCHEDULE = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds from the attempt before: ten attempts over 75 hours and 35 minutes."""

JITTER = 0.1
"""At most so much of the pause is added, so that a crowd of failures does not come back as a crowd."""

SLOW_DOWN = frozenset({429, 502, 503, 504})


def next_due(
    attempts: int, now: datetime, *, key: str, scale: Decimal, retry_after: float | None = None
) -> datetime | None:
    """When to try again after so many attempts; None: give up. `key` makes the jitter repeatable."""
    if attempts >= len(SCHEDULE):
        return None
    dice = random.Random(f"{key}:{attempts}")  # noqa: S311 - repeatable on purpose
    pause = SCHEDULE[attempts] * float(scale) * (1 + JITTER * dice.random())
    return now + timedelta(seconds=max(pause, retry_after or 0.0))


def pause_asked(status: int, headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the receiver asks to be left alone, by number or HTTP date."""
    text = headers.get("retry-after", "").strip()
    if status not in SLOW_DOWN or not text:
        return None
    if text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
