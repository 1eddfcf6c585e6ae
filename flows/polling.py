"""Asking a system for what it announces by no event, while batches go their way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from prefect import get_run_logger

from tandem.entities import ENTITIES
from tandem.errors import Refused, StoreUnavailable, Unavailable
from tandem.line import gather, outage
from tandem.line.connection import Connection
from tandem.line.rousing import Rousing
from tandem.line.traffic import Lane


class Poll:
    """One round of questions at a time, beside the drain: an answer that takes long must not hold up any order."""

    def __init__(self) -> None:
        self._round: asyncio.Task[None] | None = None
        self._rousing = Rousing()

    def again(self) -> bool:
        """Whether the next round may start.

        Raises:
            Exception: what ended the last round, if it was no outage; told once.
        """
        if self._round is None or not self._round.done():
            return self._round is None
        ended, self._round = self._round, None
        ended.result()
        return True

    def start(self, line: Connection, lanes: Sequence[Lane]) -> None:
        """Begin a round: over the lanes that are polled, and for the drains that are wanted beside this one."""
        self._round = asyncio.create_task(self._go_round(line, lanes))

    async def end(self) -> None:
        """Break off: what a page brought is stored, and the mark stands behind it."""
        if self._round is not None:
            self._round.cancel()
            await asyncio.wait([self._round])

    async def _go_round(self, line: Connection, lanes: Sequence[Lane]) -> None:
        await self._rousing.look(line.store, line.name)
        await _poll(line, lanes)


async def _poll(line: Connection, lanes: Sequence[Lane]) -> None:
    """An outage there, or a list that cannot be read, must not end a run that the other side needs; the sweep tells."""
    for entity, source in lanes:
        route = ENTITIES[entity].route(source)
        if route.live_poll:
            if outage.away(line, source):
                continue
            try:
                await gather.sweep(line, ENTITIES[entity], route, overlap=gather.LIVE_OVERLAP)
                outage.heed(line)
            except (Unavailable, Refused) as error:
                outage.note(line, error)
                get_run_logger().warning("%s of %s could not be polled: %s", entity, source, error)
            except StoreUnavailable as error:
                get_run_logger().warning("%s of %s could not be polled: %s", entity, source, error)
