"""Sage Pro through the gateway: lists by cursor, look-ups in bulk, writes in batches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Literal, Self
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from tandem.connectors import batches
from tandem.connectors.company import BASE, RESOURCES, CompanySchema
from tandem.connectors.http import Answer, Http, Query, together
from tandem.connectors.places import by_location
from tandem.connectors.protocol import Record, WriteItem, WriteResult
from tandem.connectors.pulse import Admit, Pulse, at_once
from tandem.connectors.records import broken, field_of, grouped, instant, items_of, moment_in, normal, record_of
from tandem.connectors.tokens import Bearer
from tandem.entities.declaration import System
from tandem.settings import Settings
from tandem.values import zone_of

PAGE = "500"
ASKED = 100
"""Keys in one query: 100 of 64 characters stay far below what servers take as a request line."""

ZONE = "TANDEM_SAGEPRO_ZONE"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The stamp of a record that nobody stamped: older than any other."""


class SageProConnector:
    """The company's side; see `protocol.Connector`."""

    def __init__(self, http: Http, zone: ZoneInfo) -> None:
        self._http = http
        self._zone = zone

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        admit: Admit = at_once,
        pulse: Pulse | None = None,
    ) -> Self:
        """The connector that the settings describe.

        Raises:
            SettingsError: the key or the zone is missing, or the address cannot be used.
        """
        http = Http(
            "Sage Pro gateway",
            settings.sagepro_url or settings.url_of("gateway"),
            Bearer(settings.secret("sagepro_api_key")),
            side=System.SAGEPRO,
            transport=transport,
            admit=admit,
            pulse=pulse,
        )
        return cls(http, zone_of(settings.sagepro_zone, setting=ZONE))

    async def schema(self) -> CompanySchema:
        """Widths and decimals of the company's own columns, which the sheets and the money rules go by."""
        answer = await self._listed("schema", ())
        return CompanySchema.of(record_of(answer.body, "schema"))

    async def read(self, resource: str, keys: Sequence[str]) -> dict[str, Record | None]:
        """As the protocol says; in bulk where the gateway filters by key."""
        by_key = RESOURCES[resource].by_key
        if by_key:
            records = await self.filtered(resource, by_key, keys)
            found = {normal(self.key(resource, record)): record for record in records}
            return {key: found.get(normal(key)) for key in keys}
        if resource == "inventory":
            return await self._stocks(resource, keys)
        answers = await together(lambda key: self._one(resource, key), keys)
        return dict(zip(keys, answers, strict=True))

    async def _one(self, resource: str, key: str) -> Record | None:
        answer = await self._http.get(f"{BASE}/{resource}/{quote(key, safe='')}", label=f"one of {resource}")
        return None if answer.status == 404 else record_of(answer.body, resource)

    async def _stocks(self, resource: str, keys: Sequence[str]) -> dict[str, Record | None]:
        async def some(part: tuple[str, Sequence[str]]) -> list[Record]:
            query = (("location", part[0]), *(("itemCode", item) for item in part[1]))
            return [record async for page in self._pages(resource, query) for record in page]

        parts = await together(some, by_location(keys, at_most=ASKED))
        found = {normal(self.key(resource, record)): record for part in parts for record in part}
        return {key: found.get(normal(key)) for key in keys}

    async def changed(
        self,
        resource: str,
        *,
        since: datetime | None,
        until: datetime | None = None,
        after: str | None = None,
        by: Literal["updated", "created"] = "updated",
    ) -> AsyncIterator[list[Record]]:
        """As the protocol says; what was created since a time was changed since then, so that list is narrowed."""
        query = (("updatedSince", instant(since)),) if since else ()
        async for page in self._pages(resource, query):
            if by == "created":
                kept = [record for record in page if self._made(resource, record, since, until)]
            else:
                kept = [record for record in page if self._touched(resource, record, since, until, after)]
            if kept:
                yield kept
            if by == "updated" and until and page and self.stamp(resource, page[-1]) > until:
                return

    def _touched(
        self,
        resource: str,
        record: Record,
        since: datetime | None,
        until: datetime | None,
        after: str | None,
    ) -> bool:
        stamp = self.stamp(resource, record)
        if until and stamp > until:
            return False
        return stamp != since or self.key(resource, record) != after

    def _made(self, resource: str, record: Record, since: datetime | None, until: datetime | None) -> bool:
        name = RESOURCES[resource].made
        if name.endswith("Date"):  # a business day of the company, not an instant
            day = field_of(record, resource, name)
            first, last = (m.astimezone(self._zone).date().isoformat() if m else day for m in (since, until))
            return first <= day <= last
        moment = self.stamp(resource, record) if name == "UpdatedAt" else moment_in(record, resource, name, None, ZONE)
        return (since or moment) <= moment <= (until or moment)

    async def find(self, resource: str, references: Sequence[str]) -> dict[str, list[Record]]:
        """As the protocol says."""
        kind = RESOURCES[resource]
        records = await self.filtered(resource, kind.by_reference, references)
        return grouped(records, references, kind.references_of, partial(self.key, resource))

    async def match(self, resource: str, field: str, values: Sequence[str]) -> dict[str, list[Record]]:
        """As the protocol says; what the gateway returns is compared once more."""
        wanted = [value for value in values if value.strip()]
        records = await self.filtered(resource, RESOURCES[resource].matches.get(field, ""), wanted)
        return {
            value: [r for r in records if value.strip() and normal(str(r.get(field) or "")) == normal(value)]
            for value in values
        }

    async def write(self, resource: str, items: Sequence[WriteItem]) -> list[WriteResult]:
        """As the protocol says."""
        return await batches.write(self._http, resource, items)

    def key(self, resource: str, record: Record) -> str:
        """As the protocol says."""
        return field_of(record, resource, RESOURCES[resource].key)

    def stamp(self, resource: str, record: Record) -> datetime:
        """As the protocol says; a record that nobody stamped is older than any other."""
        if record.get("UpdatedAt") is None:
            return NEVER
        return moment_in(record, resource, "UpdatedAt", None, ZONE)

    async def aclose(self) -> None:
        """As the protocol says."""
        await self._http.aclose()

    async def filtered(self, resource: str, name: str, values: Sequence[str]) -> list[Record]:
        """As the protocol says."""
        if not name:
            raise ValueError(f"the gateway's list of {resource} has no such filter")
        found: list[Record] = []
        for start in range(0, len(values), ASKED):
            async for page in self._pages(resource, [(name, v) for v in values[start : start + ASKED]]):
                found += page
        return found

    async def _pages(self, resource: str, query: Query) -> AsyncIterator[list[Record]]:
        """The pages of a list; any that cannot be read raises, so the end is reached only when all was read."""
        cursor: tuple[tuple[str, str], ...] = ()
        while True:
            answer = await self._listed(resource, (*query, *RESOURCES[resource].always, ("limit", PAGE), *cursor))
            yield items_of(answer.body, resource, "Items")
            following = record_of(answer.body, resource).get("NextCursor")
            if following is None:
                return
            if cursor == (("cursor", str(following)),):
                raise broken(f"{resource}.NextCursor", "is the cursor that was sent: the list would never end")
            cursor = (("cursor", str(following)),)

    async def _listed(self, resource: str, query: Query) -> Answer:
        answer = await self._http.get(f"{BASE}/{resource}", query, label=resource)
        if answer.status == 404:
            raise broken(resource, "is not there (404): is TANDEM_SAGEPRO_URL the gateway's address?")
        return answer
