"""Requests about invoices, receipts and journals: how they are read from their JSON and carried out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Request
from starlette.responses import Response

from tandem.gateway.api import idempotency
from tandem.gateway.api.batches import carried, envelope, items_of
from tandem.gateway.api.body import read_json
from tandem.gateway.api.carrying import Asked, Carrying, Kind, Write
from tandem.gateway.api.context import Context
from tandem.gateway.api.idempotency import Answer
from tandem.gateway.api.salvage import read
from tandem.gateway.api.writes import response
from tandem.gateway.company.faults import Fault
from tandem.gateway.models.base import Record, WireIn

D = TypeVar("D", bound=WireIn)
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Entered(Generic[D, R]):
    """Documents of one kind that are only ever entered: what they are read as, judged by and written with."""

    route: str
    member: str
    model: type[D]
    kind: Kind[R]
    faults: Callable[[D], Sequence[Fault]]
    write: Write[D, R]

    async def one(self, here: Context, request: Request, key: str) -> Response:
        """The answer to a request with one document in its body."""
        data = await read_json(request)

        def work() -> Answer:
            return self._carrying(here, whole=True).one(self._asked(key, data))

        return response(await here.desk.write(work))

    async def batch(self, here: Context, request: Request, model: type[WireIn]) -> Response:
        """The answer to a request with up to 500 documents, each its own transaction and its own result."""
        items = items_of(model, await read_json(request))
        return await carried(here, request, self._carrying(here, whole=False), items, self._item)

    def _item(self, item: Any) -> Asked[D]:
        key, data = envelope(item, self.member)
        return self._asked(key, data)

    def _asked(self, key: str, data: Any) -> Asked[D]:
        given = read(self.model, data, self.faults)
        return Asked(idempotency.Request.of(key, self.route, data), given)

    def _carrying(self, here: Context, *, whole: bool) -> Carrying[D, R]:
        return Carrying(here, self.kind, self.write, status=201, whole=whole)
