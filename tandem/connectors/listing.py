"""Lists of a store: pages by number, made safe against records that change while they are read.

A record that changes between two pages shifts all that follow. So no page after the first is trusted for long: as soon
as a page ends at a later time than it began, the next request starts from that time at the first page. Only where one
time fills more than a page are further pages asked for, and then all are read again until they hold nothing new.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tandem.connectors.dialect import Dialect, Resource
from tandem.connectors.http import Http, Query
from tandem.connectors.localtime import Clock
from tandem.connectors.protocol import Record
from tandem.connectors.records import broken, field_of, items_of, moment_in, record_of

ZONE = "TANDEM_CLARITY_ZONE"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """What is asked for: the date-time field, both bounds (inclusive), and the key that alone is left out."""

    field: str
    since: datetime | None
    until: datetime | None
    after: str | None


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
        """Every record of the span at least once, in pages; the same state of a record not twice."""
        kind = self._dialect.resources[resource]
        low, seen = span.since, set[tuple[str, datetime]]()
        while True:
            reached, pages, found = low, 0, False
            async for page in self.pages(resource, self._bounds(kind, span, low)):
                moments = [self.moment(resource, record, span.field) for record in page]
                self._ascending(resource, span, moments)
                fresh = []
                for record, moment in zip(page, moments, strict=True):
                    mark = (field_of(record, resource, kind.key), moment)
                    if mark not in seen and mark != (span.after, span.since):
                        fresh.append(record)
                    seen.add(mark)
                if fresh:
                    found = True
                    yield fresh
                pages += 1
                reached = self._clock.floor(moments[-1]) if moments else low
                if reached != low:
                    break
            if pages > 1 and found:
                continue
            if reached is None or reached == low:
                return
            low = reached
            seen = {mark for mark in seen if mark[1] >= reached}
