"""How long a 429 or a 503 asks us to wait, in any of its three forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_PAUSE = 86_400.0
"""Seconds; whoever asks for more is asked again after a day."""


def pause_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a 429 or 503 asks for: a number, an HTTP date against the sender's own clock, or None if bare."""
    asked = headers.get("retry-after", "").strip()
    if not asked:
        return None
    if asked.isascii() and asked.isdigit():
        return min(float(asked), LONGEST_PAUSE)
    until, sent = _http_date(asked), _http_date(headers.get("date", ""))
    if until is None:
        return None
    return min(max(0.0, (until - (sent or now)).total_seconds()), LONGEST_PAUSE)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
