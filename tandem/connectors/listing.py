"""Lists of a store: pages by number, made safe against records that change while they are read.

A record that changes between two pages shifts all that follow. So a first page is followed by the first page from the
time that it reached on. Only where one time fills more than a page are further pages asked for: those of that time
alone, and again until their number stays the same from first to last and they hold nothing new.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from tandem.connectors.dialect import Dialect
from tandem.connectors.http import Http, Query
from tandem.connectors.localtime import Clock
from tandem.connectors.protocol import Record
from tandem.connectors.records import broken, field_of, items_of, moment_in, record_of
from tandem.errors import Unavailable

ZONE = "TANDEM_CLARITY_ZONE"
ASKED = 100
"""Keys in one query: a request line stays far below what servers take."""

Mark = tuple[str | None, datetime | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """What is asked for: the date-time field, both bounds (inclusive), and the key that alone is left out."""

    field: str
    since: datetime | None
    until: datetime | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """The records of one page, how many the list has in all, and whether it is the last."""

    records: list[Record]
    total: object
    last: bool


class Listing:
    """Reads the lists of one store."""

    def __init__(self, http: Http, dialect: Dialect, zone: ZoneInfo | None) -> None:
        self._http = http
        self._dialect = dialect
        self._zone = zone
        self._clock = Clock(dialect.dates, zone)

    def moment(self, resource: str, record: Record, field: str) -> datetime:
        """A date-time of a record, in UTC."""
        return moment_in(record, resource, field, self._zone, ZONE)

    async def span(self, resource: str, span: Span) -> AsyncIterator[list[Record]]:
        """Every record of the span, in pages; the same state of a record not twice."""
        low = self._clock.floor(span.since) if span.since else None
        seen: set[Mark] = {(span.after, span.since)}
        while True:
            page = await self._page(resource, self._query(resource, span, low, span.until), 0)
            if fresh := self._fresh(resource, span, page.records, seen):
                yield fresh
            reached = self._reached(resource, span, page.records)
            if page.last or reached is None:
                return
            if reached == low:
                async for fresh in self._crowd(resource, span, reached, seen):
                    yield fresh
                reached = self._clock.ceiling(reached)
            low = reached
            seen = {mark for mark in seen if mark[1] and mark[1] >= low}

    async def _crowd(self, resource: str, span: Span, low: datetime, seen: set[Mark]) -> AsyncIterator[list[Record]]:
        """The records of one time that fills more than a page."""
        query = self._query(resource, span, low, low)
        settled = False
        while not settled:
            totals, found = set(), False
            async for page in self._pages(resource, query):
                totals.add(page.total)
                if fresh := self._fresh(resource, span, page.records, seen):
                    found = True
                    yield fresh
            settled = self._dialect.paging.stable or (len(totals) == 1 and not found)

    def _fresh(self, resource: str, span: Span, page: list[Record], seen: set[Mark]) -> list[Record]:
        """The records of a page that are in the span and were not given out in this state; they are noted as seen."""
        key = self._dialect.resources[resource].key
        fresh = []
        for record in page:
            moment = self.moment(resource, record, span.field)
            mark = (field_of(record, resource, key), moment)
            if mark not in seen and (span.until is None or moment <= span.until):
                fresh.append(record)
            seen.add(mark)
        return fresh

    def _reached(self, resource: str, span: Span, page: list[Record]) -> datetime | None:
        """The time up to which a page has come; a list out of order would lose records."""
        floors = [self._clock.floor(self.moment(resource, record, span.field)) for record in page]
        if floors != sorted(floors):
            raise broken(f"{resource}.{span.field}", "is not ascending although the list was to be sorted by it")
        return floors[-1] if floors else None

    def _query(self, resource: str, span: Span, low: datetime | None, high: datetime | None) -> Query:
        kind, names = self._dialect.resources[resource], self._dialect.filters
        order = kind.sort if span.field == kind.updated else (span.field, kind.key)
        query = [(self._dialect.sort.parameter, self._dialect.sort.separator.join(order))]
        if low is not None:
            query.append((span.field + names.min, self._clock.lower(low)))
        if high is not None:
            query.append((span.field + names.max, self._clock.upper(high)))
        return query

    async def asked(self, resource: str, name: str, values: Sequence[str], suffix: str = "") -> list[Record]:
        """All records whose field is one of the values or, with a suffix such as StartsWith, goes with one so."""
        if name not in self._dialect.resources[resource].filters:
            raise ValueError(f"the list of {resource} has no filter {name}")
        found: list[Record] = []
        most = min(self._dialect.filters.max_values, ASKED)
        for start in range(0, len(values), most):
            query = [(f"{name}{suffix}", value) for value in values[start : start + most]]
            async for page in self._pages(resource, query):
                found += page.records
        return found

    async def _pages(self, resource: str, query: Query) -> AsyncIterator[Page]:
        """All pages of a list; any that cannot be read raises, so the last is reached only when all was read."""
        taken = 0
        for number in count():
            page = await self._page(resource, query, taken, number)
            taken += len(page.records)
            yield page
            if page.last:
                return

    async def _page(self, resource: str, query: Query, taken: int, number: int = 0) -> Page:
        """One page, `number` counted from zero; `taken` is how many records the pages before it had."""
        paging = self._dialect.paging
        index = paging.first + number
        asked = (*query, (paging.size, str(paging.max_size)), (paging.index, str(index)))
        path = self._dialect.base + self._dialect.resources[resource].path
        answer = await self._http.get(path, asked, label=resource)
        if answer.status == 404:
            raise broken(resource, "is not there (404): is TANDEM_CLARITY_URL the store's address?")
        body = record_of(answer.body, resource)
        if body.get(paging.index, index) != index:
            raise broken(f"{resource}.{paging.index}", f"is not the page {index} that was asked for")
        records, total = items_of(body, resource, paging.items), body.get(paging.total)
        if not records and isinstance(total, int) and total > taken:
            # Taking it for the end would lose what it leaves out.
            raise Unavailable(f"{resource}: page {index} came empty although {total - taken} more records are counted")
        last = not records or (isinstance(total, int) and taken + len(records) >= total)
        return Page(records, total, last)
