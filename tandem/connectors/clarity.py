"""The store, by its dialect: lists in pages, look-ups in bulk, one call for each record written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import Literal, Self
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from tandem.connectors import dialect as dialects
from tandem.connectors.dialect import Call, Dialect, Resource
from tandem.connectors.http import Http, together
from tandem.connectors.listing import ZONE, Listing, Span
from tandem.connectors.protocol import Record, WriteItem, WriteResult
from tandem.connectors.pulse import Admit, Pulse, at_once
from tandem.connectors.records import equal_in, field_of, grouped, record_of, spellings
from tandem.connectors.results import Written, assembled, conflict, result_of
from tandem.connectors.tokens import Bearer
from tandem.entities.declaration import System
from tandem.errors import ConnectorError, Refused, Unauthorized
from tandem.settings import Settings
from tandem.values import zone_of

STARTS = "StartsWith"
CANCELLED = "cancelled"
"""The member of a payload that asks for the record over there to be cancelled instead of made or changed."""


class ClarityConnector:
    """The shop's side; see `protocol.Connector`."""

    def __init__(self, http: Http, dialect: Dialect, zone: ZoneInfo | None) -> None:
        self._http = http
        self._dialect = dialect
        self._listing = Listing(http, dialect, zone)

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
            SettingsError: the token is missing, or the zone of a store whose date-times have no offset.
            SheetError: the dialect cannot be used.
        """
        dialect = dialects.load(settings.mappings, settings.clarity_dialect)
        base = settings.clarity_url or settings.url_of("sandbox")
        auth = Bearer(settings.secret("clarity_token"), dialect.auth, base_url=base + dialect.base)
        zone = None
        if dialect.dates.offset == "absent":
            zone = zone_of(settings.clarity_zone, setting=ZONE)
        http = Http("Clarity", base, auth, side=System.CLARITY, transport=transport, admit=admit, pulse=pulse)
        return cls(http, dialect, zone)

    async def read(self, resource: str, keys: Sequence[str]) -> dict[str, Record | None]:
        """As the protocol says; what the list leaves out is asked for alone before it counts as absent."""
        kind = self._dialect.resources[resource]
        listed: list[Record] = []
        if self._dialect.bulk.read_by_keys and len(keys) > 1:
            listed = await self._listing.asked(resource, kind.key, keys)
        found: dict[str, Record | None] = {self.key(resource, record): record for record in listed}
        left = [key for key in keys if key not in found]
        alone = await together(lambda key: self._one(kind, resource, key), left)
        found |= zip(left, alone, strict=True)
        return {key: found[key] for key in keys}

    async def _one(self, kind: Resource, resource: str, key: str) -> Record | None:
        answer = await self._http.get(self._path(kind.one, key=key), label=f"one of {resource}")
        return None if answer.status == 404 else record_of(answer.body, resource)

    async def changed(
        self,
        resource: str,
        *,
        since: datetime | None,
        until: datetime | None = None,
        after: str | None = None,
        by: Literal["updated", "created"] = "updated",
    ) -> AsyncIterator[list[Record]]:
        """As the protocol says."""
        kind = self._dialect.resources[resource]
        field = kind.updated if by == "updated" else kind.created
        async for page in self._listing.span(resource, Span(field=field, since=since, until=until, after=after)):
            yield page

    async def find(self, resource: str, references: Sequence[str]) -> dict[str, list[Record]]:
        """As the protocol says."""
        name = self._dialect.resources[resource].reference
        if name is None:
            raise ValueError(f"{resource} carry no reference of ours")
        records = await self._listing.asked(resource, name, references)
        return grouped(records, references, lambda record: {str(record.get(name))}, partial(self.key, resource))

    async def match(self, resource: str, field: str, values: Sequence[str]) -> dict[str, list[Record]]:
        """As the protocol says; what the store returns is compared once more.

        Two calls for each 100 values, if some of them are not there; a value with blanks before it there, or in mixed
        case where the store tells cases apart, is not found.
        """
        wanted = [value for value in values if value.strip()]
        records = await self._listing.asked(resource, field, spellings(wanted))
        found = equal_in(records, field, wanted, partial(self.key, resource))
        if (left := [value for value in wanted if value not in found]) and STARTS in self._dialect.filters.text:
            # Where the store compares to the letter, `abc-1 ` is found by how it begins, whatever its case there.
            near = await self._listing.asked(resource, field, spellings(left), suffix=STARTS)
            found |= equal_in(near, field, left, partial(self.key, resource))
        return {value: found.get(value, []) for value in values}

    async def filtered(self, resource: str, name: str, values: Sequence[str]) -> list[Record]:
        """As the protocol says."""
        return await self._listing.asked(resource, name, values)

    async def write(self, resource: str, items: Sequence[WriteItem]) -> list[WriteResult]:
        """As the protocol says; one call each, a few at a time.

        A payload with `cancelled: true` cancels its target. Where the store cannot change what it once took, a
        target is answered `existing`: it stays as it was written.
        """
        kind = self._dialect.resources[resource]
        return assembled(items, await together(lambda item: self._write(kind, resource, item), items))

    async def _write(self, kind: Resource, resource: str, item: WriteItem) -> Written:
        call = _call(kind, item)
        if isinstance(call, WriteResult):
            return call
        body = {} if call is kind.cancel else {k: v for k, v in item.payload.items() if k != CANCELLED}
        path = self._path(call.path, key=item.target or "", parent=item.parent or "")
        try:
            answer = await self._http.send(call.method, path, body, label=f"one of {resource}", key=item.key)
        except Unauthorized as error:
            return error
        except Refused as error:
            return self._refused(item, error)
        except ConnectorError as error:
            return error
        return result_of(item, answer.status, number=kind.key, answer=answer.body)

    def _refused(self, item: WriteItem, error: Refused) -> WriteResult:
        """The store's no, in the form of a problem document; a duplicate of ours is where it says."""
        names = self._dialect.errors
        code, message = error.problem.get(names.code), error.problem.get(names.message)
        first = error.problem.get(names.duplicate.key)
        if (error.status, code) == (names.duplicate.status, names.duplicate.code) and first is not None:
            return WriteResult(reference=item.reference, status="existing", target=str(first))
        if names.changed and (error.status, code) == (names.changed.status, names.changed.code):
            return WriteResult(reference=item.reference, status="changed", target=item.target, problem=error.problem)
        field = error.problem.get(names.field)
        faults = [{"field": field, "code": code, "message": message}] if field else []
        problem = {"code": code, "title": message or str(error), "status": error.status, "errors": faults}
        return result_of(item, error.status, number="", problem=problem)

    def key(self, resource: str, record: Record) -> str:
        """As the protocol says."""
        return field_of(record, resource, self._dialect.resources[resource].key)

    def stamp(self, resource: str, record: Record) -> datetime:
        """As the protocol says."""
        return self._listing.moment(resource, record, self._dialect.resources[resource].updated)

    async def aclose(self) -> None:
        """As the protocol says."""
        await self._http.aclose()

    def _path(self, path: str, **names: str) -> str:
        return self._dialect.base + path.format(**{k: quote(v, safe="") for k, v in names.items()})


def _call(kind: Resource, item: WriteItem) -> Call | WriteResult:
    """The call that an item asks for, or what it comes to without one."""
    if item.payload.get(CANCELLED):
        if item.target is None or kind.cancel is None:
            return conflict(item, "there is nothing in the store to cancel")
        return kind.cancel
    if item.target is None:
        return kind.create or conflict(item, "the store does not take new ones")
    if kind.patch is not None:
        return kind.patch
    return WriteResult(reference=item.reference, status="existing", target=item.target)
