"""Bounds of a range in the date-times of a store, which may have no offset and an hour that comes twice in autumn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tandem.connectors.manners import Dates

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


class Clock:
    """The store's date-times as bounds, so that none ever cuts anything off."""

    def __init__(self, dates: Dates, zone: ZoneInfo | None) -> None:
        self._dates = dates
        self._zone = zone if dates.offset == "absent" else None

    def floor(self, moment: datetime) -> datetime:
        """A moment at or before this one that a record's date-time cannot confuse with a later one.

        In the hour that comes twice a date-time without an offset may mean either, so the bound is the second
        before that hour.
        """
        if self._zone is None:
            return moment
        local = moment.astimezone(self._zone).replace(tzinfo=None)
        if not self._twice(local):
            return moment
        local = local.replace(second=0, microsecond=0)
        while self._twice(local - MINUTE):
            local -= MINUTE
        return (local - SECOND).replace(tzinfo=self._zone).astimezone(UTC)

    def lower(self, moment: datetime) -> str:
        """A lower bound at or before the moment, as the store's filters take it."""
        return self._written(self.floor(moment))

    def ceiling(self, moment: datetime) -> datetime:
        """A moment after this one, past all date-times that could be confused with it."""
        bound = moment + SECOND  # the store may tell times less finely than we do
        if self._zone is None:
            return bound
        local = bound.astimezone(self._zone).replace(tzinfo=None)
        if not self._twice(local):
            return bound
        local = local.replace(second=0, microsecond=0)
        while self._twice(local):
            local += MINUTE
        return local.replace(tzinfo=self._zone).astimezone(UTC)

    def upper(self, moment: datetime) -> str:
        """An upper bound after the moment, as the store's filters take it."""
        return self._written(self.ceiling(moment))

    def _written(self, moment: datetime) -> str:
        zone = None if self._dates.accepts_offset else self._zone
        bound = moment.astimezone(zone or UTC)
        if zone is not None:
            bound = bound.replace(tzinfo=None)
        text = bound.isoformat(timespec=self._dates.precision)
        return text.replace("+00:00", "Z")

    def _twice(self, local: datetime) -> bool:
        first, second = (local.replace(tzinfo=self._zone, fold=fold).utcoffset() for fold in (0, 1))
        return first is not None and second is not None and first > second
