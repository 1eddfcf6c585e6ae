"""Audit stamps: the company's own wall clock in the tables, aware UTC outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

BLANK_STAMP = " "
_FORMAT = "%Y-%m-%d %H:%M:%S"
_LONGEST_SHIFT = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Stamp:
    """One moment as Sage Pro writes it down."""

    user: str
    day: date
    clock: str

    @classmethod
    def at(cls, moment: datetime, zone: ZoneInfo, user: str) -> Stamp:
        """The stamp of an aware moment in the company's zone."""
        local = moment.astimezone(zone)
        return cls(user, local.date(), f"{local:%H:%M:%S}")

    def added(self) -> dict[str, Any]:
        """The columns of a new row; its change stamp is blank."""
        return {"adduser": self.user, "adddate": self.day, "addtime": self.clock}

    def touched(self) -> dict[str, Any]:
        """The columns of a changed row."""
        return {"lckuser": self.user, "lckdate": self.day, "lcktime": self.clock}


def moment_of_stamp(day: date | None, clock: str, zone: ZoneInfo) -> datetime | None:
    """The UTC moment of a stamp; of an hour that the clock shows twice, the first."""
    if day is None:
        return None
    try:
        wall = time.fromisoformat(clock.strip() or "00:00:00")
    except ValueError:
        wall = time()
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)


def moment_of_text(text: str, zone: ZoneInfo) -> datetime | None:
    """The UTC moment of a stamp in text form (`2026-03-02 10:11:12`), None for a blank one."""
    if not text.strip():
        return None
    return moment_of_stamp(date.fromisoformat(text[:10]), text[11:], zone)


def floor_text(since: datetime, zone: ZoneInfo) -> str:
    """The lowest stamp that anything written at or after `since` can bear.

    When clocks go back soon after `since`, later moments bear earlier stamps; so the floor goes back with them.
    """
    local = since.astimezone(zone)
    later = (since + _LONGEST_SHIFT).astimezone(zone)
    back = (local.utcoffset() or timedelta()) - (later.utcoffset() or timedelta())
    return (local.replace(tzinfo=None) - max(back, timedelta())).strftime(_FORMAT)
