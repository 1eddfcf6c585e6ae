"""Lists by (stamp, key): no row lost or doubled, however many share one stamp."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_

from tandem.gateway.company.stamps import floor_text

R = TypeVar("R")
S = TypeVar("S")
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Beyond these no stamp lies, and calendar arithmetic ends soon after."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the last record's stamp as the company keeps it, and its key."""

    stamp: str
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that is asked for."""

    limit: int = 100
    since: datetime | None = None
    after: Place | None = None

    def conditions(
        self, stamp: ColumnElement[str], keys: Sequence[ColumnElement[Any]], zone: ZoneInfo
    ) -> list[ColumnElement[bool]]:
        """What a row must meet to be in it; rows are to be sorted by stamp and keys."""
        floor = self.floor(zone)
        conditions = [stamp >= floor] if floor else []
        if self.after is not None:
            conditions.append(or_(stamp > self.after.stamp, and_(stamp == self.after.stamp, _beyond(keys, self.after))))
        return conditions

    def floor(self, zone: ZoneInfo) -> str:
        """The lowest stamp in it, which an index can start from; empty for none."""
        since = "" if self.since is None else floor_text(min(max(self.since, _FIRST), _LAST), zone)
        return max(since, self.after.stamp if self.after is not None else "")

    def cut(self, rows: Sequence[R], place: Callable[[R], Place]) -> Slice[R]:
        """The page out of one row more than it holds, and where the next one starts."""
        page = list(rows[: self.limit])
        return Slice(page, place(page[-1]) if len(rows) > self.limit else None)


@dataclass(frozen=True, slots=True)
class Slice(Generic[R]):
    """One page of records; `end` is where the next starts, None if this is the last."""

    items: list[R]
    end: Place | None

    def map(self, make: Callable[[list[R]], list[S]]) -> Slice[S]:
        """The same page of other records."""
        return Slice(make(self.items), self.end)


def by_number(number: str) -> tuple[int, str]:
    """What right-justified numbers sort by: their length first, as a table does by its leading blanks."""
    return len(number), number


def _beyond(keys: Sequence[ColumnElement[Any]], after: Place) -> ColumnElement[bool]:
    """Row-value comparison spelt out: SQL Server has none."""
    conditions = []
    for number, (key, value) in enumerate(zip(keys, after.key, strict=True)):
        same = [keys[before] == after.key[before] for before in range(number)]
        conditions.append(and_(*same, key > value))
    return or_(*conditions)
